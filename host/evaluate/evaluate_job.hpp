// SPDX-License-Identifier: Apache-2.0
// The evaluate job: how well a heatmap tells changed from unchanged ground, against a truth raster.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "host/base/progress.hpp"
#include "host/evaluate/confusion.hpp"
#include "host/evaluate/labelled_scores.hpp"

namespace groundshift {

struct EvaluateOptions {
  ScoresAndTruth what;
  std::optional<double> threshold;  ///< judged beside Otsu's and the oracle's; in the heatmap's stored unit
  std::filesystem::path curves;     ///< SVG to write; empty = none
  bool overwrite = false;           ///< of the curves
};

/// Counts at one threshold. `rule` is "otsu", "given" or "oracle".
struct ThresholdAccuracy {
  std::string rule;
  double threshold = 0.0;
  Confusion confusion;
};

/// Everything `evaluate` found. Measures that a class without scored pixels makes undefined are absent.
struct AccuracyReport {
  std::filesystem::path heatmap;
  std::filesystem::path truth;
  std::int32_t band = 1;
  LabelCounts labels;
  std::int64_t scored_pixels = 0;
  std::int64_t infinite_scores = 0;
  double score_min = 0.0;  ///< finite scores of the whole heatmap
  double score_max = 0.0;
  std::optional<double> area_under_roc;
  std::optional<double> average_precision;
  std::optional<double> recall_at_1_percent_fpr;
  std::vector<ThresholdAccuracy> thresholds;
};

/// Reads, measures, and writes the curves if asked. Otsu: kScoreBins equal bins over all valid scores of the heatmap.
/// Throws UsageError (coding, threshold not a number, curves not named *.svg), InputError (read_labelled_scores; curves
/// of a single class), OutputError (curves exist without overwrite, are an input, cannot be written).
AccuracyReport run_evaluate(const EvaluateOptions& options, const JobContext& context);

/// One JSON object, two-space indented, stable keys; undefined measures are null, infinite thresholds are the strings
/// "inf" and "-inf".
std::string accuracy_json(const AccuracyReport& report, const std::vector<Warning>& warnings);

/// The same for people: a few lines and a table of thresholds, "-" where undefined.
std::string accuracy_table(const AccuracyReport& report);

}  // namespace groundshift
