// SPDX-License-Identifier: Apache-2.0
// A smooth field through what a global map leaves of the tie points' shifts.
#pragma once

#include <optional>
#include <span>
#include <stop_token>

#include "host/align/shift_field.hpp"
#include "host/align/tie_points.hpp"

namespace groundshift {

/// field            : `global` with the lattice, model `local`
/// smoothing        : the weight of the penalty that was chosen
/// cross_validation : RMS distance (px) of accepted points from fields fitted without them
struct LocalFit {
  ShiftField field;
  double smoothing = 0.0;
  double cross_validation = 0.0;
};

/// Least squares on the accepted points' residuals plus smoothing * (squared second differences of the spline's
/// coefficients along x, y and twice across), one coefficient a window of `grid` (P-splines: Eilers & Marx 1996; the
/// penalty is Tikhonov's). Of five smoothings the one with the least cross-validation over four interleaved folds of
/// windows. Solved by conjugate gradients, each system in one thread and one order.
/// Nothing with fewer than 16 accepted points.
std::optional<LocalFit> fit_local(const ShiftField& global, const TieGrid& grid, std::span<const TiePoint> points,
                                  int threads = 1, const std::stop_token& stop = {});

/// RMS length (px) of the part of the accepted points' residuals that neighbouring windows share: the root of their
/// mean product, in which errors of single windows cancel. 0 when that is negative or there are fewer than 8
/// neighbours.
double shared_residual_rms(const ShiftField& global, const TieGrid& grid, std::span<const TiePoint> points);

}  // namespace groundshift
