// SPDX-License-Identifier: Apache-2.0
// The plots of a page as SVG elements; their colours come from the page's style (classes bar, axis, grid, mark ...).
#pragma once

#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "host/products/report_samples.hpp"

namespace groundshift {

/// Bars over log2 of the score, heights as square roots so that a small tail is seen, a lettered line a threshold, the
/// one used drawn bold. Empty: no score above 0.
std::string histogram_svg(const ScoreHistogram& histogram, const nlohmann::ordered_json& thresholds);
/// The letters of histogram_svg as rows: letter, rule, value, changed share.
struct ThresholdRow {
  char letter;
  std::string rule;
  double value, changed_fraction;
  bool used;
};
/// Every rule of the summary by ascending value (the used one even where it is none of them); "used" is marked.
std::vector<ThresholdRow> threshold_rows(const nlohmann::ordered_json& thresholds);

/// Points (after, before) and the line before = gain * after + offset. Empty: no points.
std::string scatter_svg(const std::vector<float>& before, const std::vector<float>& after, double gain, double offset,
                        const std::string& name);

/// Canonical correlations by iteration, one line each. Empty: no iteration.
std::string convergence_svg(const nlohmann::ordered_json& rho_by_iteration);

/// Arrows of the measured windows over a plan of the grid, accepted and rejected ones told apart by colour and dash.
/// Empty: no windows.
std::string shift_svg(const nlohmann::ordered_json& alignment, std::int32_t width, std::int32_t height);

}  // namespace groundshift
