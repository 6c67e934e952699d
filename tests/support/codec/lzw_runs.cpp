// SPDX-License-Identifier: Apache-2.0
// Files in memory of one strip of bytes for libtiff.
#include "tests/support/codec/lzw_runs.hpp"

#include <tiffio.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <stdexcept>

#include "tests/support/codec/deflate_variants.hpp"
#include "tests/support/codec/lzw_writer.hpp"

namespace groundshift::test {
namespace {

class MemoryTiff {
 public:
  struct Closer {
    void operator()(TIFF* tiff) const { TIFFClose(tiff); }
  };
  using Handle = std::unique_ptr<TIFF, Closer>;

  Handle open(const char* mode) {
    at_ = 0;
    const std::unique_ptr<TIFFOpenOptions, void (*)(TIFFOpenOptions*)> quiet(TIFFOpenOptionsAlloc(),
                                                                             TIFFOpenOptionsFree);
    const auto nothing = [](TIFF*, void*, const char*, const char*, va_list) { return 1; };
    TIFFOpenOptionsSetErrorHandlerExtR(quiet.get(), nothing, nullptr);
    TIFFOpenOptionsSetWarningHandlerExtR(quiet.get(), nothing, nullptr);
    Handle tiff(TIFFClientOpenExt("memory", mode, this, read, write, seek, close, size, nullptr, nullptr, quiet.get()));
    if (!tiff) throw std::runtime_error("libtiff does not open a file in memory");
    return tiff;
  }
  /// A file to be written: one row of bytes in one strip.
  Handle create(std::size_t byte_count) {
    Handle tiff = open("wl");
    TIFFSetField(tiff.get(), TIFFTAG_IMAGEWIDTH, static_cast<std::uint32_t>(byte_count));
    TIFFSetField(tiff.get(), TIFFTAG_IMAGELENGTH, 1u);
    TIFFSetField(tiff.get(), TIFFTAG_BITSPERSAMPLE, 8);
    TIFFSetField(tiff.get(), TIFFTAG_SAMPLESPERPIXEL, 1);
    TIFFSetField(tiff.get(), TIFFTAG_ROWSPERSTRIP, 1u);
    TIFFSetField(tiff.get(), TIFFTAG_PHOTOMETRIC, PHOTOMETRIC_MINISBLACK);
    TIFFSetField(tiff.get(), TIFFTAG_COMPRESSION, COMPRESSION_LZW);
    return tiff;
  }

 private:
  static MemoryTiff& self(thandle_t handle) { return *static_cast<MemoryTiff*>(handle); }
  static tmsize_t read(thandle_t handle, void* to, tmsize_t count) {
    MemoryTiff& file = self(handle);
    const std::size_t left = file.bytes_.size() - std::min(file.at_, file.bytes_.size());
    const std::size_t taken = std::min(left, static_cast<std::size_t>(count));
    if (taken > 0) std::memcpy(to, file.bytes_.data() + file.at_, taken);
    file.at_ += taken;
    return static_cast<tmsize_t>(taken);
  }
  static tmsize_t write(thandle_t handle, void* from, tmsize_t count) {
    MemoryTiff& file = self(handle);
    const auto byte_count = static_cast<std::size_t>(count);
    file.bytes_.resize(std::max(file.bytes_.size(), file.at_ + byte_count));
    if (byte_count > 0) std::memcpy(file.bytes_.data() + file.at_, from, byte_count);
    file.at_ += byte_count;
    return count;
  }
  static toff_t seek(thandle_t handle, toff_t offset, int whence) {
    MemoryTiff& file = self(handle);
    const std::size_t base = whence == SEEK_SET ? 0 : whence == SEEK_CUR ? file.at_ : file.bytes_.size();
    return file.at_ = base + static_cast<std::size_t>(offset);
  }
  static int close(thandle_t) { return 0; }
  static toff_t size(thandle_t handle) { return self(handle).bytes_.size(); }

  Bytes bytes_;
  std::size_t at_ = 0;
};

}  // namespace

Inflated lzw_by_lanes(std::span<const std::uint8_t> packed, std::size_t raw_byte_count, codec::LaneOrder order,
                      std::uint32_t work_limit, codec::StepCounts* counts) {
  return unpack_by_lanes<LzwCodec>(packed, raw_byte_count, order, work_limit, counts);
}

std::optional<Bytes> lzw_by_libtiff(std::span<const std::uint8_t> packed, std::size_t raw_byte_count) {
  if (packed.empty()) return std::nullopt;  // libtiff takes a strip of no bytes for one that is not stored
  MemoryTiff file;
  Bytes bytes(packed.begin(), packed.end());
  const auto size = static_cast<tmsize_t>(bytes.size());
  if (TIFFWriteRawStrip(file.create(raw_byte_count).get(), 0, bytes.data(), size) != size) {
    throw std::runtime_error("libtiff does not write a strip");
  }
  const MemoryTiff::Handle tiff = file.open("r");
  Bytes raw(raw_byte_count, 0xbb);
  const auto wanted = static_cast<tmsize_t>(raw_byte_count);
  if (TIFFReadEncodedStrip(tiff.get(), 0, raw.data(), wanted) != wanted) return std::nullopt;
  return raw;
}

bool is_old_lzw(std::span<const std::uint8_t> packed) {
  return packed.size() >= 2 && packed[0] == 0 && (packed[1] & 1) != 0;
}

Bytes libtiff_pack_lzw(const Bytes& raw) {
  MemoryTiff file;
  Bytes bytes = raw;
  const auto size = static_cast<tmsize_t>(bytes.size());
  if (TIFFWriteEncodedStrip(file.create(raw.size()).get(), 0, bytes.data(), size) != size) {
    throw std::runtime_error("libtiff does not pack a strip");
  }
  const MemoryTiff::Handle tiff = file.open("r");
  Bytes packed(static_cast<std::size_t>(TIFFGetStrileByteCount(tiff.get(), 0)));
  const auto packed_size = static_cast<tmsize_t>(packed.size());
  if (TIFFReadRawStrip(tiff.get(), 0, packed.data(), packed_size) != packed_size) {
    throw std::runtime_error("libtiff does not give back a strip");
  }
  return packed;
}

std::vector<LzwVariant> lzw_variants(std::size_t raw_byte_count) {
  std::vector<LzwVariant> variants;
  for (const auto& [kind, raw] : kinds_of_data(raw_byte_count)) {
    if (raw.empty()) continue;
    variants.push_back({kind + ", libtiff", libtiff_pack_lzw(raw), raw});
    for (const int codes : {1, 2, 31, 32, 33, 254, 1000, 3837, 4862}) {
      const bool ended = codes % 2 != 0;
      variants.push_back(
          {kind + ", Clear behind " + std::to_string(codes) + " codes", lzw_pack_plainly(raw, codes, ended), raw});
    }
  }
  return variants;
}

void damage_lzw(Bytes& packed, std::mt19937_64& random) {
  if (random() % 64 != 0) return damage(packed, random);
  packed[random() % 2] ^= static_cast<std::uint8_t>(1u << (random() % 8));
}

}  // namespace groundshift::test
