// SPDX-License-Identifier: Apache-2.0
// 17 scores, one for each outcome of the neighbours' vote, stand for the Gaussians; sweeps are sums of bytes.
#include "host/sites/icm.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
#include <limits>
#include <stdexcept>

#include "kernels/solve/distributions.hpp"

namespace groundshift {
namespace {

constexpr double kLn2 = 0.69314718055994530942;
constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kLeastSigma = 1.0 / (kLogBinsPerOctave * 3.4641016151377546);  // of one bin: its width / sqrt(12)
constexpr std::int8_t kNoLevel = -128;

double log2_of(double x) { return exact_log(x) / kLn2; }

/// Count, sum and sum of squares of a part of the bins in units of half a bin: whole numbers, exact up to 2^27 pixels.
struct Part {
  double count = 0.0, sum = 0.0, squares = 0.0;

  void add(std::uint64_t pixels, double half_bins) {
    count += static_cast<double>(pixels);
    sum += static_cast<double>(pixels) * half_bins;
    squares += static_cast<double>(pixels) * half_bins * half_bins;
  }
  ScoreClass score_class(double total, double lowest) const {
    const double unit = 0.5 / kLogBinsPerOctave, mean = sum / count;
    const double variance = std::max(squares / count - mean * mean, 0.0);
    return {lowest + unit * mean, std::max(unit * std::sqrt(variance), kLeastSigma), count / total};
  }
};

/// ln p(x | changed) - ln p(x | unchanged) for log2 of scores, held constant beyond its turning point.
class LogLikelihoodRatio {
 public:
  LogLikelihoodRatio(const TwoClassModel& model, bool priors) : unchanged_(model.unchanged), changed_(model.changed) {
    constant_ = exact_log(unchanged_.sigma) - exact_log(changed_.sigma);
    if (priors) constant_ += exact_log(changed_.share) - exact_log(unchanged_.share);
    const double a = 1.0 / (unchanged_.sigma * unchanged_.sigma), b = 1.0 / (changed_.sigma * changed_.sigma);
    const double turn = (unchanged_.mean * a - changed_.mean * b) / (a - b);
    if (a > b) lowest_ = turn;
    if (a < b) highest_ = turn;
  }
  double operator()(double log2_score) const {
    const double x = std::clamp(log2_score, lowest_, highest_);
    if (x == -kInfinity) return x;  // equal sigmas or the wider unchanged
    const double u = (x - unchanged_.mean) / unchanged_.sigma, c = (x - changed_.mean) / changed_.sigma;
    return constant_ + 0.5 * (u * u - c * c);
  }

