// SPDX-License-Identifier: Apache-2.0
// Rows of a file's samples become pixels and validity: one rule for every way in.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "host/base/progress.hpp"
#include "host/io/raster_source.hpp"

namespace groundshift {

/// Thread-safe. Description and selection must outlive it. Bands are named by their place in the selection.
class SampleRows {
 public:
  SampleRows(const RasterDescription& description, const SourceSelection& selection, Warnings& warnings);

  /// Samples of every band are the selection's pixels as they stand: nothing to convert.
  bool direct() const { return direct_; }
  /// Bytes of one sample of a band in the file.
  std::int32_t sample_bytes(std::size_t band) const { return kinds_[band].bytes; }

  /// Marks what is invalid in a row of pixels that needs no conversion.
  void judge(std::size_t band, const void* pixels, std::int32_t count, std::uint8_t* valid) const;
  /// Marks what is invalid in a row of the file's samples, and converts it; values of invalid pixels become 0. Returns
  /// how many were inexact.
  std::int64_t convert(std::size_t band, const void* samples, std::int32_t count, std::uint8_t* valid,
                       void* pixels) const;
  /// The warning "inexact_values", once a band.
  void tell_inexact(std::size_t band, std::int64_t count);

 private:
  /// type : a GDALDataType; signed_byte : GDT_Byte holds int8
  struct Kind {
    int type = 0;
    bool signed_byte = false;
    std::int32_t bytes = 0;
    std::optional<double> nodata;
  };

  const RasterDescription& description_;
  const SourceSelection& selection_;
  Warnings& warnings_;
  std::vector<Kind> kinds_;
  bool direct_ = true;
  std::vector<std::atomic<bool>> inexact_told_;
};

}  // namespace groundshift
