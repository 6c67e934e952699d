// SPDX-License-Identifier: Apache-2.0
// Blocks, bins, points.
#include "host/products/report_samples.hpp"

#include <algorithm>
#include <cmath>

namespace groundshift {
namespace {

constexpr std::int64_t kHistogramSide = 512, kHistogramBlocks = 64;  // whole blocks of our heatmaps
constexpr std::int64_t kSampleSide = 256, kSampleBlocks = 16;
constexpr int kOctave = 16;                  // bins an octave
constexpr int kLowest = -60, kHighest = 60;  // log2 of scores that are told apart; others go to the end bins

/// Bins over the whole range; cut to what is filled at the end.
class Bins {
 public:
  Bins() : counts_(static_cast<std::size_t>(kOctave * (kHighest - kLowest)), 0) {}
  void add(const std::vector<float>& scores) {
    for (const float v : scores) {
      if (std::isnan(v)) continue;
      ++out_.scores;
      if (!(v > 0.0f)) {
        ++out_.not_positive;
        continue;
      }
      const double place = (std::log2(double(v)) - kLowest) * kOctave;
      const double last = double(counts_.size() - 1);
      ++counts_[static_cast<std::size_t>(std::clamp(place, 0.0, last))];
    }
  }
  ScoreHistogram cut(bool all) {
    out_.all = all;
    out_.width = 1.0 / kOctave;
    const auto filled = [](std::int64_t count) { return count > 0; };
    const auto first = std::find_if(counts_.begin(), counts_.end(), filled);
    const auto last = std::find_if(counts_.rbegin(), counts_.rend(), filled).base();
    if (first != counts_.end()) {
      out_.first = kLowest + double(first - counts_.begin()) / kOctave;
      out_.counts.assign(first, last);
    }
    return out_;
  }

 private:
  ScoreHistogram out_;
  std::vector<std::int64_t> counts_;
};

bool complete(const ViewPixels& pixels, std::size_t i) {
  return std::all_of(pixels.bands.begin(), pixels.bands.end(),
                     [i](const auto& band) { return std::isfinite(band[i]); });
}

}  // namespace

std::vector<PixelRect> spread_blocks(const Grid& grid, std::int64_t side, std::int64_t most) {
  const std::int64_t across = (grid.width + side - 1) / side, down = (grid.height + side - 1) / side;
  const std::int64_t total = across * down, taken = std::min(total, most);
  std::vector<PixelRect> blocks;
  for (std::int64_t i = 0; i < taken; ++i) {
    // The middle of the i-th of `taken` equal parts of all blocks in row order.
    const std::int64_t block = taken == total ? i : (2 * i + 1) * total / (2 * taken);
    const std::int64_t x = block % across * side, y = block / across * side;
    blocks.push_back({x, y, std::min(side, grid.width - x), std::min(side, grid.height - y)});
  }
  return blocks;
}

ScoreHistogram histogram_of(const std::vector<float>& scores) {
  Bins bins;
  bins.add(scores);
  return bins.cut(true);
}

ScoreHistogram score_histogram(const GridView& heatmap) {
  const std::vector<PixelRect> blocks = spread_blocks(heatmap.grid(), kHistogramSide, kHistogramBlocks);
  Bins bins;
  std::int64_t pixels = 0;
  for (const PixelRect& b : blocks) {
    bins.add(heatmap.read(b, std::int32_t(b.width), std::int32_t(b.height), {1}).bands[0]);
    pixels += b.width * b.height;
  }
  return bins.cut(pixels == pixel_count(heatmap.grid()));
}

PairSample pair_sample(const ReportDate& before, const ReportDate& after, const Grid& grid, std::size_t most) {
  PairSample out;
  if (!before.view || !after.view || before.bands.empty() || after.bands.empty()) return out;
  out.before.resize(before.bands.size());
  out.after.resize(after.bands.size());
  const std::vector<PixelRect> blocks = spread_blocks(grid, kSampleSide, kSampleBlocks);
  const std::size_t each = most / blocks.size();
  for (const PixelRect& b : blocks) {
    const auto width = std::int32_t(b.width), height = std::int32_t(b.height);
    const ViewPixels first = before.view->read(b, width, height, before.bands);
    const ViewPixels second = after.view->read(b, width, height, after.bands);
    const std::size_t pixels = std::size_t(width) * std::size_t(height);
    // A step that shares no factor with common widths, so that points do not lie in columns.
    const std::size_t step = std::max<std::size_t>(1, pixels / std::max<std::size_t>(1, each)) | 1;
    for (std::size_t i = step / 2; i < pixels; i += step) {
      if (!complete(first, i) || !complete(second, i)) continue;
      for (std::size_t k = 0; k < out.before.size(); ++k) out.before[k].push_back(first.bands[k][i]);
      for (std::size_t k = 0; k < out.after.size(); ++k) out.after[k].push_back(second.bands[k][i]);
    }
  }
  return out;
}

}  // namespace groundshift
