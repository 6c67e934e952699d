// SPDX-License-Identifier: Apache-2.0
// Taking blocks out of a TIFF file by libtiff's raw reads.
#include "host/io/stored_blocks.hpp"

#include <algorithm>
#include <filesystem>
#include <memory>

#include <fmt/format.h>
#include <tiffio.h>

#include "host/base/error.hpp"

namespace groundshift {
namespace {

struct CloseTiff {
  void operator()(TIFF* file) const { TIFFClose(file); }
};
using OpenTiff = std::unique_ptr<TIFF, CloseTiff>;

/// libtiff prints what it cannot open; here that is an answer, told by the caller.
class QuietTiff {
 public:
  QuietTiff() : error_(TIFFSetErrorHandler(nullptr)), warning_(TIFFSetWarningHandler(nullptr)) {}
  ~QuietTiff() {
    TIFFSetErrorHandler(error_);
    TIFFSetWarningHandler(warning_);
  }
  QuietTiff(const QuietTiff&) = delete;
  QuietTiff& operator=(const QuietTiff&) = delete;

 private:
  TIFFErrorHandler error_, warning_;
};

std::optional<BlockCodec> codec_of(std::uint16_t compression) {
  switch (compression) {
    case COMPRESSION_NONE: return BlockCodec::none;
    case COMPRESSION_ADOBE_DEFLATE:
    case COMPRESSION_DEFLATE: return BlockCodec::deflate;
    case COMPRESSION_ZSTD: return BlockCodec::zstd;
    default: return std::nullopt;
  }
}

template <class T>
T field(TIFF* file, std::uint32_t tag, T otherwise) {
  T value = otherwise;
  return TIFFGetFieldDefaulted(file, tag, &value) == 1 ? value : otherwise;
}

/// Shape and codec of the file's blocks.
std::optional<StoredBlocks> shape_of(TIFF* file) {
  StoredBlocks blocks;
  const auto codec = codec_of(field<std::uint16_t>(file, TIFFTAG_COMPRESSION, COMPRESSION_NONE));
  const int bits = field<std::uint16_t>(file, TIFFTAG_BITSPERSAMPLE, 1);
  const bool whole_samples = bits == 8 || bits == 16 || bits == 32 || bits == 64;
  if (!codec || !whole_samples || (TIFFIsByteSwapped(file) != 0 && bits > 8)) return std::nullopt;
  blocks.codec = *codec;
  if (*codec != BlockCodec::none) {
    const auto predictor = field<std::uint16_t>(file, TIFFTAG_PREDICTOR, PREDICTOR_NONE);
    if (predictor > PREDICTOR_FLOATINGPOINT) return std::nullopt;
    blocks.predictor = static_cast<BlockPredictor>(predictor);
  }
  const bool interleaved = field<std::uint16_t>(file, TIFFTAG_PLANARCONFIG, PLANARCONFIG_CONTIG) == PLANARCONFIG_CONTIG;
  blocks.lanes = interleaved ? field<std::uint16_t>(file, TIFFTAG_SAMPLESPERPIXEL, 1) : 1;
  blocks.sample_bytes = bits / 8;
  const auto image_height = field<std::uint32_t>(file, TIFFTAG_IMAGELENGTH, 0);
  std::uint32_t width = 0, height = 0;
  if (TIFFIsTiled(file) != 0) {
    width = field<std::uint32_t>(file, TIFFTAG_TILEWIDTH, 0);
    height = field<std::uint32_t>(file, TIFFTAG_TILELENGTH, 0);
  } else {
    width = field<std::uint32_t>(file, TIFFTAG_IMAGEWIDTH, 0);
    height = std::min(field<std::uint32_t>(file, TIFFTAG_ROWSPERSTRIP, image_height), image_height);
  }
  blocks.width = static_cast<std::int32_t>(width);
  blocks.height = static_cast<std::int32_t>(height);
  const bool sound = width > 0 && height > 0 && width < (1u << 30) && height < (1u << 30) &&
                     blocks.block_bytes() < (std::int64_t{1} << 31);
  return sound ? std::optional(blocks) : std::nullopt;
}

/// The last strip of a band may be lower than the others.
bool is_whole(TIFF* file, std::uint32_t block, const StoredBlocks& shape) {
  if (TIFFIsTiled(file) != 0) return true;
  const auto rows = field<std::uint32_t>(file, TIFFTAG_IMAGELENGTH, 0);
  const auto height = static_cast<std::uint32_t>(shape.height);
  const std::uint32_t strips = (rows + height - 1) / height;
  return rows % height == 0 || block % strips != strips - 1;
}

}  // namespace

std::int64_t StoredBlocks::packed_bytes() const {
  std::int64_t bytes = 0;
  for (const auto& block : packed) bytes += static_cast<std::int64_t>(block.size());
  return bytes;
}

std::string StoredBlocks::text() const {
  const char* name = codec == BlockCodec::none ? "none" : codec == BlockCodec::deflate ? "deflate" : "zstd";
  return predictor == BlockPredictor::none ? name : fmt::format("{}, predictor {}", name, static_cast<int>(predictor));
}

std::optional<StoredBlocks> stored_blocks(const std::string& path, std::int64_t most_bytes) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(path, error)) return std::nullopt;
  const QuietTiff quiet;
  const OpenTiff file(TIFFOpen(path.c_str(), "rm"));
  if (file == nullptr) return std::nullopt;
  auto blocks = shape_of(file.get());
  if (!blocks) return std::nullopt;
  const bool tiled = TIFFIsTiled(file.get()) != 0;
  const std::uint32_t total = tiled ? TIFFNumberOfTiles(file.get()) : TIFFNumberOfStrips(file.get());
  const std::int64_t wanted = std::clamp<std::int64_t>(most_bytes / blocks->block_bytes(), 1, total);
  for (std::int64_t i = 0; i < wanted; ++i) {
    const auto block = static_cast<std::uint32_t>((2 * i + 1) * total / (2 * wanted));
    const auto bytes = static_cast<tmsize_t>(TIFFGetStrileByteCount(file.get(), block));
    if (bytes <= 0 || !is_whole(file.get(), block, *blocks)) continue;
    std::vector<std::byte> packed(static_cast<std::size_t>(bytes));
    const tmsize_t got = tiled ? TIFFReadRawTile(file.get(), block, packed.data(), bytes)
                               : TIFFReadRawStrip(file.get(), block, packed.data(), bytes);
    if (got != bytes) {
      throw InputError(fmt::format("{}: block {} cannot be read: {} of {} bytes; is the file complete?", path, block,
                                   std::max<tmsize_t>(got, 0), bytes));
    }
    blocks->packed.push_back(std::move(packed));
  }
  return blocks->packed.empty() ? std::nullopt : std::move(blocks);
}

}  // namespace groundshift
