// SPDX-License-Identifier: Apache-2.0
// Signature, header, palette and one chunk of packed rows. Our own, since libpng packs with zlib alone: eight times the
// time of ISA-L, and the picture of a small scene's heatmap was a tenth of the whole job.
#include "host/io/png.hpp"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <span>
#include <string_view>

#include <libdeflate.h>

#include "host/base/error.hpp"
#include "host/io/output_file.hpp"
#include "kernels/codec/block_encoder.hpp"

namespace groundshift {
namespace {

constexpr std::string_view kSignature{"\x89PNG\r\n\x1a\n", 8};
enum class ColorType : char { rgb = 2, palette = 3 };
enum class RowFilter : char { none = 0, paeth = 4 };
constexpr std::int64_t kMostBytes = std::int64_t{1} << 30;

void append_big_endian(std::string& out, std::uint32_t value) {
  for (int shift = 24; shift >= 0; shift -= 8) out.push_back(static_cast<char>(value >> shift));
}

/// Length, type, data, and the check of the last two.
void append_chunk(std::string& out, std::string_view type, std::string_view data) {
  append_big_endian(out, static_cast<std::uint32_t>(data.size()));
  const std::size_t checked = out.size();
  out += type;
  out += data;
  append_big_endian(out, libdeflate_crc32(0, out.data() + checked, out.size() - checked));
}

std::string header(std::int32_t width, std::int32_t height, ColorType type) {
  std::string data;
  append_big_endian(data, static_cast<std::uint32_t>(width));
  append_big_endian(data, static_cast<std::uint32_t>(height));
  data +=
      {char{8}, static_cast<char>(type), char{0}, char{0}, char{0}};  // bits; deflate, usual filters, not interlaced
  return data;
}

std::string packed(std::span<const std::byte> rows) {
  BlockEncoder encoder(BlockCodec::deflate, 1);
  std::string out(static_cast<std::size_t>(encoder.bound(static_cast<std::int64_t>(rows.size()))), '\0');
  out.resize(static_cast<std::size_t>(encoder.pack(rows, std::as_writable_bytes(std::span(out)))));
  return out;
}

/// Which of three neighbours is nearest to left + above - corner.
std::uint8_t paeth(std::uint8_t left, std::uint8_t above, std::uint8_t corner) {
  const int guess = left + above - corner;
  const int to_left = std::abs(guess - left), to_above = std::abs(guess - above), to_corner = std::abs(guess - corner);
  if (to_left <= to_above && to_left <= to_corner) return left;
  return to_above <= to_corner ? above : corner;
}

/// Rows of RGB, each behind its filter's byte; outside of the picture is 0.
std::vector<std::byte> filtered_rows(const RgbImage& image) {
  const std::size_t row_bytes = std::size_t{3} * static_cast<std::size_t>(image.width);
  std::vector<std::byte> rows;
  rows.reserve((row_bytes + 1) * static_cast<std::size_t>(image.height));
  for (std::int32_t y = 0; y < image.height; ++y) {
    const std::uint8_t* row = image.pixel(0, y);
    const std::uint8_t* before = y > 0 ? row - row_bytes : nullptr;
    rows.push_back(std::byte(RowFilter::paeth));
    for (std::size_t i = 0; i < row_bytes; ++i) {
      const std::uint8_t left = i >= 3 ? row[i - 3] : 0, above = before != nullptr ? before[i] : 0;
      const std::uint8_t corner = i >= 3 && before != nullptr ? before[i - 3] : 0;
      rows.push_back(static_cast<std::byte>(row[i] - paeth(left, above, corner)));
    }
  }
  return rows;
}

/// Rows of places in a palette, where neighbours say nothing of each other.
std::vector<std::byte> plain_rows(const IndexedImage& image) {
  const auto width = static_cast<std::size_t>(image.width), height = static_cast<std::size_t>(image.height);
  std::vector<std::byte> rows((width + 1) * height);
  for (std::size_t y = 0; y < height; ++y) {
    std::byte* const row = rows.data() + y * (width + 1);
    row[0] = std::byte(RowFilter::none);
    std::memcpy(row + 1, image.index.data() + y * width, width);
  }
  return rows;
}

bool has_size(std::int32_t width, std::int32_t height, std::size_t byte_count, std::size_t pixel_bytes) {
  return width >= 1 && height >= 1 && std::int64_t{width} * height <= kMostBytes / 3 &&
         byte_count == pixel_bytes * static_cast<std::size_t>(width) * static_cast<std::size_t>(height);
}

}  // namespace

std::string png_bytes(const RgbImage& image) {
  expects(has_size(image.width, image.height, image.rgb.size(), 3), "a picture has three bytes a pixel");
  std::string out(kSignature);
  append_chunk(out, "IHDR", header(image.width, image.height, ColorType::rgb));
  append_chunk(out, "IDAT", packed(filtered_rows(image)));
  append_chunk(out, "IEND", {});
  return out;
}

std::string png_bytes(const IndexedImage& image) {
  const std::size_t colors = image.palette.size();
  expects(has_size(image.width, image.height, image.index.size(), 1) && colors >= 1 && colors <= 256,
          "an indexed picture has one byte a pixel and at most 256 colours");
  std::string palette, alphas;
  for (const auto& c : image.palette) {
    palette.append({static_cast<char>(c[0]), static_cast<char>(c[1]), static_cast<char>(c[2])});
    alphas.push_back(static_cast<char>(c[3]));
  }
  alphas.resize(alphas.find_last_not_of('\xff') + 1);  // those left out are opaque
  std::string out(kSignature);
  append_chunk(out, "IHDR", header(image.width, image.height, ColorType::palette));
  append_chunk(out, "PLTE", palette);
  if (!alphas.empty()) append_chunk(out, "tRNS", alphas);
  append_chunk(out, "IDAT", packed(plain_rows(image)));
  append_chunk(out, "IEND", {});
  return out;
}

void write_png(const std::filesystem::path& path, const IndexedImage& image) {
  write_text_file(path, png_bytes(image));
}

}  // namespace groundshift
