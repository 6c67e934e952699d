// SPDX-License-Identifier: Apache-2.0
// An RGB picture as a memory dataset, copied by GDAL's PNG driver to a temporary sibling.
#include "host/io/png.hpp"

#include "host/base/error.hpp"
#include "host/geo/gdal_owners.hpp"
#include "host/io/output_file.hpp"

namespace groundshift {
namespace {

/// Keeps GDAL from writing <name>.aux.xml beside the picture.
class WithoutSidecar {
 public:
  WithoutSidecar() { CPLSetThreadLocalConfigOption("GDAL_PAM_ENABLED", "NO"); }
  ~WithoutSidecar() { CPLSetThreadLocalConfigOption("GDAL_PAM_ENABLED", nullptr); }
  WithoutSidecar(const WithoutSidecar&) = delete;
  WithoutSidecar& operator=(const WithoutSidecar&) = delete;
};

GDALDriver& driver(const char* name) {
  GDALDriver* found = GetGDALDriverManager()->GetDriverByName(name);
  if (found == nullptr) throw OutputError(std::string("GDAL was built without its ") + name + " driver");
  return *found;
}

}  // namespace

void write_png(const std::filesystem::path& path, const RgbImage& image) {
  expects(image.width >= 1 && image.height >= 1 &&
              image.rgb.size() == std::size_t{3} * std::size_t(image.width) * std::size_t(image.height),
          "a picture has three bytes a pixel");
  initialize_gdal();
  const GdalMessages messages;
  const WithoutSidecar without_sidecar;
  const auto fail = [&] {
    throw OutputError(path.string() + ": cannot write the picture: " + messages.failure_text());
  };

  const Dataset memory(driver("MEM").Create("", image.width, image.height, 3, GDT_Byte, nullptr));
  // GDAL's write takes a non-const buffer that it does not change.
  auto* pixels = const_cast<std::uint8_t*>(image.rgb.data());
  if (!memory || memory->RasterIO(GF_Write, 0, 0, image.width, image.height, pixels, image.width, image.height,
                                  GDT_Byte, 3, nullptr, 3, GSpacing{3} * image.width, 1, nullptr) != CE_None) {
    fail();
  }
  TemporarySibling file(path);
  Dataset copy(driver("PNG").CreateCopy(file.path().c_str(), memory.get(), FALSE, nullptr, nullptr, nullptr));
  if (!copy) fail();
  copy.reset();  // the last bytes go out here, and with them the last failures
  if (messages.has_failure()) fail();
  file.commit();
}

}  // namespace groundshift
