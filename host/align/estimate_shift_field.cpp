// SPDX-License-Identifier: Apache-2.0
// Coarse shift, tie points, global map, local field, and the reasons to refuse.
#include "host/align/estimate_shift_field.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include <fmt/format.h>

#include "host/align/global_fit.hpp"
#include "host/align/local_fit.hpp"
#include "host/base/error.hpp"

namespace groundshift {
namespace {

constexpr std::int64_t kFewestWindows = 3;
/// The sum of surfaces of 42 unrelated pairs reached 45 %, that of real pairs was 88 % and more.
constexpr double kCoarseReliability = 60.0;
/// Standard errors. Where buildings lean and forests grew, windows scatter by pixels and their mean is chance.
constexpr double kSignificant = 3.0;
/// Without a clear coarse shift, points farther (scales, pixels) from a global map do not count as agreeing with it,
/// unless neighbours share what they deviate by: else three false peaks would agree within their own scatter.
constexpr double kLargestScale = 0.3;

double length_of(const Offset& o) { return std::sqrt(double(o.dx) * o.dx + double(o.dy) * o.dy); }

[[noreturn]] void refuse_beyond(double dx, double dy, double max_shift) {
  throw InputError(
      fmt::format("AFTER is displaced by about ({:.1f}, {:.1f}) px, beyond the largest shift looked for ({} px); raise "
                  "max-shift if that is right, or check the georeference",
                  dx, dy, max_shift));
}

/// One round of measuring and fitting on one grid.
class Estimate {
 public:
  Estimate(AlignReader& reader, std::int32_t width, std::int32_t height, const AlignOptions& options,
           const std::stop_token& stop)
      : reader_(reader), width_(width), height_(height), options_(options), stop_(stop) {}

  AlignResult run() {
    find_start();
    if (options_.mode == AlignMode::local) {
      measure(TieDensity::dense);
      fit_field();
    } else {
      measure(TieDensity::sparse);
      if (options_.mode == AlignMode::automatic && report_.shared_rms >= kWorthCorrecting) {
        measure(TieDensity::dense);
        fit_field();
      }
    }
    return finish();
  }

 private:
  void find_start() {
    report_.coarse = find_coarse_shift(reader_, width_, height_, options_.tie.max_shift, options_.tie.min_valid_share,
                                       options_.tie.threads, stop_);
    if (!coarse_is_clear()) return;
    start_ = report_.coarse.offset;
    if (length_of(start_) > options_.tie.max_shift + report_.coarse.decimation)
      refuse_beyond(start_.dx, start_.dy, options_.tie.max_shift);
  }

  bool coarse_is_clear() const { return report_.coarse.reliability >= kCoarseReliability; }

  /// Tie points on a grid of this density, the global map through them, and whether there are enough.
  void measure(TieDensity density) {
    report_.grid = make_tie_grid(width_, height_, density,
                                 density == TieDensity::dense ? options_.max_local_windows : options_.max_windows);
    report_.points = measure_tie_points(reader_, report_.grid, start_, options_.tie, stop_);
    report_.windows_asked = report_.grid.count();
    report_.windows_valid = report_.grid.count() - count_of(report_.points, TieState::few_valid);
    check_neighbours(report_.grid, report_.points);
    require_windows();
    const GlobalFit fit = fit_global(report_.points, width_, height_);
    field_ = fit.field;
    report_.shared_rms = shared_residual_rms(field_, report_.grid, report_.points);
    // A warp that the map cannot follow must not look like outliers.
    const double scale = coarse_is_clear() ? fit.scale : std::min(fit.scale, kLargestScale);
    check_model(field_, std::max(scale, report_.shared_rms), report_.points);
    require_windows();
    report_.cross_validation.reset();
    report_.smoothing.reset();
  }

  void require_windows() const {
    const std::int64_t needed = std::max(kFewestWindows, report_.windows_valid / 10);
    const std::int64_t accepted = count_of(report_.points, TieState::accepted);
    if (accepted >= needed) return;
    if (count_of(report_.points, TieState::beyond_max_shift) >= needed) {
      const auto far = std::find_if(report_.points.begin(), report_.points.end(),
                                    [](const TiePoint& p) { return p.state == TieState::beyond_max_shift; });
      refuse_beyond(far->shift.dx, far->shift.dy, options_.tie.max_shift);
    }
    throw InputError(
        fmt::format("no common structure: of {} windows compared {} had enough valid pixels and {} agreed on a shift, "
                    "{} are needed; "
                    "the images may not show the same place, or align with other bands, or without alignment",
                    report_.grid.count(), report_.windows_valid, accepted, needed));
  }

  void fit_field() {
    const auto fit = [&] { return fit_local(field_, report_.grid, report_.points, options_.tie.threads, stop_); };
    auto local = fit();
    if (!local) return;
    // Points off the field itself are outliers that the neighbours' median let pass.
    const double scale = residual_rms(local->field, report_.points);
    check_model(local->field, scale, report_.points);
    local = fit();
    if (!local || local->cross_validation >= residual_rms(field_, report_.points)) return;
    field_ = local->field;
    report_.cross_validation = local->cross_validation;
    report_.smoothing = local->smoothing;
  }

  AlignResult finish() {
    report_.windows_accepted = count_of(report_.points, TieState::accepted);
    report_.field_rms = rms_of(field_);
    ShiftField nothing = field_;
    nothing.model = ShiftModel::none;
    nothing.affine_x = nothing.affine_y = {};
    nothing.lattice = {};
    report_.rms_before = residual_rms(nothing, report_.points);
    report_.rms_after = residual_rms(field_, report_.points);
    const double center = std::sqrt(field_.affine_x[0] * field_.affine_x[0] + field_.affine_y[0] * field_.affine_y[0]);
    if (center > options_.tie.max_shift) refuse_beyond(field_.affine_x[0], field_.affine_y[0], options_.tie.max_shift);
    report_.field_error = report_.rms_after / std::sqrt(double(report_.windows_accepted));
    report_.worth_correcting = report_.field_rms >= std::max(kWorthCorrecting, kSignificant * report_.field_error) ||
                               report_.shared_rms >= kWorthCorrecting;
    const bool apply = options_.mode != AlignMode::automatic || report_.worth_correcting;
    return {apply ? field_ : nothing, std::move(report_)};
  }

  AlignReader& reader_;
  const std::int32_t width_, height_;
  const AlignOptions& options_;
  const std::stop_token stop_;
  Offset start_;
  ShiftField field_;
  AlignReport report_;
};

}  // namespace

AlignResult estimate_shift_field(AlignReader& reader, std::int32_t width, std::int32_t height,
                                 const AlignOptions& options, const std::stop_token& stop) {
  expects(options.tie.max_shift > 0.0 && options.tie.threads >= 1, "alignment looks for some shift in some thread");
  if (std::min(width, height) < kSmallestWindow)
    throw InputError(
        fmt::format("{} x {} pixels are too few to align: at least {} on each side", width, height, kSmallestWindow));
  return Estimate(reader, width, height, options, stop).run();
}

}  // namespace groundshift
