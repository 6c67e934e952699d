// SPDX-License-Identifier: Apache-2.0
// Memory dataset in, file in /vsimem out.
#include "host/io/jpeg.hpp"

#include <cpl_string.h>
#include <fmt/format.h>
#include <mutex>
#include <span>

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

Dataset rgb_dataset(const RgbImage& image) {
  constexpr int kBands = 3;
  expects(image.width >= 1 && image.height >= 1 &&
              image.rgb.size() == std::size_t{kBands} * std::size_t(image.width) * std::size_t(image.height),
          "a picture has three bytes a pixel");
  Dataset memory(driver("MEM").Create("", image.width, image.height, kBands, GDT_Byte, nullptr));
  // GDAL's write takes a non-const buffer that it does not change.
  if (!memory || memory->RasterIO(GF_Write, 0, 0, image.width, image.height,
                                  const_cast<std::uint8_t*>(image.rgb.data()), image.width, image.height, GDT_Byte,
                                  kBands, nullptr, kBands, GSpacing{kBands} * image.width, 1, nullptr) != CE_None) {
    throw OutputError("a picture does not fit into memory");
  }
  return memory;
}

}  // namespace

std::string jpeg_bytes(const RgbImage& image, int quality) {
  const Dataset memory = rgb_dataset(image);
  CPLStringList options;
  options.SetNameValue("QUALITY", fmt::format("{}", quality).c_str());
  const GdalMessages messages;
  const WithoutSidecar without_sidecar;
  const MemoryFile file;
  Dataset copy(driver("JPEG").CreateCopy(file.path().c_str(), memory.get(), FALSE, options.List(), nullptr, nullptr));
  const bool made = copy != nullptr;
  copy.reset();
  const std::span<const std::byte> made_bytes = file.bytes();
  std::string bytes(reinterpret_cast<const char*>(made_bytes.data()), made_bytes.size());
  if (!made || bytes.empty() || messages.has_failure()) {
    throw OutputError(fmt::format("a JPEG picture cannot be made: {}", messages.failure_text()));
  }
  return bytes;
}

}  // namespace groundshift
