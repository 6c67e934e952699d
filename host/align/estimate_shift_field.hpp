// SPDX-License-Identifier: Apache-2.0
// By how much two dates on one nominal grid are misregistered: the whole estimate, from pixels to a field and a
// verdict.
#pragma once

#include <cstdint>
#include <optional>
#include <stop_token>
#include <vector>

#include "host/align/align_reader.hpp"
#include "host/align/coarse_shift.hpp"
#include "host/align/shift_field.hpp"
#include "host/align/tie_grid.hpp"
#include "host/align/tie_points.hpp"

namespace groundshift {

/// automatic : measures few windows; no correction where it is not worth it (AlignReport), else a global map, or a
/// local
///             field where neighbouring windows share more than kWorthCorrecting after it
/// global    : a translation or an affine map, whatever its size
/// local     : an affine map and a smooth field, from many windows
enum class AlignMode : std::uint8_t { automatic, global, local };

/// A field with a smaller RMS is not worth a resampling (pixels).
inline constexpr double kWorthCorrecting = 0.15;

struct AlignOptions {
  AlignMode mode = AlignMode::automatic;
  TieOptions tie;
  std::int64_t max_windows = 128;          ///< for the check and a global map
  std::int64_t max_local_windows = 16384;  ///< for a local field
};

/// What was measured, all in pixels of BEFORE's grid unless said otherwise.
struct AlignReport {
  CoarseShift coarse;
  TieGrid grid;                  ///< of `points`
  std::vector<TiePoint> points;  ///< in the order of the grid
  std::int64_t windows_asked = 0;
  std::int64_t windows_valid = 0;  ///< of them with enough valid pixels
  std::int64_t windows_accepted = 0;
  double field_rms = 0.0;   ///< of the measured field over the grid, also where it is not worth correcting
  double rms_before = 0.0;  ///< length of the accepted points' shifts
  double rms_after = 0.0;   ///< what the measured field leaves of them
  double shared_rms = 0.0;  ///< what neighbours share of the residuals of the global map (shared_residual_rms)
  std::optional<double> cross_validation;  ///< of a local field: RMS at points left out of the fit
  std::optional<double> smoothing;
  double field_error = 0.0;  ///< rms_after / root of windows_accepted: how well a global map is known
  /// field_rms reaches kWorthCorrecting and 3 field_error, or shared_rms reaches kWorthCorrecting.
  bool worth_correcting = false;
};

struct AlignResult {
  ShiftField field;  ///< to be applied: model `none` when automatic and not worth it
  AlignReport report;
};

/// Estimates the field for a scene of width x height pixels. The same bits for any number of threads.
/// Throws InputError when a side is below kSmallestWindow, when fewer windows agree on a shift than max(3, a tenth of
/// those with enough valid pixels) ("no common structure"), and when the shift is beyond max_shift; Error(interrupted)
/// on a stop request; what the reader throws.
AlignResult estimate_shift_field(AlignReader& reader, std::int32_t width, std::int32_t height,
                                 const AlignOptions& options, const std::stop_token& stop = {});

}  // namespace groundshift
