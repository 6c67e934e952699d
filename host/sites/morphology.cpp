// SPDX-License-Identifier: Apache-2.0
// Dilation as a count of the discs that cover a pixel; erosion as the dilation of what is not set.
#include "host/sites/morphology.hpp"

#include <algorithm>
#include <cmath>
#include <deque>
#include <vector>

#include "host/sites/run_rows.hpp"

namespace groundshift {
namespace {

/// Rows of runs in a window that moves down one store.
class DiskWindow {
 public:
  DiskWindow(std::int32_t width, std::int32_t radius) : width_(width), radius_(radius) {
    for (std::int32_t dy = 0; dy <= radius; ++dy) {
      std::int32_t reach = radius;
      while (std::int64_t{reach} * reach + std::int64_t{dy} * dy > std::int64_t{radius} * radius) --reach;
      reach_.push_back(reach);
    }
    starts_.assign(static_cast<std::size_t>(width) + 1, 0);
  }

  /// Dilates row after row: read(y, runs) gives the rows, write(y, runs) takes the covered pixels of each.
  template <class Read, class Write>
  void dilate(std::int32_t height, Read&& read, Write&& write) {
    std::deque<std::vector<Run>> rows;  // of y - radius .. y + radius, as far as they exist
    std::int32_t next = 0;
    std::vector<Run> covered;
    for (std::int32_t y = 0; y < height; ++y) {
      for (; next < height && next <= y + radius_; ++next) read(next, rows.emplace_back());
      const std::int32_t first = next - static_cast<std::int32_t>(rows.size());
      cover(rows, first, y, covered);
      write(y, covered);
      if (first == y - radius_) rows.pop_front();
    }
  }

 private:
  void cover(const std::deque<std::vector<Run>>& rows, std::int32_t first, std::int32_t y, std::vector<Run>& covered) {
    covered.clear();
    bool any = false;
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const std::int32_t reach = reach_[static_cast<std::size_t>(std::abs(first + static_cast<std::int32_t>(i) - y))];
      for (const Run& run : rows[i]) {
        ++starts_[static_cast<std::size_t>(std::max(0, run.begin - reach))];
        --starts_[static_cast<std::size_t>(std::min(width_, run.end + reach))];
        any = true;
      }
    }
    if (!any) return;
    std::int32_t depth = 0, begin = 0;
    for (std::int32_t x = 0; x <= width_; ++x) {
      std::int32_t& step = starts_[static_cast<std::size_t>(x)];
      if (step == 0) continue;
      const std::int32_t before = depth;
      depth += step;
      step = 0;
      if (before == 0 && depth > 0) begin = x;
      if (before > 0 && depth == 0) push_run(covered, {begin, x, 0});
    }
  }

  std::int32_t width_, radius_;
  std::vector<std::int32_t> reach_;   ///< of the disk's row dy
  std::vector<std::int32_t> starts_;  ///< begins less ends at each column; all 0 between rows
};

/// dilate: pixels with a score that the disc of a set one covers. erode: set pixels that no disc of one that has a
/// score and is not set covers.
std::unique_ptr<RunStore> step(bool dilate, RunStore& image, RunStore& unknown, std::int32_t width, std::int32_t radius,
                               StoreRoom& room) {
  auto out = std::make_unique<RunStore>(image.height(), room);
  std::vector<Run> set, without, either, result;
  const auto read = [&](std::int32_t y, std::vector<Run>& runs) {
    image.read(y, runs);
    if (dilate) return;
    unknown.read(y, without);
    unite(runs, without, either);
    complement_of(either, width, runs);
  };
  const auto write = [&](std::int32_t y, const std::vector<Run>& covered) {
    if (dilate) {
      unknown.read(y, without);
      subtract(covered, without, result);
    } else {
      image.read(y, set);
      subtract(set, covered, result);
    }
    out->append(y, result);
  };
  DiskWindow(width, radius).dilate(image.height(), read, write);
  return out;
}

}  // namespace

std::unique_ptr<RunStore> opened(RunStore& image, RunStore& unknown, std::int32_t width, std::int32_t radius,
                                 StoreRoom& room) {
  const auto eroded = step(false, image, unknown, width, radius, room);
  return step(true, *eroded, unknown, width, radius, room);
}

std::unique_ptr<RunStore> closed(RunStore& image, RunStore& unknown, std::int32_t width, std::int32_t radius,
                                 StoreRoom& room) {
  const auto dilated = step(true, image, unknown, width, radius, room);
  return step(false, *dilated, unknown, width, radius, room);
}

}  // namespace groundshift
