// SPDX-License-Identifier: Apache-2.0
// The accuracy report as JSON and as a table.
#include <cmath>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "host/evaluate/evaluate_job.hpp"

namespace groundshift {
namespace {

using Json = nlohmann::ordered_json;

Json number(double v) {
  if (std::isinf(v)) return v > 0 ? "inf" : "-inf";
  return v;
}

Json number(const std::optional<double>& v) { return v ? Json(*v) : Json(nullptr); }

std::string cell(const std::optional<double>& v) { return v ? fmt::format("{:.4f}", *v) : "-"; }

Json threshold_json(const ThresholdAccuracy& at) {
  const Confusion& c = at.confusion;
  return {{"threshold", number(at.threshold)},
          {"oa", number(overall_accuracy(c))},
          {"kappa", number(cohen_kappa(c))},
          {"f1", number(f1_score(c))},
          {"precision", number(precision(c))},
          {"recall", number(recall(c))},
          {"tpr", number(recall(c))},
          {"fpr", number(false_positive_rate(c))},
          {"confusion",
           {{"true_positive", c.true_positive},
            {"false_positive", c.false_positive},
            {"true_negative", c.true_negative},
            {"false_negative", c.false_negative}}}};
}

}  // namespace

std::string accuracy_json(const AccuracyReport& report, const std::vector<Warning>& warnings) {
  const LabelCounts& n = report.labels;
  Json json;
  json["heatmap"] = report.heatmap.string();
  json["truth"] = report.truth.string();
  json["band"] = report.band;
  json["labels"] = {{"unlabelled", n.unlabelled},
                    {"unchanged", n.unchanged},
                    {"changed", n.changed},
                    {"unchanged_without_score", n.unchanged_without_score},
                    {"changed_without_score", n.changed_without_score}};
  json["scores"] = {{"valid", report.scored_pixels},
                    {"infinite", report.infinite_scores},
                    {"min", report.score_min},
                    {"max", report.score_max}};
  json["auc"] = number(report.area_under_roc);
  json["average_precision"] = number(report.average_precision);
  json["tpr_at_fpr_0.01"] = number(report.recall_at_1_percent_fpr);
  json["thresholds"] = Json::object();
  for (const ThresholdAccuracy& at : report.thresholds) json["thresholds"][at.rule] = threshold_json(at);
  json["warnings"] = Json::array();
  for (const Warning& w : warnings) {
    json["warnings"].push_back({{"code", w.code}, {"message", w.message}, {"count", w.count}});
  }
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string accuracy_table(const AccuracyReport& report) {
  const LabelCounts& n = report.labels;
  const std::int64_t without = n.unchanged_without_score + n.changed_without_score;
  std::string text = fmt::format("heatmap             {}, band {}\ntruth               {}\n", report.heatmap.string(),
                                 report.band, report.truth.string());
  text += fmt::format("labelled pixels     {} changed, {} unchanged ({} unlabelled)\n", n.changed, n.unchanged,
                      n.unlabelled);
  text += fmt::format("without a score     {} labelled pixels left out ({} changed, {} unchanged)\n", without,
                      n.changed_without_score, n.unchanged_without_score);
  text += fmt::format("scores              {} valid, {:.6g} to {:.6g}{}\n", report.scored_pixels, report.score_min,
                      report.score_max,
                      report.infinite_scores > 0 ? fmt::format(", and {} infinite", report.infinite_scores) : "");
  text += fmt::format("AUC                 {}\n", cell(report.area_under_roc));
  text += fmt::format("average precision   {}\n", cell(report.average_precision));
  text += fmt::format("TPR at 1 % FPR      {}\n\n", cell(report.recall_at_1_percent_fpr));
  text += fmt::format("{:<8} {:>12} {:>7} {:>7} {:>7} {:>9} {:>7} {:>7} {:>11} {:>11} {:>11} {:>11}\n", "rule",
                      "score >", "OA", "kappa", "F1", "precision", "TPR", "FPR", "TP", "FP", "TN", "FN");
  for (const ThresholdAccuracy& at : report.thresholds) {
    const Confusion& c = at.confusion;
    text += fmt::format("{:<8} {:>12.6g} {:>7} {:>7} {:>7} {:>9} {:>7} {:>7} {:>11} {:>11} {:>11} {:>11}\n", at.rule,
                        at.threshold, cell(overall_accuracy(c)), cell(cohen_kappa(c)), cell(f1_score(c)),
                        cell(precision(c)), cell(recall(c)), cell(false_positive_rate(c)), c.true_positive,
                        c.false_positive, c.true_negative, c.false_negative);
  }
  text += "TPR is recall. otsu: of all scores, blind to the truth. oracle: best kappa any threshold can reach.\n";
  return text;
}

}  // namespace groundshift
