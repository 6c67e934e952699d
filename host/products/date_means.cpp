// SPDX-License-Identifier: Apache-2.0
// Tiles to sums, sums to pictures.
#include "host/products/date_means.hpp"

#include <algorithm>
#include <utility>

#include "host/base/error.hpp"
#include "host/io/pixel_conversion.hpp"
#include "host/products/report_pictures.hpp"
#include "kernels/view/mark_invalid.hpp"

namespace groundshift {
namespace {

ViewOptions view_options(const PlannedInput& input) {
  ViewOptions options;
  options.offset = {input.place.offset_x, input.place.offset_y};
  for (const BandInfo& band : input.description.bands) {
    std::optional<double> nodata = input.selection.nodata ? input.selection.nodata : band.nodata;
    options.nodata.push_back(input.selection.ignore_nodata ? std::nullopt : nodata);
  }
  return options;
}

}  // namespace

DateMeansMaker::DateMeansMaker(const DetectPlan& plan, std::int32_t max_side, std::int64_t most_bytes)
    : pixels_left_(pixel_count(plan.grid)) {
  const auto [width, height] = overview_size(plan.grid, max_side);
  width_ = width;
  height_ = height;
  if (!is_integer(plan.type) || (width == plan.grid.width && height == plan.grid.height)) return;
  const ShownBands shown = choose_shown({&plan.before.description, &plan.before.selection.bands},
                                        {&plan.after.description, &plan.after.selection.bands});
  const auto bands = static_cast<std::int32_t>(shown.before.size() + shown.after.size());
  if (PooledSums::byte_count(width, height, bands) > most_bytes) return;
  before_ = sums_of(plan.before, shown.before, plan);
  after_ = sums_of(plan.after, shown.after, plan);
}

std::unique_ptr<DateMeansMaker::DateSums> DateMeansMaker::sums_of(const PlannedInput& input,
                                                                  const std::vector<std::int32_t>& shown,
                                                                  const DetectPlan& plan) const {
  if (input.place.relation == GridRelation::resampled) return nullptr;
  std::vector<std::int32_t> planes;
  std::vector<std::optional<std::int32_t>> nodata;
  const ViewOptions options = view_options(input);
  for (const std::int32_t band : shown) {
    const auto& selected = input.selection.bands;
    const auto found = std::find(selected.begin(), selected.end(), band);
    const BandInfo& info = input.description.bands[static_cast<std::size_t>(band - 1)];
    if (found == selected.end() || !is_integer(info.pixel_type)) return nullptr;
    planes.push_back(static_cast<std::int32_t>(found - selected.begin()));
    nodata.emplace_back();
    const std::optional<double>& value = options.nodata[static_cast<std::size_t>(band - 1)];
    with_pixel_type(plan.type, [&](auto tag) {
      using T = typename decltype(tag)::type;
      if (const std::optional<T> held = nodata_as<T>(value)) nodata.back() = static_cast<std::int32_t>(*held);
    });
  }
  try {
    const GridView view(input.description.path, plan.grid, options);
    if (!view.reads_means({0, 0, plan.grid.width, plan.grid.height}, width_, height_, shown)) return nullptr;
  } catch (const InputError&) {
    return nullptr;  // the page will say so, if it is still true then
  }
  return std::unique_ptr<DateSums>(new DateSums{
      shown, std::move(planes), std::move(nodata),
      PooledSums(plan.grid.width, plan.grid.height, width_, height_, static_cast<std::int32_t>(shown.size()))});
}

template <class T>
void DateMeansMaker::see_date(const Window& core, const PairTile& tile, const PlanarView<const T>& pixels,
                              DateSums& date, Scratch& scratch) {
  const Window& inner = tile.core;
  std::vector<const T*> bands;
  for (const std::int32_t plane : date.planes) bands.push_back(pixels.band(plane).row(inner.y) + inner.x);
  const bool any = std::any_of(date.nodata.begin(), date.nodata.end(), [](const auto& v) { return v.has_value(); });
  if (any) scratch.valid.assign(static_cast<std::size_t>(pixel_count(core)), 1);
  for (std::size_t b = 0; b < bands.size(); ++b) {
    if (!date.nodata[b]) continue;
    for (std::int32_t y = 0; y < core.height; ++y) {
      mark_invalid<T>(bands[b] + y * tile.row_pitch, core.width, static_cast<T>(*date.nodata[b]),
                      scratch.valid.data() + std::ptrdiff_t{y} * core.width);
    }
  }
  date.sums.sum<T>(core, bands, tile.row_pitch, any ? scratch.valid.data() : nullptr, core.width, scratch.part);
  const std::lock_guard lock(mutex_);
  date.sums.add(scratch.part);
}

void DateMeansMaker::see(const Window& core, const PairTile& tile) {
  if (before_ == nullptr && after_ == nullptr) return;
  if (tile.before == nullptr || tile.after == nullptr) return;  // pixels_left_ stays above 0
  std::unique_ptr<Scratch> scratch;
  {
    const std::lock_guard lock(mutex_);
    if (!free_.empty()) {
      scratch = std::move(free_.back());
      free_.pop_back();
    }
  }
  if (scratch == nullptr) scratch = std::make_unique<Scratch>();
  with_pixel_type(tile.type, [&](auto tag) {
    using T = typename decltype(tag)::type;
    if (before_ != nullptr) see_date<T>(core, tile, tile.before_as<T>(), *before_, *scratch);
    if (after_ != nullptr) see_date<T>(core, tile, tile.after_as<T>(), *after_, *scratch);
  });
  const std::lock_guard lock(mutex_);
  free_.push_back(std::move(scratch));
  pixels_left_ -= pixel_count(core);
}

DateMeans DateMeansMaker::take() {
  DateMeans out;
  const auto picture = [&](std::unique_ptr<DateSums>& date) -> std::optional<DateMeans::Date> {
    const std::unique_ptr<DateSums> sums = std::move(date);
    if (sums == nullptr || pixels_left_ != 0) return std::nullopt;
    return DateMeans::Date{sums->shown, {width_, height_, sums->sums.means()}};
  };
  out.before = picture(before_);
  out.after = picture(after_);
  return out;
}

}  // namespace groundshift
