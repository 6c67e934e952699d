// SPDX-License-Identifier: Apache-2.0
// Sorted scores to measures, thresholds and curves.
#include "host/evaluate/evaluate_job.hpp"

#include <cmath>

#include <fmt/format.h>

#include "host/base/error.hpp"
#include "host/evaluate/curves.hpp"
#include "host/evaluate/curves_svg.hpp"
#include "host/evaluate/ranking.hpp"
#include "host/io/output_file.hpp"
#include "kernels/solve/otsu.hpp"

namespace groundshift {
namespace {

constexpr std::size_t kMaxCurvePoints = 2000;

void check_options(const EvaluateOptions& options) {
  check_truth_coding(options.what.coding);
  if (options.threshold && std::isnan(*options.threshold)) throw UsageError("--threshold must be a number");
  if (options.curves.empty()) return;
  if (options.curves.extension() != ".svg") {
    throw UsageError(options.curves.string() + ": curves are written as SVG; name the file *.svg");
  }
  std::error_code ignored;  // a file that does not exist is no input
  if (std::filesystem::equivalent(options.curves, options.what.heatmap, ignored) ||
      std::filesystem::equivalent(options.curves, options.what.truth, ignored)) {
    throw OutputError(options.curves.string() + " is an input; name another file for the curves");
  }
  check_output_path(options.curves, options.overwrite);
}

CurveMark mark_of(const ThresholdAccuracy& at) {
  CurveMark mark;
  mark.name = fmt::format("{} (score > {:.4g})", at.rule, at.threshold);
  mark.roc = {false_positive_rate(at.confusion).value_or(0.0), recall(at.confusion).value_or(0.0)};
  if (const auto p = precision(at.confusion)) mark.precision_recall = CurvePoint{mark.roc.y, *p};
  return mark;
}

void write_curves(const std::filesystem::path& path, const AccuracyReport& report, const LabelledScores& scores) {
  CurvesFigure figure;
  const double changed = double(scores.changed.size()), unchanged = double(scores.unchanged.size());
  figure.title = fmt::format("{} against {}: {} changed, {} unchanged pixels", report.heatmap.filename().string(),
                             report.truth.filename().string(), scores.changed.size(), scores.unchanged.size());
  figure.roc = roc_curve(scores.unchanged, scores.changed, kMaxCurvePoints);
  figure.precision_recall = precision_recall_curve(scores.unchanged, scores.changed, kMaxCurvePoints);
  figure.area_under_roc = *report.area_under_roc;
  figure.average_precision = *report.average_precision;
  figure.changed_share = changed / (changed + unchanged);
  for (const ThresholdAccuracy& at : report.thresholds) figure.marks.push_back(mark_of(at));
  write_text_file(path, curves_svg(figure));
}

void add_warnings(const AccuracyReport& report, Warnings& warnings) {
  const std::int64_t without = report.labels.unchanged_without_score + report.labels.changed_without_score;
  if (without > 0) warnings.add("labelled_without_score", "labelled pixels without a score were left out", without);
  if (report.infinite_scores > 0) {
    warnings.add("infinite_scores", "infinite scores rank as such; Otsu's range leaves them out",
                 report.infinite_scores);
  }
  if (!report.area_under_roc) {
    warnings.add("one_class", "all scored labelled pixels are of one class: ranking measures are undefined");
  }
}

}  // namespace

AccuracyReport run_evaluate(const EvaluateOptions& options, const JobContext& context) {
  check_options(options);
  const LabelledScores scores = read_labelled_scores(options.what, context);
  const auto& unchanged = scores.unchanged;
  const auto& changed = scores.changed;

  AccuracyReport report;
  report.heatmap = options.what.heatmap;
  report.truth = options.what.truth;
  report.band = options.what.band;
  report.labels = scores.labels;
  report.scored_pixels = scores.scored_pixels;
  report.infinite_scores = scores.infinite_scores;
  report.score_min = scores.score_min;
  report.score_max = scores.score_max;
  report.area_under_roc = area_under_roc(unchanged, changed);
  if (report.area_under_roc) report.average_precision = average_precision(unchanged, changed);
  report.recall_at_1_percent_fpr = recall_at_false_positive_rate(unchanged, changed, 0.01);

  if (const auto otsu = otsu_threshold(scores.histogram, scores.score_min, scores.score_max)) {
    report.thresholds.push_back({"otsu", *otsu, confusion_at(unchanged, changed, *otsu)});
  }
  if (const auto oracle = oracle_threshold(unchanged, changed)) {
    report.thresholds.push_back({"oracle", oracle->threshold, oracle->confusion});
  }
  if (options.threshold) {
    report.thresholds.push_back({"given", *options.threshold, confusion_at(unchanged, changed, *options.threshold)});
  }
  add_warnings(report, *context.warnings);
  if (!options.curves.empty()) {
    if (!report.area_under_roc) {
      throw InputError("no curves: the scored labelled pixels of " + report.truth.string() + " are all of one class");
    }
    throw_if_stopped(context.stop);
    write_curves(options.curves, report, scores);
  }
  return report;
}

}  // namespace groundshift
