// SPDX-License-Identifier: Apache-2.0
// Writing a raster file that is complete or absent.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "host/geo/grid.hpp"
#include "kernels/view/pixel_type.hpp"
#include "kernels/view/raster_view.hpp"

namespace groundshift {

enum class RasterFormat : std::uint8_t { cog, gtiff };

struct BandStatistics {
  double min = 0.0, max = 0.0, mean = 0.0, std = 0.0;
  std::int64_t valid = 0;
};

/// A value of a categorical byte raster, its name and colour.
struct Category {
  std::uint8_t value = 0;
  std::string name;
  std::uint8_t red = 0, green = 0, blue = 0;
};

/// What to write. Creation options ("NAME=VALUE") are GDAL's for the format and override ours
/// (tiled 512, DEFLATE with a predictor, BIGTIFF=IF_SAFER).
struct RasterSinkSpec {
  std::filesystem::path path;
  RasterFormat format = RasterFormat::cog;
  Grid grid;
  PixelType type = PixelType::f32;
  std::int32_t band_count = 1;
  std::optional<double> nodata;
  std::vector<std::string> band_descriptions;  ///< empty or one a band
  std::vector<Category> categories;  ///< of a single u8 band: names, palette, overviews by the commonest value
  std::vector<std::pair<std::string, std::string>> metadata;  ///< dataset metadata, default domain
  std::vector<std::string> creation_options;
  std::filesystem::path scratch_folder;  ///< empty: beside the output
  bool overwrite = false;
  int threads = 1;                ///< for the encoder
  std::stop_token stop;           ///< a stop ends a long finish with Error(interrupted)
  std::int32_t block_size = 512;  ///< of the file's tiles; writes of whole blocks are fastest
};

/// Throws UsageError for a creation option that is not NAME=VALUE or that GDAL's driver of the format does not know.
void check_creation_options(const std::vector<std::string>& options, RasterFormat format);

/// Streams tiles into a temporary sibling; the file appears under its name in commit(), complete, or not at all.
/// One thread writes. Throws OutputError (folder missing or read-only, exists without overwrite, disk full, driver) and
/// UsageError (a creation option that is not NAME=VALUE or that GDAL's driver does not know).
/// The destructor without commit() removes everything it made.
class RasterSink {
 public:
  explicit RasterSink(RasterSinkSpec spec);
  ~RasterSink();
  RasterSink(RasterSink&&) noexcept;
  RasterSink& operator=(RasterSink&&) noexcept;

  /// Writes all bands of a window from planar pixels of spec.type; pitches count elements. Windows may come in any
  /// order; whole blocks are fastest.
  void write(const Window& window, const void* data, std::ptrdiff_t row_pitch, std::ptrdiff_t band_pitch);
  /// Statistics of a band (1-based) for the file's metadata; call before commit().
  void set_statistics(std::int32_t band, const BandStatistics& statistics);
  /// Linear scale of a band (1-based): value = scale * stored + offset; call before commit().
  void set_scale(std::int32_t band, double scale, double offset);
  /// Closes the file, makes the COG, checks the result: all that can fail for want of room. Nothing is written after
  /// it.
  void finish();
  /// Moves the finished file to its name (finish() first if that was not called). Returns its size in bytes.
  std::int64_t commit();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace groundshift
