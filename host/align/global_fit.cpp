// SPDX-License-Identifier: Apache-2.0
// Iteratively reweighted least squares, both axes under the same weights.
#include "host/align/global_fit.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <vector>

#include "host/align/median.hpp"
#include "kernels/solve/linear_algebra.hpp"

namespace groundshift {
namespace {

constexpr int kAbsoluteRounds = 30, kBiweightRounds = 20;
constexpr double kCut = 4.685;              ///< 95 % efficiency under normal errors
constexpr double kRayleighMedian = 1.1774;  ///< median length of a residual whose axes have deviation 1
constexpr double kScaleFloor = 0.01;        ///< pixels; what the estimator resolves
constexpr double kOffModel = 0.5;           ///< pixels
constexpr std::size_t kAffinePoints = 6;
constexpr double kMinF = 5.0;
constexpr double kMinGain = 0.02;

/// Weighted least squares of both axes on (1, u, v) or (1); unchanged field and false when the points do not determine
/// it. u and v are scaled to about one before the equations are solved.
bool solve(std::span<const TiePoint> points, std::span<const double> weights, ShiftField& field) {
  const std::int32_t terms = field.model == ShiftModel::affine ? 3 : 1;
  const double unit = std::max(1.0, std::max(field.width, field.height) / 2.0);
  Matrix normal(terms, terms), right(terms, 2);
  double total = 0.0;
  for (std::size_t i = 0; i < points.size(); ++i) {
    const TiePoint& p = points[i];
    const std::array<double, 3> row{1.0, (p.x - field.center_x) / unit, (p.y - field.center_y) / unit};
    total += weights[i];
    for (std::int32_t r = 0; r < terms; ++r) {
      const double weighted = weights[i] * row[static_cast<std::size_t>(r)];
      for (std::int32_t c = 0; c < terms; ++c) normal(r, c) += weighted * row[static_cast<std::size_t>(c)];
      right(r, 0) += weighted * p.shift.dx;
      right(r, 1) += weighted * p.shift.dy;
    }
  }
  if (!(total > 0.0)) return false;
  for (std::int32_t r = 0; r < terms; ++r) {
    for (std::int32_t c = 0; c < terms; ++c) normal(r, c) /= total;
    right(r, 0) /= total;
    right(r, 1) /= total;
  }
  const auto lower = cholesky(normal);
  if (!lower || condition_number(normal, *lower) > 1e6) return false;  // points on a line
  const Matrix solution = solve_lower_transposed(*lower, solve_lower(*lower, right));
  field.affine_x = {solution(0, 0), 0.0, 0.0};
  field.affine_y = {solution(0, 1), 0.0, 0.0};
  for (std::int32_t r = 1; r < terms; ++r) {
    field.affine_x[static_cast<std::size_t>(r)] = solution(r, 0) / unit;
    field.affine_y[static_cast<std::size_t>(r)] = solution(r, 1) / unit;
  }
  return true;
}

struct Fit {
  GlobalFit global;
  std::vector<double> weights;
};

std::optional<Fit> fit(std::span<const TiePoint> points, ShiftField start, ShiftModel model) {
  Fit result{{start, 0.0}, std::vector<double>(points.size())};
  ShiftField& field = result.global.field;
  field.model = model;
  std::vector<double> lengths(points.size());
  const auto measure = [&] {
    for (std::size_t i = 0; i < points.size(); ++i) lengths[i] = residual(field, points[i]);
  };
  for (int round = 0; round < kAbsoluteRounds; ++round) {
    measure();
    for (std::size_t i = 0; i < points.size(); ++i) result.weights[i] = 1.0 / std::max(lengths[i], kScaleFloor);
    if (!solve(points, result.weights, field)) return std::nullopt;
  }
  measure();
  const double scale = std::max(kScaleFloor, median(lengths) / kRayleighMedian);
  for (int round = 0; round < kBiweightRounds; ++round) {
    measure();
    for (std::size_t i = 0; i < points.size(); ++i) {
      const double part = lengths[i] / (kCut * scale);
      result.weights[i] = part < 1.0 ? (1.0 - part * part) * (1.0 - part * part) : 0.0;
    }
    if (!solve(points, result.weights, field)) return std::nullopt;
  }
  measure();
  result.global.scale = std::max(kScaleFloor, median(lengths) / kRayleighMedian);
  return result;
}

/// Affine rather than a translation? Both residual sums over the points that the affine map believes.
bool deserves_affine(std::span<const TiePoint> points, const ShiftField& translation, const Fit& affine) {
  double translation_squares = 0.0, affine_squares = 0.0, count = 0.0;
  ShiftField difference = affine.global.field;
  ShiftField mean = translation;
  mean.model = ShiftModel::translation;
  std::vector<double> inside(points.size());
  for (std::size_t i = 0; i < points.size(); ++i) inside[i] = affine.weights[i] > 0.0 ? 1.0 : 0.0;
  if (!solve(points, inside, mean) || !solve(points, inside, difference)) return false;
  for (std::size_t i = 0; i < points.size(); ++i) {
    if (inside[i] == 0.0) continue;
    translation_squares += residual(mean, points[i]) * residual(mean, points[i]);
    affine_squares += residual(difference, points[i]) * residual(difference, points[i]);
    count += 1.0;
  }
  if (count < double(kAffinePoints)) return false;
  const double f_value =
      ((translation_squares - affine_squares) / 4.0) / (std::max(affine_squares, 1e-12) / (2.0 * count - 6.0));
  difference.affine_x[0] -= mean.affine_x[0];
  difference.affine_y[0] -= mean.affine_y[0];
  return f_value > kMinF && rms_of(difference) > kMinGain;
}

}  // namespace

double residual(const ShiftField& field, const TiePoint& point) {
  const Shift s = field.evaluate(point.x, point.y);
  const double dx = point.shift.dx - s.dx, dy = point.shift.dy - s.dy;
  return std::sqrt(dx * dx + dy * dy);
}

double residual_rms(const ShiftField& field, std::span<const TiePoint> points) {
  double squares = 0.0, count = 0.0;
  for (const TiePoint& p : points) {
    if (p.state != TieState::accepted) continue;
    const double r = residual(field, p);
    squares += r * r;
    count += 1.0;
  }
  return count > 0.0 ? std::sqrt(squares / count) : 0.0;
}

GlobalFit fit_global(std::span<const TiePoint> points, std::int32_t width, std::int32_t height) {
  std::vector<TiePoint> accepted;
  std::vector<double> dx, dy;
  for (const TiePoint& p : points) {
    if (p.state != TieState::accepted) continue;
    accepted.push_back(p);
    dx.push_back(p.shift.dx);
    dy.push_back(p.shift.dy);
  }
  GlobalFit none;
  none.field.width = width;
  none.field.height = height;
  none.field.center_x = (width - 1) / 2.0;
  none.field.center_y = (height - 1) / 2.0;
  if (accepted.empty()) return none;
  ShiftField start = none.field;
  start.affine_x[0] = median(dx);
  start.affine_y[0] = median(dy);
  const auto translation = fit(accepted, start, ShiftModel::translation);
  if (!translation) return none;
  if (accepted.size() >= kAffinePoints) {
    const auto affine = fit(accepted, start, ShiftModel::affine);
    if (affine && deserves_affine(accepted, translation->global.field, *affine)) return affine->global;
  }
  return translation->global;
}

void check_model(const ShiftField& field, double scale, std::span<TiePoint> points) {
  for (TiePoint& p : points)
    if (p.state == TieState::accepted && residual(field, p) > std::max(kOffModel, kCut * scale))
      p.state = TieState::off_model;
}

}  // namespace groundshift
