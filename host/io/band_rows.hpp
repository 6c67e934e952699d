// SPDX-License-Identifier: Apache-2.0
// Rows of one band as doubles with validity: for work that looks at a whole raster once, in order.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>

#include "host/geo/grid.hpp"

namespace groundshift {

/// Opens one band (1-based) of any raster GDAL reads. Throws InputError (missing, unreadable, complex, no such band).
class BandRows {
 public:
  explicit BandRows(const std::filesystem::path& path, std::int32_t band = 1);
  ~BandRows();
  BandRows(BandRows&&) noexcept;
  BandRows& operator=(BandRows&&) noexcept;

  const Grid& grid() const;
  std::int32_t band_count() const;
  /// Rows [y, y + row_count): values and validity (1/0; nodata, NaN, mask, alpha respected; an infinite score is a
  /// score), row_count * width each.
  void read(std::int32_t y, std::int32_t row_count, std::span<double> values, std::span<std::uint8_t> valid);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace groundshift
