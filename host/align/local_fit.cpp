// SPDX-License-Identifier: Apache-2.0
// Normal equations of the penalised spline, applied without being stored.
#include "host/align/local_fit.hpp"

#include <array>
#include <cmath>
#include <cstddef>
#include <iterator>
#include <vector>

#include "host/align/global_fit.hpp"
#include "host/base/parallel_for.hpp"

namespace groundshift {
namespace {

constexpr std::array<double, 5> kSmoothings{0.003, 0.03, 0.3, 3.0, 30.0};
constexpr std::size_t kLocalPoints = 16;
constexpr int kMaxRounds = 2000;
constexpr double kTolerance = 1e-8;  ///< of the right side's norm; shifts then are good to far below 1e-3 px

/// A tie point as the lattice sees it.
struct Sample {
  std::size_t place = 0;  ///< first of its 4 x 4 coefficients
  std::array<double, 16> weights{};
  double dx = 0.0, dy = 0.0;  ///< residual shift
  int fold = 0;
};

/// The penalised normal equations over samples outside one fold (-1: all).
class Equations {
 public:
  Equations(std::int32_t columns, std::int32_t rows, std::span<const Sample> samples)
      : columns_(static_cast<std::size_t>(columns)), rows_(static_cast<std::size_t>(rows)), samples_(samples) {}

  std::vector<double> solve(double Sample::*value, double smoothing, int fold) const {
    std::vector<double> x(columns_ * rows_, 0.0), r(x.size(), 0.0), image(x.size());
    for (const Sample& s : samples_)
      if (s.fold != fold) spread(s, s.*value, r);
    std::vector<double> direction = r;
    double norm = inner(r, r);
    const double enough = norm * kTolerance * kTolerance;
    for (int round = 0; round < kMaxRounds && norm > enough; ++round) {
      apply(direction, smoothing, fold, image);
      const double curvature = inner(direction, image);
      if (!(curvature > 0.0)) break;
      const double step = norm / curvature;
      for (std::size_t i = 0; i < x.size(); ++i) {
        x[i] += step * direction[i];
        r[i] -= step * image[i];
      }
      const double next = inner(r, r);
      for (std::size_t i = 0; i < x.size(); ++i) direction[i] = r[i] + next / norm * direction[i];
      norm = next;
    }
    return x;
  }

  double value_at(const Sample& s, std::span<const double> x) const {
    double sum = 0.0;
    for (std::size_t j = 0; j < 4; ++j)
      for (std::size_t i = 0; i < 4; ++i) sum += s.weights[4 * j + i] * x[s.place + j * columns_ + i];
    return sum;
  }

 private:
  static double inner(std::span<const double> a, std::span<const double> b) {
    double sum = 0.0;
    for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
    return sum;
  }
  void spread(const Sample& s, double value, std::vector<double>& target) const {
    for (std::size_t j = 0; j < 4; ++j)
      for (std::size_t i = 0; i < 4; ++i) target[s.place + j * columns_ + i] += s.weights[4 * j + i] * value;
  }
  void apply(std::span<const double> x, double smoothing, int fold, std::vector<double>& image) const {
    std::fill(image.begin(), image.end(), 0.0);
    for (const Sample& s : samples_)
      if (s.fold != fold) spread(s, value_at(s, x), image);
    const auto second_difference = [&](std::size_t p, std::size_t pitch) {
      const double d = smoothing * (x[p] - 2.0 * x[p + pitch] + x[p + 2 * pitch]);
      image[p] += d;
      image[p + pitch] -= 2.0 * d;
      image[p + 2 * pitch] += d;
    };
    for (std::size_t j = 0; j < rows_; ++j)
      for (std::size_t i = 0; i < columns_; ++i) {
        const std::size_t p = j * columns_ + i;
        if (i + 2 < columns_) second_difference(p, 1);
        if (j + 2 < rows_) second_difference(p, columns_);
        if (i + 1 < columns_ && j + 1 < rows_) {
          const double d = 2.0 * smoothing * (x[p] - x[p + 1] - x[p + columns_] + x[p + columns_ + 1]);
          image[p] += d;
          image[p + 1] -= d;
          image[p + columns_] -= d;
          image[p + columns_ + 1] += d;
        }
      }
  }

