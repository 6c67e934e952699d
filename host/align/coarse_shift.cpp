// SPDX-License-Identifier: Apache-2.0
// Windows in batches of a fixed size, so that memory stays small and the order of addition is that of the windows.
#include "host/align/coarse_shift.hpp"

#include <algorithm>
#include <memory>
#include <vector>

#include "host/align/tie_grid.hpp"
#include "host/base/error.hpp"
#include "host/base/parallel_for.hpp"

namespace groundshift {
namespace {

constexpr std::int32_t kMaxSide = 256, kWishedSide = 64;
constexpr std::int32_t kMaxWindowsAcross = 6;
constexpr double kReducedShift = 16.0;  ///< reduced pixels; beyond that a 256-pixel window would lose overlap
constexpr std::int64_t kBatch = 8;

struct Layout {
  std::int32_t side = 0, decimation = 1;
  std::vector<Window> windows;
};

std::int32_t largest_side(std::int32_t extent) {
  std::int32_t side = kMaxSide;
  while (side > extent) side /= 2;
  return side;
}

Layout make_layout(std::int32_t width, std::int32_t height, double max_shift) {
  const std::int32_t extent = std::min(width, height);
  Layout layout;
  while (max_shift / layout.decimation > kReducedShift && extent / (2 * layout.decimation) >= kWishedSide)
    layout.decimation *= 2;
  layout.side = largest_side(extent / layout.decimation);
  const std::int32_t full = layout.side * layout.decimation;
  const auto across = [&](std::int32_t all) { return std::min(kMaxWindowsAcross, (all + full - 1) / full); };
  const auto start = [&](std::int32_t all, std::int32_t i, std::int32_t count) {
    const std::int64_t room = all - full;
    return count == 1 ? static_cast<std::int32_t>(room / 2) : static_cast<std::int32_t>(room * i / (count - 1));
  };
  const std::int32_t columns = across(width), rows = across(height);
  for (std::int32_t j = 0; j < rows; ++j)
    for (std::int32_t i = 0; i < columns; ++i)
      layout.windows.push_back({start(width, i, columns), start(height, j, rows), full, full});
  return layout;
}

/// What a thread keeps.
struct Worker {
  explicit Worker(std::int32_t side) : estimator(side) {
    const auto area = static_cast<std::size_t>(side) * static_cast<std::size_t>(side);
    before.resize(area);
    after.resize(area);
    valid.resize(area);
  }
  ShiftEstimator estimator;
  std::vector<float> before, after;
  std::vector<std::uint8_t> valid;
};

}  // namespace

CoarseShift find_coarse_shift(AlignReader& reader, std::int32_t width, std::int32_t height, double max_shift,
                              double min_valid_share, int threads, const std::stop_token& stop) {
  expects(std::min(width, height) >= kSmallestWindow, "a scene to align is at least one small window");
  const Layout layout = make_layout(width, height, max_shift);
  CoarseShift found;
  found.decimation = layout.decimation;
  found.windows = static_cast<std::int32_t>(layout.windows.size());
  const auto area = static_cast<std::size_t>(layout.side) * static_cast<std::size_t>(layout.side);
  std::vector<double> sum(area, 0.0);
  std::vector<std::vector<double>> surfaces(static_cast<std::size_t>(kBatch));
  std::vector<std::unique_ptr<Worker>> workers(static_cast<std::size_t>(threads));
  for (std::int64_t first = 0; first < found.windows; first += kBatch) {
    const std::int64_t count = std::min(kBatch, found.windows - first);
    parallel_for(count, threads, stop, [&](std::int64_t i, int w) {
      auto& worker = workers[static_cast<std::size_t>(w)];
      if (!worker) worker = std::make_unique<Worker>(layout.side);
      reader.read(layout.windows[static_cast<std::size_t>(first + i)], layout.decimation, {}, worker->before.data(),
                  worker->after.data(), worker->valid.data());
      auto& surface = surfaces[static_cast<std::size_t>(i)];
      surface.clear();
      const auto usable = std::count_if(worker->valid.begin(), worker->valid.end(), [](auto v) { return v != 0; });
      if (double(usable) < min_valid_share * double(area)) return;
      const auto correlation = worker->estimator.surface({worker->before, worker->after, worker->valid});
      surface.assign(correlation.begin(), correlation.end());
    });
    for (std::int64_t i = 0; i < count; ++i) {
      const auto& surface = surfaces[static_cast<std::size_t>(i)];
      if (surface.empty()) continue;
      ++found.windows_used;
      for (std::size_t p = 0; p < area; ++p) sum[p] += surface[p];
    }
  }
  if (found.windows_used == 0) return found;
  const auto peak = surface_peak(sum, layout.side, 3 * layout.side / 8);
  found.offset = {peak.peak.dx * layout.decimation, peak.peak.dy * layout.decimation};
  found.reliability = peak.reliability;
  return found;
}

}  // namespace groundshift
