// SPDX-License-Identifier: Apache-2.0
// From a heatmap and a truth raster to the two sorted lists of scores that every measure is made of.
#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "host/base/progress.hpp"

namespace groundshift {

/// Which truth values mean what; any other value, and nodata, is unlabelled.
struct TruthCoding {
  std::vector<double> unchanged{1.0};
  std::vector<double> changed{2.0};
};

/// Throws UsageError when a list is empty or a value is in both or not a number.
void check_truth_coding(const TruthCoding& coding);

/// Pixels of the truth raster by label, and how many of the labelled ones the heatmap has no score for (nodata, NaN).
struct LabelCounts {
  std::int64_t unlabelled = 0;
  std::int64_t unchanged = 0;
  std::int64_t changed = 0;
  std::int64_t unchanged_without_score = 0;
  std::int64_t changed_without_score = 0;
};

/// unchanged, changed : scores of labelled pixels, ascending, float32 as heatmaps are stored, infinities allowed
/// histogram          : all valid scores of the heatmap, labelled or not, in kScoreBins equal bins on
///                      [score_min, score_max]; the last bin holds its upper edge; infinities are in the end bins
/// score_min, score_max : least and largest finite valid score of the whole heatmap; both 0 when there is none
struct LabelledScores {
  LabelCounts labels;
  std::int64_t scored_pixels = 0;    ///< valid scores, labelled or not
  std::int64_t infinite_scores = 0;  ///< of these
  double score_min = 0.0;
  double score_max = 0.0;
  std::vector<float> unchanged;
  std::vector<float> changed;
  std::vector<std::uint64_t> histogram;
};
inline constexpr std::size_t kScoreBins = 4096;

/// What is compared with what. `band` is the heatmap's, 1-based; the truth is band 1 of its file.
struct ScoresAndTruth {
  std::filesystem::path heatmap;
  std::filesystem::path truth;
  std::int32_t band = 1;
  TruthCoding coding;
};

/// Reads both rasters twice in strips (count, then fill), so that memory is 4 bytes a labelled pixel, one strip
/// and 256 MiB of GDAL's blocks. Sizes must be equal; georeference is not looked at beyond a warning. Throws
/// InputError: unreadable, unequal sizes (both named), no labelled pixel, no labelled pixel with a score.
LabelledScores read_labelled_scores(const ScoresAndTruth& what, const JobContext& context);

}  // namespace groundshift