  std::size_t columns_, rows_;
  std::span<const Sample> samples_;
};

std::int32_t coefficients(std::int32_t extent, double spacing) {
  return static_cast<std::int32_t>(std::floor((extent - 1.0) / spacing)) + 4;
}

std::vector<Sample> samples_of(const ShiftField& global, const TieGrid& grid, std::int32_t columns, double spacing,
                               std::span<const TiePoint> points) {
  std::vector<Sample> samples;
  for (std::size_t p = 0; p < points.size(); ++p) {
    if (points[p].state != TieState::accepted) continue;
    const double u = points[p].x / spacing, v = points[p].y / spacing;
    const auto wx = spline_weights(u - std::floor(u)), wy = spline_weights(v - std::floor(v));
    const Shift explained = global.evaluate(points[p].x, points[p].y);
    Sample s;
    s.place = static_cast<std::size_t>(v) * static_cast<std::size_t>(columns) + static_cast<std::size_t>(u);
    for (std::size_t j = 0; j < 4; ++j)
      for (std::size_t i = 0; i < 4; ++i) s.weights[4 * j + i] = wy[j] * wx[i];
    s.dx = points[p].shift.dx - explained.dx;
    s.dy = points[p].shift.dy - explained.dy;
    const auto index = static_cast<std::int64_t>(p);
    s.fold = static_cast<int>(index % grid.columns % 2 + 2 * (index / grid.columns % 2));
    samples.push_back(s);
  }
  return samples;
}

}  // namespace

std::optional<LocalFit> fit_local(const ShiftField& global, const TieGrid& grid, std::span<const TiePoint> points,
                                  int threads, const std::stop_token& stop) {
  const double spacing = grid.spacing();
  ShiftField field = global;
  field.model = ShiftModel::local;
  field.lattice = {coefficients(field.width, spacing), coefficients(field.height, spacing), spacing, {}, {}};
  ShiftField without = global;
  without.lattice = {};
  const auto samples = samples_of(without, grid, field.lattice.columns, spacing, points);
  if (samples.size() < kLocalPoints) return std::nullopt;
  const Equations equations(field.lattice.columns, field.lattice.rows, samples);
  constexpr double Sample::*kAxes[] = {&Sample::dx, &Sample::dy};
  // System (smoothing, fold, axis), solved in any order and looked at in this one.
  constexpr std::int64_t kFolds = 4, kSystems = std::size(kSmoothings) * kFolds * 2;
  std::vector<std::vector<double>> solved(static_cast<std::size_t>(kSystems));
  parallel_for(kSystems, threads, stop, [&](std::int64_t system, int) {
    solved[static_cast<std::size_t>(system)] =
        equations.solve(kAxes[system % 2], kSmoothings[system / 2 / kFolds], static_cast<int>(system / 2 % kFolds));
  });
  LocalFit best{field, 0.0, -1.0};
  std::size_t next = 0;
  for (const double smoothing : kSmoothings) {
    double squares = 0.0;
    for (int fold = 0; fold < kFolds; ++fold, next += 2) {
      for (const Sample& s : samples) {
        if (s.fold != fold) continue;
        const double ex = s.dx - equations.value_at(s, solved[next]);
        const double ey = s.dy - equations.value_at(s, solved[next + 1]);
        squares += ex * ex + ey * ey;
      }
    }
    const double rms = std::sqrt(squares / double(samples.size()));
    if (best.cross_validation < 0.0 || rms < best.cross_validation) {
      best.cross_validation = rms;
      best.smoothing = smoothing;
    }
  }
  std::vector<double>* const lattice[] = {&best.field.lattice.dx, &best.field.lattice.dy};
  parallel_for(2, threads, stop,
               [&](std::int64_t axis, int) { *lattice[axis] = equations.solve(kAxes[axis], best.smoothing, -1); });
  return best;
}

double shared_residual_rms(const ShiftField& global, const TieGrid& grid, std::span<const TiePoint> points) {
  double sum = 0.0, count = 0.0;
  const auto columns = static_cast<std::size_t>(grid.columns);
  const auto add = [&](const TiePoint& a, const TiePoint& b) {
    if (a.state != TieState::accepted || b.state != TieState::accepted) return;
    const Shift fa = global.evaluate(a.x, a.y), fb = global.evaluate(b.x, b.y);
    sum += (a.shift.dx - fa.dx) * (b.shift.dx - fb.dx) + (a.shift.dy - fa.dy) * (b.shift.dy - fb.dy);
    count += 1.0;
  };
  for (std::size_t p = 0; p < points.size(); ++p) {
    if (p % columns + 1 < columns) add(points[p], points[p + 1]);
    if (p + columns < points.size()) add(points[p], points[p + columns]);
  }
  return count >= 8.0 && sum > 0.0 ? std::sqrt(sum / count) : 0.0;
}

}  // namespace groundshift
