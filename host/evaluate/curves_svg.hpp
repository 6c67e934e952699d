// SPDX-License-Identifier: Apache-2.0
// The ROC and precision-recall figure as text.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "host/evaluate/curves.hpp"

namespace groundshift {

/// A threshold's place in both panels; a coordinate that is undefined there is absent and not drawn.
struct CurveMark {
  std::string name;
  CurvePoint roc;                              ///< false-positive rate, true-positive rate
  std::optional<CurvePoint> precision_recall;  ///< recall, precision
};

struct CurvesFigure {
  std::string title;
  std::vector<CurvePoint> roc;
  std::vector<CurvePoint> precision_recall;
  double area_under_roc = 0.0;
  double average_precision = 0.0;
  double changed_share = 0.0;    ///< of the scored labelled pixels: the precision of guessing, drawn dashed
  std::vector<CurveMark> marks;  ///< at most three are told apart by shape
};

/// A complete SVG 1.1 document of 1000 x 560 user units: two panels with axes from 0 to 1, ticks, titles that carry the
/// areas, the marks and their legend. Plain shapes and text, no script, no outside resource.
std::string curves_svg(const CurvesFigure& figure);

}  // namespace groundshift
