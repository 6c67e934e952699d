// SPDX-License-Identifier: Apache-2.0
// Memory dataset in, file in /vsimem out.
#include "host/io/picture_bytes.hpp"

#include <cpl_string.h>
#include <fmt/format.h>
#include <mutex>
#include <optional>
#include <vector>

#include "host/base/error.hpp"
#include "host/geo/gdal_owners.hpp"
#include "host/io/memory_file.hpp"

namespace groundshift {
namespace {

GDALDriver& driver(const char* name) {
  initialize_gdal();
  GDALDriver* found = GetGDALDriverManager()->GetDriverByName(name);
  if (found == nullptr) throw OutputError(fmt::format("GDAL was built without its {} driver", name));
  // The JPEG driver of GDAL 3.6 writes its list of options when it is first asked for, without a lock, and a copy asks.
  static std::mutex mutex;
  const std::lock_guard lock(mutex);
  found->GetMetadataItem(GDAL_DMD_CREATIONOPTIONLIST);
  return *found;
}

/// Keeps GDAL from writing <name>.aux.xml beside the picture.
class WithoutSidecar {
 public:
  WithoutSidecar() { CPLSetThreadLocalConfigOption("GDAL_PAM_ENABLED", "NO"); }
  ~WithoutSidecar() { CPLSetThreadLocalConfigOption("GDAL_PAM_ENABLED", nullptr); }
  WithoutSidecar(const WithoutSidecar&) = delete;
  WithoutSidecar& operator=(const WithoutSidecar&) = delete;
};

std::string encoded(const char* format, GDALDataset& picture, const CPLStringList& options) {
  const GdalMessages messages;
  const WithoutSidecar without_sidecar;
  const MemoryFile file;
  Dataset copy(driver(format).CreateCopy(file.path().c_str(), &picture, FALSE, options.List(), nullptr, nullptr));
  const bool made = copy != nullptr;
  copy.reset();
  const std::span<const std::byte> made_bytes = file.bytes();
  std::string bytes(reinterpret_cast<const char*>(made_bytes.data()), made_bytes.size());
  if (!made || bytes.empty() || messages.has_failure()) {
    throw OutputError(fmt::format("a {} picture cannot be made: {}", format, messages.failure_text()));
  }
  return bytes;
}

Dataset memory_dataset(const std::uint8_t* pixels, std::int32_t width, std::int32_t height, int bands) {
  Dataset memory(driver("MEM").Create("", width, height, bands, GDT_Byte, nullptr));
  // GDAL's write takes a non-const buffer that it does not change.
  if (!memory || memory->RasterIO(GF_Write, 0, 0, width, height, const_cast<std::uint8_t*>(pixels), width, height,
                                  GDT_Byte, bands, nullptr, bands, GSpacing{bands} * width, 1, nullptr) != CE_None) {
    throw OutputError("a picture does not fit into memory");
  }
  return memory;
}

Dataset rgb_dataset(const RgbImage& image) {
  expects(image.width >= 1 && image.height >= 1 &&
              image.rgb.size() == std::size_t{3} * std::size_t(image.width) * std::size_t(image.height),
          "a picture has three bytes a pixel");
  return memory_dataset(image.rgb.data(), image.width, image.height, 3);
}

/// The same picture by a palette, where it has at most 256 colours: a third of the bytes to pack.
std::optional<IndexedImage> indexed_image(const RgbImage& image) {
  constexpr std::size_t kPlaces = 1024;  // a power of two, four times the colours
  std::vector<std::int32_t> color_at(kPlaces, -1);
  std::vector<std::uint8_t> index_at(kPlaces);
  IndexedImage indexed;
  indexed.width = image.width;
  indexed.height = image.height;
  indexed.index.resize(image.rgb.size() / 3);
  for (std::size_t i = 0; i < indexed.index.size(); ++i) {
    const std::uint8_t* c = image.rgb.data() + 3 * i;
    const std::int32_t color = c[0] << 16 | c[1] << 8 | c[2];
    std::size_t place = (static_cast<std::uint32_t>(color) * 0x9e3779b1u) >> 22;
    while (color_at[place] >= 0 && color_at[place] != color) place = (place + 1) % kPlaces;
    if (color_at[place] < 0) {
      if (indexed.palette.size() == 256) return std::nullopt;
      color_at[place] = color;
      index_at[place] = static_cast<std::uint8_t>(indexed.palette.size());
      indexed.palette.push_back({c[0], c[1], c[2], 255});
    }
    indexed.index[i] = index_at[place];
  }
  return indexed;
}

CPLStringList png_options() {
  CPLStringList options;
  options.SetNameValue("ZLEVEL", "3");  // a third of level 6's time, for a tenth more bytes
  return options;
}

}  // namespace

std::string jpeg_bytes(const RgbImage& image, int quality) {
  const Dataset memory = rgb_dataset(image);
  CPLStringList options;
  options.SetNameValue("QUALITY", fmt::format("{}", quality).c_str());
  return encoded("JPEG", *memory, options);
}

std::string png_bytes(const RgbImage& image) {
  if (const auto indexed = indexed_image(image)) return png_bytes(*indexed);
  const Dataset memory = rgb_dataset(image);
  return encoded("PNG", *memory, png_options());
}

std::string png_bytes(const IndexedImage& image) {
  expects(image.width >= 1 && image.height >= 1 && !image.palette.empty() && image.palette.size() <= 256 &&
              image.index.size() == std::size_t(image.width) * std::size_t(image.height),
          "an indexed picture has one byte a pixel and at most 256 colours");
  const Dataset memory = memory_dataset(image.index.data(), image.width, image.height, 1);
  GDALColorTable colors;
  for (std::size_t i = 0; i < image.palette.size(); ++i) {
    const auto& c = image.palette[i];
    const GDALColorEntry entry{c[0], c[1], c[2], c[3]};
    colors.SetColorEntry(static_cast<int>(i), &entry);
  }
  memory->GetRasterBand(1)->SetColorTable(&colors);
  return encoded("PNG", *memory, png_options());
}

}  // namespace groundshift
