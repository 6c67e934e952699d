// SPDX-License-Identifier: Apache-2.0
// Both dates as small pictures of means, made while their tiles pass by, so that no page decodes them again.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "host/engine/detect_plan.hpp"
#include "host/io/grid_view.hpp"
#include "host/io/pooled_sums.hpp"

namespace groundshift {

/// Pictures of the whole grid. shown : the file's bands, 1-based, in the order of the picture's
struct DateMeans {
  struct Date {
    std::vector<std::int32_t> shown;
    ViewPixels pixels;
  };
  std::optional<Date> before, after;
};

/// Sums up the tiles of a score pass. A date whose picture would be another one than GridView::read() gives is left
/// out: one with overviews, a mask or alpha, one that is resampled or does not cover the grid, float pixels (whose sums
/// would depend on tiles), bands that the score does not read, a scene that is not reduced.
class DateMeansMaker {
 public:
  /// max_side : of the pictures. most_bytes : for the sums; nothing is made that takes more
  DateMeansMaker(const DetectPlan& plan, std::int32_t max_side, std::int64_t most_bytes);

  /// A tile's core as it was read. Every tile once, from several threads. One whose pixels are not on the host ends
  /// it: nothing is made then.
  void see(const Window& core, const PairTile& tile);

  /// What was made of all tiles.
  DateMeans take();

 private:
  struct DateSums {
    std::vector<std::int32_t> shown;
    std::vector<std::int32_t> planes;                 ///< of the tile, one a shown band
    std::vector<std::optional<std::int32_t>> nodata;  ///< one a shown band, of values that pixels can have
    PooledSums sums;
  };
  /// Of one thread at a time.
  struct Scratch {
    std::vector<std::uint8_t> valid;
    PooledSums::Part part;
  };
  std::unique_ptr<DateSums> sums_of(const PlannedInput& input, const std::vector<std::int32_t>& shown,
                                    const DetectPlan& plan) const;
  template <class T>
  void see_date(const Window& core, const PairTile& tile, const PlanarView<const T>& pixels, DateSums& date,
                Scratch& scratch);

  std::int32_t width_ = 0, height_ = 0;
  std::unique_ptr<DateSums> before_, after_;
  std::mutex mutex_;  ///< of all below, and of the sums
  std::vector<std::unique_ptr<Scratch>> free_;
  std::int64_t pixels_left_ = 0;
};

}  // namespace groundshift
