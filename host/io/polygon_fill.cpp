// SPDX-License-Identifier: Apache-2.0
// Even-odd filling with an index of edges by rows.
#include "host/io/polygon_fill.hpp"

#include <algorithm>
#include <cmath>

namespace groundshift {
namespace {

constexpr std::int32_t kBandRows = 64;

}  // namespace

PolygonFill::PolygonFill(const std::vector<Ring>& rings, std::int32_t height) {
  bounds_ = {HUGE_VAL, HUGE_VAL, -HUGE_VAL, -HUGE_VAL};
  for (const Ring& ring : rings) {
    for (std::size_t i = 0; i < ring.size(); ++i) {
      const auto &a = ring[i], &b = ring[(i + 1) % ring.size()];
      bounds_ = {std::min(bounds_[0], a[0]), std::min(bounds_[1], a[1]), std::max(bounds_[2], a[0]),
                 std::max(bounds_[3], a[1])};
      if (a[1] == b[1] || std::max(a[1], b[1]) <= 0.0 || std::min(a[1], b[1]) >= height) continue;
      const auto &top = a[1] < b[1] ? a : b, &bottom = a[1] < b[1] ? b : a;
      edges_.push_back({top[0], top[1], bottom[0], bottom[1]});
    }
  }
  const auto band_of = [&](double y) {
    return static_cast<std::int32_t>(std::clamp(std::floor(y), 0.0, height - 1.0)) / kBandRows;
  };
  if (edges_.empty()) return;
  first_band_ = band_of(bounds_[1]);
  bands_.resize(static_cast<std::size_t>(band_of(bounds_[3]) - first_band_ + 1));
  for (std::uint32_t e = 0; e < edges_.size(); ++e) {
    for (std::int32_t band = band_of(edges_[e].top_y); band <= band_of(edges_[e].bottom_y); ++band) {
      bands_[static_cast<std::size_t>(band - first_band_)].push_back(e);
    }
  }
}

void PolygonFill::fill_row(std::int32_t y, std::int32_t x, std::int32_t width, std::uint8_t* row) const {
  const std::int32_t band = y / kBandRows - first_band_;
  if (band < 0 || band >= static_cast<std::int32_t>(bands_.size())) return;
  const double center = y + 0.5;
  thread_local std::vector<double> crossings;
  crossings.clear();
  for (const std::uint32_t index : bands_[static_cast<std::size_t>(band)]) {
    const Edge& e = edges_[index];
    if (center < e.top_y || center >= e.bottom_y) continue;
    crossings.push_back((center - e.top_y) * (e.bottom_x - e.top_x) / (e.bottom_y - e.top_y) + e.top_x);
  }
  std::sort(crossings.begin(), crossings.end());
  const double left = x, right = static_cast<double>(x) + width;
  for (std::size_t i = 0; i + 1 < crossings.size(); i += 2) {
    const double from = std::max(std::floor(crossings[i] + 0.5), left);
    const double to = std::min(std::floor(crossings[i + 1] + 0.5), right);
    if (from < to) std::fill_n(row + static_cast<std::int32_t>(from - left), static_cast<std::int32_t>(to - from), 1);
  }
}

}  // namespace groundshift
