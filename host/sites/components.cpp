// SPDX-License-Identifier: Apache-2.0
// Down with places and links, up with labels.
#include "host/sites/components.hpp"

#include <algorithm>
#include <limits>
#include <numeric>

#include <fmt/format.h>

#include "host/base/error.hpp"

namespace groundshift {
namespace {

/// A link is the place in the next row, or ~(index of the closed component), or this.
constexpr std::int32_t kDropped = std::numeric_limits<std::int32_t>::min();

void add_run(ComponentFacts& facts, const Run& run, std::int32_t row, std::int64_t first, std::int64_t units,
             std::int64_t shared) {
  const std::int64_t length = run.length();
  if (facts.area == 0) {
    facts.first = first;
    facts.x_min = run.begin;
    facts.x_max = run.end - 1;
    facts.y_min = row;
  }
  facts.area += length;
  facts.area_units += length * units;
  facts.sum_x += length * (std::int64_t{run.begin} + run.end - 1) / 2;
  facts.sum_y += length * row;
  facts.perimeter += 2 + 2 * length - 2 * shared;
  facts.marked += run.label;
  facts.x_min = std::min(facts.x_min, run.begin);
  facts.x_max = std::max(facts.x_max, run.end - 1);
  facts.y_max = row;
}

void merge(ComponentFacts& into, const ComponentFacts& other) {
  into.first = std::min(into.first, other.first);
  into.area += other.area;
  into.area_units += other.area_units;
  into.sum_x += other.sum_x;
  into.sum_y += other.sum_y;
  into.perimeter += other.perimeter;
  into.marked += other.marked;
  into.x_min = std::min(into.x_min, other.x_min);
  into.x_max = std::max(into.x_max, other.x_max);
  into.y_min = std::min(into.y_min, other.y_min);
  into.y_max = std::max(into.y_max, other.y_max);
}

}  // namespace

Components::Components(const ComponentsSpec& spec, StoreRoom& room, std::function<bool(const ComponentFacts&)> keep)
    : spec_(spec), room_(room), keep_(std::move(keep)), placed_(spec.height, room) {}

std::int32_t Components::root_of(std::int32_t node) {
  while (parent_[static_cast<std::size_t>(node)] != node) {
    std::int32_t& up = parent_[static_cast<std::size_t>(node)];
    up = parent_[static_cast<std::size_t>(up)];
    node = up;
  }
  return node;
}

void Components::join(std::span<const Run> runs) {
  const auto places = static_cast<std::int32_t>(open_.size());
  parent_.resize(open_.size() + runs.size());
  std::iota(parent_.begin(), parent_.end(), 0);
  shared_.assign(runs.size(), 0);
  const std::int32_t reach = spec_.connectivity == Connectivity::eight ? 1 : 0;
  std::size_t first = 0;
  for (std::size_t i = 0; i < runs.size(); ++i) {
    const Run& run = runs[i];
    while (first < above_.size() && above_[first].end + reach <= run.begin) ++first;
    for (std::size_t j = first; j < above_.size() && above_[j].begin < run.end + reach; ++j) {
      shared_[i] += std::max(0, std::min(run.end, above_[j].end) - std::max(run.begin, above_[j].begin));
      const std::int32_t a = root_of(above_[j].label), b = root_of(places + static_cast<std::int32_t>(i));
      parent_[static_cast<std::size_t>(std::max(a, b))] = std::min(a, b);
    }
  }
}

std::int32_t Components::close(const ComponentFacts& facts) {
  if (!keep_(facts)) return kDropped;
  if (static_cast<std::int64_t>(closed_.size() + 1) * std::int64_t{sizeof(ComponentFacts)} > spec_.most_bytes ||
      closed_.size() + 1 >= static_cast<std::size_t>(std::numeric_limits<std::int32_t>::max())) {
    throw BudgetError(
        fmt::format("more than {} components do not fit the memory: raise the threshold or --min-area, or allow more "
                    "--memory",
                    closed_.size()));
  }
  closed_.push_back(facts);
  return ~static_cast<std::int32_t>(closed_.size() - 1);
}

void Components::number(std::span<const Run> runs) {
  place_of_root_.assign(parent_.size(), -1);
  next_open_.clear();
  const std::int64_t units = spec_.row_units.empty() ? 1 : spec_.row_units[static_cast<std::size_t>(row_)];
  current_.assign(runs.begin(), runs.end());
  for (std::size_t i = 0; i < runs.size(); ++i) {
    const std::int32_t root = root_of(static_cast<std::int32_t>(open_.size() + i));
    std::int32_t& place = place_of_root_[static_cast<std::size_t>(root)];
    if (place < 0) {
      place = static_cast<std::int32_t>(next_open_.size());
      next_open_.emplace_back();
    }
    add_run(next_open_[static_cast<std::size_t>(place)], runs[i], row_,
            std::int64_t{row_} * spec_.width + runs[i].begin, units, shared_[i]);
    current_[i].label = place;
  }
  links_.resize(open_.size());
  for (std::size_t i = 0; i < open_.size(); ++i) {
    const std::int32_t place = place_of_root_[static_cast<std::size_t>(root_of(static_cast<std::int32_t>(i)))];
    if (place >= 0) merge(next_open_[static_cast<std::size_t>(place)], open_[i]);
    links_[i] = place >= 0 ? place : close(open_[i]);
  }
}

void Components::add_row(std::span<const Run> runs) {
  expects(row_ < spec_.height, "an image has no more rows than it says");
  join(runs);
  number(runs);
  placed_.append(row_, current_, links_);
  above_.swap(current_);
  open_.swap(next_open_);
  ++row_;
}

std::unique_ptr<LabelledRuns> Components::finish() {
  expects(row_ == spec_.height, "components are finished after the last row");
  links_.resize(open_.size());
  for (std::size_t i = 0; i < open_.size(); ++i) links_[i] = close(open_[i]);

  std::vector<std::int32_t> order(closed_.size());
  std::iota(order.begin(), order.end(), 0);
  std::sort(order.begin(), order.end(), [&](std::int32_t a, std::int32_t b) {
    return closed_[static_cast<std::size_t>(a)].first < closed_[static_cast<std::size_t>(b)].first;
  });
  auto out = std::make_unique<LabelledRuns>(spec_.height, room_);
  out->components.reserve(closed_.size());
  std::vector<std::int32_t> label(closed_.size());
  for (const std::int32_t index : order) {
    out->components.push_back(closed_[static_cast<std::size_t>(index)]);
    label[static_cast<std::size_t>(index)] = static_cast<std::int32_t>(out->components.size());
  }
  closed_ = {};

  std::vector<std::int32_t> labels, labels_below;  // by place; 0: left out
  std::vector<Run> kept;
  for (std::int32_t row = spec_.height - 1; row >= 0; --row) {
    labels.resize(links_.size());
    for (std::size_t i = 0; i < links_.size(); ++i) {
      const std::int32_t link = links_[i];
      labels[i] = link == kDropped ? 0
                  : link >= 0      ? labels_below[static_cast<std::size_t>(link)]
                                   : label[static_cast<std::size_t>(~link)];
    }
    placed_.read(row, current_, links_);
    kept.clear();
    for (const Run& run : current_) {
      const std::int32_t l = labels[static_cast<std::size_t>(run.label)];
      if (l != 0) kept.push_back({run.begin, run.end, l});
    }
    out->runs.append(row, kept);
    labels_below.swap(labels);
  }
  return out;
}

}  // namespace groundshift
