// SPDX-License-Identifier: Apache-2.0
// Which normalization, scores, smoothing and threshold a run uses: what the user said, and what the preset adds.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "kernels/solve/band_normalization.hpp"
#include "kernels/solve/irmad.hpp"
#include "kernels/solve/quadratic_scores.hpp"

namespace groundshift {

/// What is set together; the measurements behind it are in the README.
enum class Preset : std::uint8_t { automatic, general, multispectral, vhr, construction, anomaly, sar };

/// The scores by their names on the command line.
enum class ScoreName : std::uint8_t {
  difference,
  relative,
  log_ratio,
  cva,
  scva,
  angle,
  mahalanobis,
  mad,
  irmad,
  isfa,
  chronochrome,
  hacd,
  ssim,
  ncc,
  index
};

/// Which pixels the covariances of a score are taken over: all alike, or weighted by how unchanged they look.
/// automatic : the weights of the normalization where it has some (pif: irmad, contextual), else none
enum class WeightSource : std::uint8_t { automatic, none, irmad, contextual };

/// Rules by the histogram's shape, and from `value` on those that come with a number.
enum class ThresholdRule : std::uint8_t {
  automatic,
  otsu,
  ki,
  ki_sqrt,
  triangle,
  rosin,
  isodata,
  value,
  percentile,
  p,
  fdr
};
constexpr bool has_number(ThresholdRule rule) { return rule >= ThresholdRule::value; }

struct Threshold {
  ThresholdRule rule = ThresholdRule::automatic;
  /// score of `value`; percent at or below of `percentile`, in (0, 100); probability of `p`, false share of `fdr`, in
  /// (0, 1); of the others unused
  double value = 0.0;
};

/// What T is compared with where nothing changed.
enum class NullKind : std::uint8_t { scaled_f, chi_square };

/// fit_pixels of MethodOptions: everything, or a sample beyond kAutoFitPixels.
inline constexpr std::int64_t kFitAll = -1;
inline constexpr std::int64_t kAutoFitPixels = std::int64_t{16} << 20;

/// What a user asked for; what is absent comes from the preset or from the score.
struct MethodOptions {
  Preset preset = Preset::automatic;
  std::optional<double> pixel_size;  ///< metres, for images without georeference
  std::optional<NormalizationKind> normalize;
  std::vector<ScoreName> scores;  ///< one or two (geometric mean); empty: the preset's
  std::string index;              ///< "ndvi", "(A-B)/(A+B)"; with ScoreName::index
  std::vector<std::int32_t> smooth;
  std::optional<bool> texture;
  std::optional<std::int32_t> window;
  std::optional<double> data_range;
  std::optional<double> epsilon;
  WeightSource weights = WeightSource::automatic;
  ChronochromeDirection chronochrome = ChronochromeDirection::forward;
  IrmadMode irmad = IrmadMode::consistent;
  std::optional<double> irmad_tolerance;
  int irmad_passes = 50;
  std::optional<std::int64_t> fit_pixels;  ///< absent: auto; kFitAll; or a number of pixels
  std::int32_t tolerate_shift = 0;
  std::int32_t local_contrast = 1;
  std::optional<Threshold> threshold;
  std::optional<double> hysteresis;  ///< factor below the threshold, >= 1; absent: the preset's
  NullKind null = NullKind::scaled_f;
};

/// What a preset's choice looks at.
/// pixel_size : metres, or nothing when the grid does not say
struct SceneFacts {
  std::optional<double> pixel_size;
  std::int32_t before_bands = 1, after_bands = 1;
  std::string pair{};  ///< "before.tif and after.tif: ", for messages
};

/// A run's method with nothing left open.
struct Method {
  Preset preset = Preset::general;
  std::string why;  ///< how the preset was chosen, and what it does not decide here
  NormalizationKind normalize = NormalizationKind::none;
  std::vector<ScoreName> scores;
  std::vector<std::int32_t> smooth;
  bool texture = false;
  std::int32_t window = 1;
  WeightSource weights = WeightSource::none;  ///< never automatic
  double irmad_tolerance = 1e-4;
  std::int64_t fit_pixels = kAutoFitPixels;  ///< or kFitAll
  Threshold threshold;
  double hysteresis = 1.0;  ///< 1: none
  MethodOptions options;    ///< as asked; what is not above is read here

  bool has(ScoreName score) const;
};

/// Throws UsageError for choices that exclude each other (texture without scva, index or a window score beside another
/// score, ...) and InputError where a score or normalization needs equal band counts of the dates.
Method resolve_method(const MethodOptions& options, const SceneFacts& facts);

/// A score whose own statistics undo any gain and offset a band: normalization does not change it.
bool is_affine_invariant(ScoreName score);
/// A score of quadratic forms, solved from covariances.
bool is_quadratic(ScoreName score);
/// The score is sqrt(T) as it comes, of a T whose distribution is known where nothing changed: it has p-values.
bool has_p_values(const Method& method);
/// A score that takes each date's bands as a set, however many, and compares no band with another.
bool takes_unequal_bands(ScoreName score);
/// Nothing that is asked for compares band with band: such scores alone, named by the user, and no normalization.
bool pairs_no_bands(const MethodOptions& options);

const char* name_of(Preset preset);
const char* name_of(ScoreName score);
const char* name_of(WeightSource weights);
const char* name_of(ThresholdRule rule);
const char* name_of(NullKind null);
const char* name_of(ChronochromeDirection direction);
const char* name_of(IrmadMode mode);
const char* name_of(NormalizationKind kind);
/// "scva+mad", "index:ndvi"
std::string score_text(const Method& method);
/// "3,9"
std::string smooth_text(const Method& method);
/// Unit of the scores for the band description, e.g. "sigma", "radian", "input units", "1".
const char* unit_of(const Method& method);

}  // namespace groundshift
