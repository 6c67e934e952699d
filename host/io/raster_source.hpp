// SPDX-License-Identifier: Apache-2.0
// Where the pixels of one date come from, decoded unit by unit.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "host/base/progress.hpp"
#include "host/io/raster_description.hpp"
#include "kernels/view/raster_view.hpp"

namespace groundshift {

class PackedBlocks;

/// What is read of a raster, and how.
struct SourceSelection {
  std::vector<std::int32_t> bands;  ///< 1-based, in order
  PixelType type = PixelType::u8;   ///< pixels are converted to this
  std::optional<double> nodata;     ///< replaces the file's own nodata in every band
  bool ignore_nodata = false;       ///< --src-nodata none
};

/// A window of a raster, and where its pixels and their validity go: pitches in pixels, of one plane's row and of
/// planes.
struct WindowTarget {
  Window window;
  void* pixels = nullptr;
  std::ptrdiff_t row_pitch = 0, band_pitch = 0;
  std::uint8_t* valid = nullptr;
};

/// Decodes windows of one raster. Thread-safe. Units are the grain of decoding: whole blocks of the file, at least
/// kCellSize wide and high where the raster is.
class RasterSource {
 public:
  virtual ~RasterSource() = default;
  virtual const RasterDescription& description() const = 0;
  virtual std::int32_t unit_width() const = 0;
  virtual std::int32_t unit_height() const = 0;
  /// By which way pixels come in, in words: "tiff: raw blocks, DEFLATE", "gdal: <why not the raw blocks>".
  virtual std::string way_in() const = 0;
  /// Units that the way in gave over to GDAL so far: blocks that it did not take.
  virtual std::int64_t units_given_to_gdal() const { return 0; }
  /// The file's packed blocks, for a backend that decodes them itself; null where it has none, as way_in() says.
  virtual const PackedBlocks* packed_blocks() const { return nullptr; }
  /// Memory that decode() takes beside its result, for each thread that is in it.
  virtual std::int64_t thread_bytes() const = 0;
  /// Decodes a window: planar pixels of the selection's type (pitches in elements of it) and one validity byte a
  /// pixel (1 valid). A pixel is invalid where a selected band equals its nodata, is NaN or infinite, or a mask or
  /// alpha band is 0. Throws InputError naming file, band and block of the first part that cannot be read.
  virtual void decode(const Window& window, void* pixels, std::ptrdiff_t row_pitch, std::ptrdiff_t band_pitch,
                      std::uint8_t* valid) = 0;
  /// The same for several windows; two are decoded sooner at once than one after the other where blocks are packed so.
  virtual void decode_all(std::span<const WindowTarget> targets) {
    for (const WindowTarget& t : targets) decode(t.window, t.pixels, t.row_pitch, t.band_pitch, t.valid);
  }
};

/// Side of a unit: whole blocks, at least a cell where the raster is that long.
std::int32_t unit_side(std::int32_t block, std::int32_t raster);

/// Any raster GDAL reads, one dataset handle a thread. Values that the pixel type cannot hold exactly (f64 and 32- or
/// 64-bit integers read as float32) give the warning "inexact_values", once a band. why : for way_in()
std::unique_ptr<RasterSource> make_gdal_source(RasterDescription description, SourceSelection selection,
                                               Warnings& warnings, std::string why = {});

/// Which ways in may be taken.
enum class ReaderChoice : std::uint8_t { automatic, gdal };
/// GROUNDSHIFT_READER: gdal or auto; unset is auto. Throws UsageError.
ReaderChoice reader_choice();

/// The fastest way in that the file allows: its raw blocks, else GDAL. Pixels, validity and errors are the same.
std::unique_ptr<RasterSource> make_raster_source(RasterDescription description, SourceSelection selection,
                                                 Warnings& warnings, ReaderChoice choice = reader_choice());

}  // namespace groundshift
