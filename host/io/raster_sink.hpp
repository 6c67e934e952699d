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

/// What to write. Creation options ("NAME=VALUE") are GDAL's for the format and override ours (blocks of 512, DEFLATE
/// level 1, BIGTIFF=IF_SAFER).
/// threads       : that encode at once
/// memory_bytes  : for what the writer holds back: blocks in parts, packed blocks. More goes to the scratch folder; a
///                 block of pixels and a packed one are held whatever this says
/// gdal_block    : side of the blocks where GDAL writes: tiles of whole blocks are fastest
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
  int threads = 1;
  std::stop_token stop;  ///< a stop ends a long finish with Error(interrupted)
  std::int64_t memory_bytes = std::int64_t{32} << 20;
  std::int32_t gdal_block = 512;
};

/// Throws UsageError for a creation option that is not NAME=VALUE or that GDAL's driver of the format does not know.
void check_creation_options(const std::vector<std::string>& options, RasterFormat format);

/// Takes tiles; the file appears under its name in commit(), complete, or not at all. Methods throw OutputError (disk
/// full, driver, too large for the format). The destructor without commit() removes everything it made.
class RasterSink {
 public:
  virtual ~RasterSink() = default;
  RasterSink(const RasterSink&) = delete;
  RasterSink& operator=(const RasterSink&) = delete;

  /// Whether write() may come from several threads at once, for windows that do not overlap. The packing is then done
  /// in the calling threads; else one thread writes.
  virtual bool concurrent() const = 0;
  /// Writes all bands of a window from planar pixels of the spec's type; pitches count elements. Windows may come in
  /// any order; whole blocks are fastest. Every pixel is written once.
  virtual void write(const Window& window, const void* data, std::ptrdiff_t row_pitch, std::ptrdiff_t band_pitch) = 0;
  /// Statistics of a band (1-based) for the file's metadata; call before finish().
  virtual void set_statistics(std::int32_t band, const BandStatistics& statistics) = 0;
  /// Linear scale of a band (1-based): value = scale * stored + offset; call before finish().
  virtual void set_scale(std::int32_t band, double scale, double offset) = 0;
  /// Makes the file whole and checks it: all that can fail for want of room. Nothing is written after it.
  virtual void finish() = 0;
  /// Moves the finished file to its name (finish() first if that was not called). Returns its size in bytes.
  virtual std::int64_t commit() = 0;

 protected:
  RasterSink() = default;
};

/// Ours in one pass over the pixels, or GDAL's where a creation option asks for what only it does.
/// Throws OutputError (folder missing or read-only, exists without overwrite) and UsageError (check_creation_options).
std::unique_ptr<RasterSink> make_raster_sink(RasterSinkSpec spec);

/// The creation option for which GDAL writes such a file; empty: it is written in one pass.
std::string gdal_writes_because(const RasterSinkSpec& spec);

}  // namespace groundshift
