// SPDX-License-Identifier: Apache-2.0
// Connected components of a binary image that comes row by row, in memory of a row and of the components kept.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "host/sites/run_store.hpp"

namespace groundshift {

enum class Connectivity : std::uint8_t { four = 4, eight = 8 };

/// The one of what is not in the components.
constexpr Connectivity complementary(Connectivity c) {
  return c == Connectivity::four ? Connectivity::eight : Connectivity::four;
}

/// Sums over the pixels of a component; all integers, so that no order of adding them matters.
/// first      : smallest raster index, row * width + column
/// area_units : sum of the rows' units a pixel (PixelAreas)
/// perimeter  : edges of its pixels that no other of its pixels shares
/// marked     : sum of the labels its runs came with
/// x_min ...  : columns and rows, both ends included
struct ComponentFacts {
  std::int64_t first = 0, area = 0, area_units = 0, sum_x = 0, sum_y = 0, perimeter = 0, marked = 0;
  std::int32_t x_min = 0, y_min = 0, x_max = 0, y_max = 0;
};

/// Whether a component reaches the image's first or last row or column.
inline bool touches_edge(const ComponentFacts& c, std::int32_t width, std::int32_t height) {
  return c.x_min == 0 || c.y_min == 0 || c.x_max == width - 1 || c.y_max == height - 1;
}

/// Runs with label i + 1 belong to components[i]; components are in the order of `first`.
struct LabelledRuns {
  LabelledRuns(std::int32_t height, StoreRoom& room) : runs(height, room) {}
  RunStore runs;
  std::vector<ComponentFacts> components;
};

/// row_units  : units of area a pixel, one a row; empty: 1
/// most_bytes : for the table of components
struct ComponentsSpec {
  std::int32_t width = 0, height = 0;
  Connectivity connectivity = Connectivity::eight;
  std::span<const std::int64_t> row_units;
  std::int64_t most_bytes = 0;
};

/// Rows go in from the top; each is joined to the one above by union-find over the runs of both. A component is known
/// by its place among those of its last row, and each row keeps what becomes of the places of the row above, so that
/// labels are resolved in one sweep from the bottom: nothing grows with the runs but the store.
class Components {
 public:
  /// keep : asked once a component, when it is complete; the others are left out and take no memory
  Components(const ComponentsSpec& spec, StoreRoom& room, std::function<bool(const ComponentFacts&)> keep);

  /// The next row. runs : ascending, apart; their labels are summed in `marked`. Throws BudgetError: more components
  /// than most_bytes holds; OutputError: scratch.
  void add_row(std::span<const Run> runs);
  /// After the last row; once.
  std::unique_ptr<LabelledRuns> finish();

 private:
  void join(std::span<const Run> runs);
  void number(std::span<const Run> runs);
  std::int32_t root_of(std::int32_t node);
  std::int32_t close(const ComponentFacts& facts);

  ComponentsSpec spec_;
  StoreRoom& room_;
  std::function<bool(const ComponentFacts&)> keep_;
  RunStore placed_;  ///< runs labelled with their place; words: what becomes of the places of the row above
  std::int32_t row_ = 0;
  std::vector<Run> above_, current_;
  std::vector<ComponentFacts> open_, next_open_;  ///< by place
  std::vector<ComponentFacts> closed_;
  std::vector<std::int32_t> parent_, place_of_root_, links_;
  std::vector<std::int64_t> shared_;  ///< pixels of each run that lie under a run above
};

}  // namespace groundshift