 private:
  ScoreClass unchanged_, changed_;
  double constant_ = 0.0, lowest_ = -kInfinity, highest_ = kInfinity;
};

/// The largest float32 whose ratio is at most `wanted`; -infinity when that of 0 is above, +infinity when none is.
float largest_score_below(const LogLikelihoodRatio& ratio, double wanted) {
  const auto exceeds = [&](std::uint32_t bits) {
    return ratio(log2_of(static_cast<double>(std::bit_cast<float>(bits)))) > wanted;
  };
  std::uint32_t low = 0, high = std::bit_cast<std::uint32_t>(std::numeric_limits<float>::max());
  if (exceeds(low)) return -std::numeric_limits<float>::infinity();
  if (!exceeds(high)) return std::numeric_limits<float>::infinity();
  while (low + 1 < high) {
    const std::uint32_t middle = low + (high - low) / 2;
    (exceeds(middle) ? high : low) = middle;
  }
  return std::bit_cast<float>(low);
}

bool is_class(const ScoreClass& c) {
  return std::isfinite(c.mean) && std::isfinite(c.sigma) && c.sigma > 0.0 && c.share > 0.0 && c.share < 1.0;
}

}  // namespace

std::optional<TwoClassModel> two_class_model(const LogWindow& window, double threshold) {
  if (window.counts.size() != static_cast<std::size_t>(kLogBins)) {
    throw std::invalid_argument("two classes: not the counts of a log histogram");
  }
  Part unchanged, changed;
  for (std::int32_t k = 0; k < kLogBins; ++k) {
    const std::uint64_t count = window.counts[static_cast<std::size_t>(k)];
    (window.scale * log_bin_center(k) > threshold ? changed : unchanged).add(count, 2.0 * k + 1.0);
  }
  if (unchanged.count == 0.0 || changed.count == 0.0) return std::nullopt;
  const double total = unchanged.count + changed.count;
  const double lowest = log2_of(window.scale * static_cast<double>(log_bin_edge(0)));
  return TwoClassModel{unchanged.score_class(total, lowest), changed.score_class(total, lowest)};
}

Icm::Icm(const TwoClassModel& model, float threshold, const IcmOptions& options)
    : threshold_(threshold), sweeps_(options.sweeps) {
  if (!(options.beta >= 0.0 && std::isfinite(options.beta)) || options.sweeps < 0 || std::isnan(threshold)) {
    throw std::invalid_argument("icm: beta or sweeps below 0, or a threshold that is no number");
  }
  if (!is_class(model.unchanged) || !is_class(model.changed) || !(model.unchanged.mean < model.changed.mean)) {
    throw std::invalid_argument("icm: not two distributions, the changed one above");
  }
  const LogLikelihoodRatio ratio(model, options.priors);
  for (std::size_t i = 0; i < kLimits; ++i) {
    limits_[i] = largest_score_below(ratio, options.beta * (static_cast<double>(i) - kMostVotes));
    if (i > 0) limits_[i] = std::max(limits_[i], limits_[i - 1]);  // for a beta within rounding of 0
  }
}

void Icm::start(RasterView<const float> scores) {
  pitch_ = std::ptrdiff_t{scores.width} + 2;
  const auto plane = static_cast<std::size_t>(pitch_ * (std::ptrdiff_t{scores.height} + 2));
  now_.assign(plane, 0);
  next_.assign(plane, 0);
  level_.assign(static_cast<std::size_t>(pitch_) * static_cast<std::size_t>(scores.height), 0);
  column_sum_.assign(static_cast<std::size_t>(pitch_), 0);
  for (std::int32_t y = 0; y < scores.height; ++y) {
    const float* row = scores.row(y);
    std::int8_t* label = now_.data() + (y + 1) * pitch_ + 1;
    std::int8_t* level = level_.data() + y * pitch_ + 1;
    for (std::int32_t x = 0; x < scores.width; ++x) {
      const float r = row[x];
      std::int8_t passed = 0;
      for (const float limit : limits_) passed = static_cast<std::int8_t>(passed + (r > limit ? 1 : 0));
      level[x] = r == r ? passed : kNoLevel;
      label[x] = static_cast<std::int8_t>(r == r ? (r > threshold_ ? 1 : -1) : 0);
    }
  }
}

/// Row y of the next labels.
void Icm::sweep(std::int32_t y, std::int32_t width) {
  const std::int8_t* above = now_.data() + y * pitch_;
  const std::int8_t *own = above + pitch_, *below = own + pitch_, *level = level_.data() + y * pitch_;
  std::int8_t *sum = column_sum_.data(), *out = next_.data() + (y + 1) * pitch_;
  for (std::int32_t x = 0; x < width + 2; ++x) sum[x] = static_cast<std::int8_t>(above[x] + own[x] + below[x]);
  for (std::int32_t x = 1; x <= width; ++x) {
    const auto votes = static_cast<std::int8_t>(sum[x - 1] + sum[x] + sum[x + 1] - own[x]);
    // limits_[8 - votes] is passed when more than 8 - votes of them are.
    const auto passed = static_cast<std::int8_t>(level[x] + votes);
    const auto label = static_cast<std::int8_t>(passed > kMostVotes ? 1 : -1);
    out[x] = level[x] == kNoLevel ? std::int8_t{0} : label;
  }
}

void Icm::label(RasterView<const float> scores, std::int32_t first_row, std::int32_t row_count, std::uint8_t* labels) {
  if (first_row < 0 || row_count < 0 || first_row + row_count > scores.height) {
    throw std::invalid_argument("icm: rows outside the strip");
  }
  start(scores);
  const std::int32_t end_row = first_row + row_count;
  for (std::int32_t left = sweeps_ - 1; left >= 0; --left) {  // sweeps after this one, each needs a row less
    const std::int32_t from = first_row - std::min(left, first_row);
    const std::int32_t to = end_row + std::min(left, scores.height - end_row);
    for (std::int32_t y = from; y < to; ++y) sweep(y, scores.width);
    now_.swap(next_);
  }
  for (std::int32_t y = 0; y < row_count; ++y) {
    const std::int8_t* row = now_.data() + (first_row + y + 1) * pitch_ + 1;
    std::uint8_t* out = labels + std::ptrdiff_t{y} * scores.width;
    for (std::int32_t x = 0; x < scores.width; ++x)
      out[x] = row[x] == 0 ? kNoLabel : row[x] > 0 ? kChanged : kUnchanged;
  }
}

}  // namespace groundshift
