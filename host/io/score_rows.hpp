// SPDX-License-Identifier: Apache-2.0
// Rows of any heatmap as float32 scores: its type, scale, offset and nodata behind one reader.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>

#include "host/geo/grid.hpp"

namespace groundshift {

/// One band of any raster GDAL reads. One thread at a time.
class ScoreRows {
 public:
  /// band : from 1; threads : for decoding, where GDAL's driver can use them
  /// Throws InputError: missing, unreadable, complex, no such band.
  ScoreRows(const std::filesystem::path& path, std::int32_t band, int threads);
  ~ScoreRows();
  ScoreRows(const ScoreRows&) = delete;
  ScoreRows& operator=(const ScoreRows&) = delete;

  const Grid& grid() const;
  std::string description() const;       ///< of the band
  std::int32_t block_rows() const;       ///< rows of the file's blocks
  std::int64_t block_row_bytes() const;  ///< of GDAL's cache for one row of blocks
  /// Rows [y, y + row_count): scale * stored + offset, rounded to float32; NaN where there is no value (nodata, NaN,
  /// mask, alpha). Infinite values stay. Returns how many values float32 could not hold exactly, where the band has no
  /// scale. Throws InputError naming the rows.
  std::int64_t read(std::int32_t y, std::int32_t row_count, std::span<float> scores);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace groundshift
