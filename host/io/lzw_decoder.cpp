// SPDX-License-Identifier: Apache-2.0
// A directory in memory that describes one strip of bytes packed with LZW, and libtiff's decoder on it.
#include "host/io/lzw_decoder.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <limits>
#include <stdexcept>
#include <vector>

#include "host/io/tiff_handle.hpp"

namespace groundshift {
namespace {

void put16(std::vector<std::uint8_t>& to, std::uint16_t v) {
  to.push_back(static_cast<std::uint8_t>(v));
  to.push_back(static_cast<std::uint8_t>(v >> 8));
}
void put32(std::vector<std::uint8_t>& to, std::uint32_t v) {
  put16(to, static_cast<std::uint16_t>(v));
  put16(to, static_cast<std::uint16_t>(v >> 16));
}

/// A little-endian classic TIFF of one strip of one-byte samples, without the strip.
std::vector<std::uint8_t> directory_bytes(std::uint32_t width, std::uint32_t height) {
  const std::array<std::array<std::uint32_t, 2>, 9> entries = {{{TIFFTAG_IMAGEWIDTH, width},
                                                                {TIFFTAG_IMAGELENGTH, height},
                                                                {TIFFTAG_BITSPERSAMPLE, 8},
                                                                {TIFFTAG_COMPRESSION, COMPRESSION_LZW},
                                                                {TIFFTAG_PHOTOMETRIC, PHOTOMETRIC_MINISBLACK},
                                                                {TIFFTAG_STRIPOFFSETS, 8},
                                                                {TIFFTAG_SAMPLESPERPIXEL, 1},
                                                                {TIFFTAG_ROWSPERSTRIP, height},
                                                                {TIFFTAG_STRIPBYTECOUNTS, 1}}};
  std::vector<std::uint8_t> bytes = {'I', 'I', 42, 0, 8, 0, 0, 0};
  put16(bytes, static_cast<std::uint16_t>(entries.size()));
  for (const auto& [tag, value] : entries) {
    put16(bytes, static_cast<std::uint16_t>(tag));
    put16(bytes, TIFF_LONG);
    put32(bytes, 1);
    put32(bytes, value);
  }
  put32(bytes, 0);
  return bytes;
}

}  // namespace

struct LzwDecoder::File {
  std::vector<std::uint8_t> bytes;
  std::size_t at = 0;
  TiffHandle tiff;

  static tmsize_t read(thandle_t self, void* to, tmsize_t count) {
    auto& file = *static_cast<File*>(self);
    const std::size_t left = file.bytes.size() - std::min(file.at, file.bytes.size());
    const std::size_t taken = std::min(left, static_cast<std::size_t>(std::max<tmsize_t>(count, 0)));
    if (taken > 0) std::memcpy(to, file.bytes.data() + file.at, taken);
    file.at += taken;
    return static_cast<tmsize_t>(taken);
  }
  static tmsize_t write(thandle_t, void*, tmsize_t) { return 0; }
  static toff_t seek(thandle_t self, toff_t offset, int whence) {
    auto& file = *static_cast<File*>(self);
    const std::size_t base = whence == SEEK_SET ? 0 : whence == SEEK_CUR ? file.at : file.bytes.size();
    file.at = base + static_cast<std::size_t>(offset);
    return file.at;
  }
  static int close(thandle_t) { return 0; }
  static toff_t size(thandle_t self) { return static_cast<File*>(self)->bytes.size(); }
};

LzwDecoder::LzwDecoder(std::int64_t row_bytes, std::int32_t rows) : file_(std::make_unique<File>()) {
  if (row_bytes <= 0 || row_bytes > std::numeric_limits<std::int32_t>::max() || rows <= 0) {
    throw std::invalid_argument("LZW: rows of no or too many bytes");
  }
  file_->bytes = directory_bytes(static_cast<std::uint32_t>(row_bytes), static_cast<std::uint32_t>(rows));
  const TiffOptions options = quiet_options(0);
  file_->tiff.reset(TIFFClientOpenExt("block", "rm", file_.get(), File::read, File::write, File::seek, File::close,
                                      File::size, nullptr, nullptr, options.get()));
  if (!file_->tiff) throw std::runtime_error("libtiff does not open a directory in memory");
}

LzwDecoder::~LzwDecoder() = default;

BlockStatus LzwDecoder::unpack(std::span<const std::byte> packed, std::span<std::byte> to) {
  // Codes in the order of libtiff before 1990: its handle would take every later block for such. GDAL's may.
  if (packed.size() >= 2 && packed[0] == std::byte{0} && (packed[1] & std::byte{1}) != std::byte{0}) {
    return BlockStatus::bad_data;
  }
  // libtiff takes the packed bytes as changeable for the sake of reversed bit orders, which this directory has not.
  auto* bytes = const_cast<std::byte*>(packed.data());
  const int decoded = TIFFReadFromUserBuffer(file_->tiff.get(), 0, bytes, static_cast<tmsize_t>(packed.size()),
                                             to.data(), static_cast<tmsize_t>(to.size()));
  return decoded == 1 ? BlockStatus::ok : BlockStatus::bad_data;
}

}  // namespace groundshift
