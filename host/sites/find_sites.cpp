// SPDX-License-Identifier: Apache-2.0
// The steps from scores to sites, each on runs of rows.
#include "host/sites/find_sites.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include <fmt/format.h>

#include "host/base/error.hpp"
#include "host/sites/morphology.hpp"
#include "host/sites/run_rows.hpp"

namespace groundshift {
namespace {

/// Shares of the budget: runs, the table of components, what is left is for rows and outlines.
constexpr std::int64_t kRunShare = 2, kTableShare = 4;
constexpr std::int32_t kNearRows = 2;

void check(const SiteOptions& options, const std::optional<PixelAreas>& areas) {
  if (std::isnan(options.threshold)) throw UsageError("a threshold must be a number");
  if (!(options.hysteresis_factor >= 1.0) || std::isinf(options.hysteresis_factor)) {
    throw UsageError(fmt::format("--hysteresis {}: a factor is at least 1", options.hysteresis_factor));
  }
  if (options.hysteresis_factor > 1.0 && !(options.threshold > 0.0)) {
    throw UsageError("--hysteresis: the threshold is not above 0; a lower one cannot be had by a factor");
  }
  if (options.open_radius < 0 || options.close_radius < 0) throw UsageError("--open, --close: a radius is at least 0");
  for (const AreaLimit& limit : {options.min_area, options.max_hole}) {
    if (!(limit.value >= 0.0)) throw UsageError("an area is at least 0");
    if (limit.unit == AreaUnit::square_metres && limit.value > 0.0 && !areas) {
      throw InputError("the grid has no CRS that gives areas in square metres; give areas in pixels, for example 16px");
    }
  }
}

/// Runs of scores above `low`, labelled with their count of those above `high`, and runs without a score.
void threshold_row(const float* scores, std::int32_t width, float low, float high, std::vector<Run>& set,
                   std::vector<Run>& unknown) {
  set.clear();
  unknown.clear();
  for (std::int32_t x = 0; x < width;) {
    if (scores[x] > low) {
      Run run{x, x, 0};
      for (; run.end < width && scores[run.end] > low; ++run.end) run.label += scores[run.end] > high ? 1 : 0;
      set.push_back(run);
      x = run.end;
    } else if (std::isnan(scores[x])) {
      Run run{x, x + 1, 0};
      while (run.end < width && std::isnan(scores[run.end])) ++run.end;
      unknown.push_back(run);
      x = run.end;
    } else {
      ++x;
    }
  }
}

std::int64_t pixels_of(std::span<const Run> runs) {
  std::int64_t sum = 0;
  for (const Run& run : runs) sum += run.length();
  return sum;
}

}  // namespace

FindSites::FindSites(const SiteOptions& options, const Grid& grid)
    : options_(options),
      grid_(grid),
      areas_(pixel_areas(grid)),
      high_(static_cast<float>(options.threshold)),
      low_(options.hysteresis_factor > 1.0 ? static_cast<float>(options.threshold / options.hysteresis_factor) : high_),
      room_{options.memory_bytes / kRunShare, options.scratch_folder},
      unknown_(grid.height, room_) {
  check(options, areas_);
  if (options_.open_radius > 0 || options_.close_radius > 0) {
    if (low_ == high_) {
      image_ = std::make_unique<RunStore>(grid_.height, room_);
      return;
    }
    components_ = std::make_unique<Components>(spec(options_.connectivity), room_,
                                               [](const ComponentFacts& c) { return c.marked > 0; });
    return;
  }
  components_ = std::make_unique<Components>(spec(options_.connectivity), room_, [this](const ComponentFacts& c) {
    return c.marked > 0 && at_least(options_.min_area, c);
  });
}

FindSites::~FindSites() = default;

ComponentsSpec FindSites::spec(Connectivity connectivity) const {
  ComponentsSpec out;
  out.width = grid_.width;
  out.height = grid_.height;
  out.connectivity = connectivity;
  if (areas_) out.row_units = areas_->row_units;
  out.most_bytes = options_.memory_bytes / kTableShare;
  return out;
}

bool FindSites::at_least(const AreaLimit& limit, const ComponentFacts& c) const {
  if (limit.value <= 0.0) return true;
  if (limit.unit == AreaUnit::pixels) return static_cast<double>(c.area) >= limit.value;
  return static_cast<double>(c.area_units) * areas_->unit_m2 >= limit.value;
}

void FindSites::add_rows(std::int32_t first_row, std::int32_t row_count, const float* scores) {
  expects(first_row == next_row_ && first_row + row_count <= grid_.height, "rows come in order, each once");
  for (std::int32_t i = 0; i < row_count; ++i) {
    threshold_row(scores + std::int64_t{i} * grid_.width, grid_.width, low_, high_, runs_, unknown_runs_);
    unknown_.append(first_row + i, unknown_runs_);
    counts_.scored += grid_.width - pixels_of(unknown_runs_);
    for (const Run& run : runs_) counts_.changed += run.label;
    if (components_ != nullptr) {
      components_->add_row(runs_);
    } else {
      image_->append(first_row + i, runs_);
    }
  }
  next_row_ += row_count;
}

std::unique_ptr<LabelledRuns> FindSites::label(RunStore& image, const Keep& keep) {
  Components components(spec(options_.connectivity), room_, keep);
  for (std::int32_t row = 0; row < grid_.height; ++row) {
    image.read(row, runs_);
    components.add_row(runs_);
  }
  return components.finish();
}

std::unique_ptr<RunStore> FindSites::without_holes(LabelledRuns& image) {
  Components background(spec(complementary(options_.connectivity)), room_, [&](const ComponentFacts& c) {
    const AreaLimit& limit = options_.max_hole;
    const double area = limit.unit == AreaUnit::pixels ? static_cast<double>(c.area)
                                                       : static_cast<double>(c.area_units) * areas_->unit_m2;
    return c.marked == 0 && !touches_edge(c, grid_.width, grid_.height) && area <= limit.value;
  });
  std::vector<Run> gaps;
  for (std::int32_t row = 0; row < grid_.height; ++row) {
    image.runs.read(row, runs_);
    complement_of(runs_, grid_.width, gaps);
    unknown_.read(row, unknown_runs_);
    count_marks(gaps, unknown_runs_);
    background.add_row(gaps);
  }
  const auto holes = background.finish();
  if (holes->components.empty()) return nullptr;
  counts_.filled_holes = static_cast<std::int64_t>(holes->components.size());
  for (const ComponentFacts& hole : holes->components) counts_.filled_pixels += hole.area;
  auto out = std::make_unique<RunStore>(grid_.height, room_);
  std::vector<Run> both;
  for (std::int32_t row = 0; row < grid_.height; ++row) {
    image.runs.read(row, runs_);
    holes->runs.read(row, gaps);
    unite(runs_, gaps, both);
    out->append(row, both);
  }
  return out;
}

void FindSites::finish() {
  expects(next_row_ == grid_.height, "sites are made when all rows are there");
  const auto large_enough = [this](const ComponentFacts& c) { return at_least(options_.min_area, c); };
  if (components_ != nullptr) sites_ = components_->finish();
  components_.reset();
  if (options_.open_radius > 0 || options_.close_radius > 0) {
    RunStore* image = sites_ != nullptr ? &sites_->runs : image_.get();
    std::unique_ptr<RunStore> shaped;
    if (options_.open_radius > 0) shaped = opened(*image, unknown_, grid_.width, options_.open_radius, room_);
    if (options_.close_radius > 0) {
      shaped = closed(shaped != nullptr ? *shaped : *image, unknown_, grid_.width, options_.close_radius, room_);
    }
    image_.reset();
    sites_.reset();
    sites_ = label(*shaped, large_enough);
  }
  if (options_.max_hole.value > 0.0) {
    if (const auto filled = without_holes(*sites_)) {
      sites_.reset();
      sites_ = label(*filled, [](const ComponentFacts&) { return true; });
    }
  }
  for (const ComponentFacts& c : sites_->components) counts_.site_pixels += c.area;
  scores_.assign(sites_->components.size(), {0.0, -std::numeric_limits<float>::infinity(), 0});
}

bool FindSites::has_sites(std::int32_t first_row, std::int32_t row_count) const {
  for (std::int32_t row = first_row; row < first_row + row_count; ++row) {
    if (!sites_->runs.is_empty(row)) return true;
  }
  return false;
}

void FindSites::count_near_unknown(std::int32_t row, std::span<const Run> runs) {
  std::vector<Run> near, grown, all;
  for (std::int32_t y = std::max(0, row - kNearRows); y <= std::min(grid_.height - 1, row + kNearRows); ++y) {
    if (unknown_.is_empty(y)) continue;
    unknown_.read(y, unknown_runs_);
    grown.clear();
    for (const Run& run : unknown_runs_) push_run(grown, {run.begin - kNearRows, run.end + kNearRows, 0});
    unite(near, grown, all);
    near.swap(all);
  }
  if (near.empty()) return;
  std::vector<Run> counted(runs.begin(), runs.end());
  count_marks(counted, near);
  for (std::size_t i = 0; i < counted.size(); ++i) {
    scores_[static_cast<std::size_t>(runs[i].label - 1)].near_unknown += counted[i].label;
  }
}

void FindSites::measure_rows(std::int32_t first_row, std::int32_t row_count, const float* scores) {
  expects(first_row >= next_measured_ && first_row + row_count <= grid_.height,
          "rows are measured in order, each once");
  for (std::int32_t i = 0; i < row_count; ++i) {
    const std::int32_t row = first_row + i;
    if (sites_->runs.is_empty(row)) continue;
    sites_->runs.read(row, runs_);
    const float* line = scores + std::int64_t{i} * grid_.width;
    for (const Run& run : runs_) {
      SiteScores& site = scores_[static_cast<std::size_t>(run.label - 1)];
      double sum = 0.0;
      for (std::int32_t x = run.begin; x < run.end; ++x) {
        sum += double{line[x]};
        site.max = line[x] > site.max ? line[x] : site.max;
      }
      site.sum += sum;
    }
    if (unknown_.run_count() > 0) count_near_unknown(row, runs_);
  }
  next_measured_ = first_row + row_count;
}

std::vector<std::int32_t> FindSites::ranked() const {
  std::vector<std::int32_t> order(scores_.size());
  std::iota(order.begin(), order.end(), 0);
  std::vector<double> keys;
  for (std::size_t i = 0; i < scores_.size(); ++i) {
    const auto area = static_cast<double>(sites()[i].area);
    const double mean = scores_[i].sum / area, key = mean * mean * mean * std::sqrt(area);
    keys.push_back(std::isnan(key) ? -std::numeric_limits<double>::infinity() : key);
  }
  const auto key = [&](std::int32_t i) { return keys[static_cast<std::size_t>(i)]; };
  std::sort(order.begin(), order.end(), [&](std::int32_t a, std::int32_t b) {
    if (key(a) != key(b)) return key(a) > key(b);
    const std::int64_t area_a = sites()[static_cast<std::size_t>(a)].area,
                       area_b = sites()[static_cast<std::size_t>(b)].area;
    return area_a != area_b ? area_a > area_b : a < b;
  });
  return order;
}

}  // namespace groundshift
