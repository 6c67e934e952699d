// SPDX-License-Identifier: Apache-2.0
// Regularised labels: what a pixel's score says of change against what its neighbours are taken for.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "kernels/solve/log_histogram.hpp"
#include "kernels/view/raster_view.hpp"

namespace groundshift {

/// A class of pixels: log2 of its scores is taken as normally distributed.
/// share : of all scored pixels, above 0 and below 1
struct ScoreClass {
  double mean = 0.0, sigma = 1.0, share = 0.5;
};

struct TwoClassModel {
  ScoreClass unchanged, changed;
};

/// The two parts of a histogram at a threshold, each bin at log2 of its centre; a bin is of the upper part when its
/// centre exceeds the threshold, as all its scores do at a threshold of log_bin_threshold. A sigma is at least that of
/// scores spread over one bin.
/// window  : as the threshold rules take it (kLogBins counts, else throws std::invalid_argument)
/// returns : nothing when a part is empty: there is nothing to regularise
std::optional<TwoClassModel> two_class_model(const LogWindow& window, double threshold);

/// beta   : weight of a neighbour against ln p, >= 0; source: ALGORITHMS 3 of the project (1.0 to 1.5)
/// sweeps : >= 0, and the halo in rows
/// priors : ln share is added to ln p; calmer where change is rare
struct IcmOptions {
  double beta = 1.0;
  std::int32_t sweeps = 8;
  bool priors = false;
};

/// Iterated conditional modes, synchronous: in every sweep each pixel takes the label l of least
///   U = -ln p(log2 score | l) - beta #{8-neighbours with label l in the sweep before}
/// and is unchanged where both are alike. The labels before the first sweep are score > threshold.
/// ln p(|changed) - ln p(|unchanged) is a parabola in log2 score; beyond its turning point it is held constant, so that
/// a higher score never speaks less for change. A score of 0 or below speaks as 0 does.
/// A pixel without score (NaN) has no label and does not vote; neither does what lies outside the image.
/// agreement : a sweep compares integers, so labels depend on neither strips nor machine
/// source    : Besag, J. Royal Stat. Soc. B 48(3) 1986, 259-302
class Icm {
 public:
  static constexpr std::uint8_t kUnchanged = 0, kChanged = 1, kNoLabel = 255;

  /// threshold : of the first labels
  /// Throws std::invalid_argument for options out of range or a model that is no distribution.
  Icm(const TwoClassModel& model, float threshold, const IcmOptions& options);

  std::int32_t halo() const { return sweeps_; }

  /// Labels of the rows first_row .. first_row + row_count - 1 of `scores`, packed into `labels`
  /// (row_count x scores.width). The same however an image is cut into such strips.
  /// scores : whole rows of the image, halo() of them above and below the labelled ones, or all there are to its edge
  /// Not from several threads at once: the planes of the last call are used again.
  void label(RasterView<const float> scores, std::int32_t first_row, std::int32_t row_count, std::uint8_t* labels);

 private:
  void start(RasterView<const float> scores);
  void sweep(std::int32_t y, std::int32_t width);

  // A label is 1 (changed), -1 (unchanged) or 0 (none); votes, the sum of 8 of them, are -8..8.
  static constexpr std::int32_t kMostVotes = 8;
  static constexpr std::size_t kLimits = 2 * kMostVotes + 1;

  /// limits_[i]: with i - 8 more unchanged neighbours than changed ones, a score above this is change. Rising.
  std::array<float, kLimits> limits_{};
  float threshold_;
  std::int32_t sweeps_;
  std::ptrdiff_t pitch_ = 0;             ///< of the label planes: the width and a column of no label on either side
  std::vector<std::int8_t> now_, next_;  ///< labels, with a row of none above and below
  std::vector<std::int8_t> level_;       ///< how many of the limits the score exceeds, -128 without score
  std::vector<std::int8_t> column_sum_;
};

}  // namespace groundshift
