// SPDX-License-Identifier: Apache-2.0
// The presets, and how options and presets meet.
#include "host/engine/method.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "host/base/error.hpp"

namespace groundshift {
namespace {

struct PresetMethod {
  NormalizationKind normalize;
  std::vector<ScoreName> scores;
  std::vector<std::int32_t> smooth;
  bool texture;
  std::int32_t window;  ///< of log-ratio; 0: the score's own
  ThresholdRule threshold;
};

/// source : RECIPES 1 of the project, measured again by scripts/measure_presets.py
PresetMethod method_of(Preset preset) {
  using enum ScoreName;
  switch (preset) {
    case Preset::multispectral:
      return {NormalizationKind::contextual, {scva, mad}, {3}, false, 0, ThresholdRule::ki_sqrt};
    case Preset::vhr: return {NormalizationKind::contextual, {scva}, {9, 21}, true, 0, ThresholdRule::automatic};
    case Preset::construction: return {NormalizationKind::none, {chronochrome}, {3}, false, 0, ThresholdRule::ki_sqrt};
    case Preset::anomaly: return {NormalizationKind::none, {hacd}, {3}, false, 0, ThresholdRule::ki_sqrt};
    case Preset::sar: return {NormalizationKind::none, {log_ratio}, {3, 9}, false, 3, ThresholdRule::automatic};
    case Preset::automatic:
    case Preset::general: break;
  }
  return {NormalizationKind::contextual, {scva, mad}, {3, 9}, false, 0, ThresholdRule::automatic};
}

struct Choice {
  Preset preset;
  std::string why;
};

Choice choose_preset(const MethodOptions& options, const SceneFacts& facts) {
  if (options.preset != Preset::automatic) return {options.preset, "asked for"};
  const std::optional<double> size = options.pixel_size ? options.pixel_size : facts.pixel_size;
  const std::int32_t bands = std::min(facts.before_bands, facts.after_bands);
  if (!size) return {Preset::general, "the grid does not say how large a pixel is (--pixel-size tells)"};
  if (*size >= 10.0 && bands >= 4) {
    return {Preset::multispectral,
            fmt::format("pixels of {:g} m, at least 10, and {} bands, at least 4", *size, bands)};
  }
  if (*size <= 2.0) return {Preset::vhr, fmt::format("pixels of {:g} m, at most 2", *size)};
  return {Preset::general, fmt::format("pixels of {:g} m and {} bands", *size, bands)};
}

bool is_windowed(ScoreName score) { return score == ScoreName::ssim || score == ScoreName::ncc; }

std::int32_t own_window(ScoreName score) {
  if (score == ScoreName::ssim) return 7;
  return score == ScoreName::ncc ? 9 : 1;
}

bool is_mad(const Method& m) {
  return m.scores == std::vector{ScoreName::irmad} || m.scores == std::vector{ScoreName::mad};
}

void check_p_values(const Method& m) {
  const std::string rule = fmt::format("--threshold {}", name_of(m.threshold.rule));
  if (!is_mad(m)) {
    throw UsageError(
        fmt::format("{}: only mad and irmad have p-values, {} has none; choose one of these two, or another rule", rule,
                    score_text(m)));
  }
  if (has_p_values(m)) return;
  throw UsageError(fmt::format("{}: p-values belong to the score as it is; add --smooth 1{}{}", rule,
                               m.options.local_contrast > 1 ? ", leave out --local-contrast" : "",
                               m.options.tolerate_shift > 0 ? ", leave out --tolerate-shift" : ""));
}

void check_scores(const Method& m) {
  const MethodOptions& o = m.options;
  if (m.scores.size() > 2) throw UsageError(fmt::format("--score {}: at most two scores are combined", score_text(m)));
  if (m.scores.size() == 2 && m.scores[0] == m.scores[1]) {
    throw UsageError(fmt::format("--score {}: combines a score with itself", score_text(m)));
  }
  if (m.scores.size() == 2 && m.has(ScoreName::index)) {
    throw UsageError(fmt::format("--score {}: index stands alone, it has bands of its own", score_text(m)));
  }
  if (m.smooth.size() > 2) throw UsageError(fmt::format("--smooth {}: at most two sizes are combined", smooth_text(m)));
  if (m.texture && !m.has(ScoreName::scva)) {
    throw UsageError(fmt::format("--texture on: is a channel of scva, not of {}", score_text(m)));
  }
  if (o.tolerate_shift > 0 && (m.texture || m.window > 1)) {
    throw UsageError("--tolerate-shift: shifts pixel scores; not with ssim, ncc, a log-ratio window or --texture on");
  }
  if (m.weights == WeightSource::contextual && m.normalize != NormalizationKind::contextual) {
    throw UsageError("--weights contextual: these weights come from --normalize contextual");
  }
  if (o.window && std::none_of(m.scores.begin(), m.scores.end(),
                               [](ScoreName s) { return is_windowed(s) || s == ScoreName::log_ratio; })) {
    throw UsageError(fmt::format("--window: {} has none; ssim, ncc and log-ratio have", score_text(m)));
  }
  const ThresholdRule rule = m.threshold.rule;
  if (rule == ThresholdRule::p || rule == ThresholdRule::fdr) check_p_values(m);
}

void check_band_counts(const Method& m, const SceneFacts& facts) {
  if (facts.before_bands == facts.after_bands) return;
  for (const ScoreName score : m.scores) {
    if (takes_unequal_bands(score)) continue;
    throw InputError(fmt::format(
        "{}BEFORE gives {} bands and AFTER gives {}, and --score {} compares band with band; choose as many of "
        "each with --before-bands and --after-bands, or score mad, irmad, chronochrome or hacd",
        facts.pair, facts.before_bands, facts.after_bands, name_of(score)));
  }
  if (m.normalize != NormalizationKind::none || m.weights == WeightSource::contextual) {
    throw InputError(
        fmt::format("{}BEFORE gives {} bands and AFTER gives {}, and --normalize {} pairs them; add --normalize none, "
                    "which {} does not "
                    "need",
                    facts.pair, facts.before_bands, facts.after_bands, name_of(m.normalize), score_text(m)));
  }
}

}  // namespace

bool Method::has(ScoreName score) const { return std::find(scores.begin(), scores.end(), score) != scores.end(); }

bool is_affine_invariant(ScoreName score) {
  return score == ScoreName::mad || score == ScoreName::irmad || score == ScoreName::isfa ||
         score == ScoreName::chronochrome || score == ScoreName::hacd;
}

bool has_p_values(const Method& m) {
  return is_mad(m) && m.smooth == std::vector<std::int32_t>{1} && m.options.local_contrast <= 1 &&
         m.options.tolerate_shift == 0;
}

bool is_quadratic(ScoreName score) { return is_affine_invariant(score) || score == ScoreName::mahalanobis; }

bool takes_unequal_bands(ScoreName score) {
  return score == ScoreName::mad || score == ScoreName::irmad || score == ScoreName::chronochrome ||
         score == ScoreName::hacd;
}

bool pairs_no_bands(const MethodOptions& options) {
  const bool paired = options.normalize.value_or(NormalizationKind::none) != NormalizationKind::none ||
                      options.weights == WeightSource::contextual;
  return !paired && !options.scores.empty() &&
         std::all_of(options.scores.begin(), options.scores.end(), takes_unequal_bands);
}

Method resolve_method(const MethodOptions& options, const SceneFacts& facts) {
  Method m;
  m.options = options;
  const Choice choice = choose_preset(options, facts);
  m.preset = choice.preset;
  m.why = choice.why;
  const PresetMethod preset = method_of(m.preset);
  m.scores = options.scores.empty() ? preset.scores : options.scores;
  m.smooth = options.smooth.empty() ? preset.smooth : options.smooth;
  m.normalize = options.normalize.value_or(preset.normalize);
  const bool invariant = std::all_of(m.scores.begin(), m.scores.end(), is_affine_invariant);
  if (!options.normalize && invariant && options.weights != WeightSource::contextual &&
      m.normalize != NormalizationKind::none) {
    m.normalize = NormalizationKind::none;
    m.why += fmt::format("; {} needs no normalization", score_text(m));
  }
  m.texture = options.texture.value_or(preset.texture && m.has(ScoreName::scva));
  m.window = 1;
  for (const ScoreName score : m.scores) m.window = std::max(m.window, own_window(score));
  if (m.has(ScoreName::log_ratio) && preset.window > 0) m.window = std::max(m.window, preset.window);
  if (options.window) m.window = *options.window;
  m.weights = options.weights;
  if (m.weights == WeightSource::automatic) {
    m.weights = m.normalize == NormalizationKind::contextual ? WeightSource::contextual
                : m.normalize == NormalizationKind::pif      ? WeightSource::irmad
                                                             : WeightSource::none;
  }
  m.irmad_tolerance = options.irmad_tolerance.value_or(options.irmad == IrmadMode::canty ? 1e-3 : 1e-4);
  m.fit_pixels = options.fit_pixels.value_or(kAutoFitPixels);
  m.threshold = options.threshold.value_or(Threshold{preset.threshold, 0.0});
  // Where it paid on the measured scenes: several bands, the preset's own score and rule. source : RECIPES 1
  constexpr double kPaying = 1.15;
  constexpr std::int32_t kLeastBands = 4;
  const bool own = options.scores.empty() && options.smooth.empty() && !options.threshold;
  const bool pays =
      m.preset == Preset::general && own && std::min(facts.before_bands, facts.after_bands) >= kLeastBands;
  m.hysteresis = options.hysteresis.value_or(pays ? kPaying : 1.0);
  check_scores(m);
  check_band_counts(m, facts);
  return m;
}

const char* name_of(Preset preset) {
  constexpr const char* kNames[] = {"auto", "general", "multispectral", "vhr", "construction", "anomaly", "sar"};
  return kNames[static_cast<int>(preset)];
}

const char* name_of(ScoreName score) {
  constexpr const char* kNames[] = {"difference",   "relative",    "log-ratio", "cva",   "scva",
                                    "angle",        "mahalanobis", "mad",       "irmad", "isfa",
                                    "chronochrome", "hacd",        "ssim",      "ncc",   "index"};
  return kNames[static_cast<int>(score)];
}

const char* name_of(WeightSource weights) {
  constexpr const char* kNames[] = {"auto", "none", "irmad", "contextual"};
  return kNames[static_cast<int>(weights)];
}

const char* name_of(ThresholdRule rule) {
  constexpr const char* kNames[] = {"auto",    "otsu",  "ki",         "ki-sqrt", "triangle", "rosin",
                                    "isodata", "value", "percentile", "p",       "fdr"};
  return kNames[static_cast<int>(rule)];
}

const char* name_of(NullKind null) { return null == NullKind::scaled_f ? "f" : "chi2"; }

const char* name_of(ChronochromeDirection direction) {
  constexpr const char* kNames[] = {"forward", "backward", "smaller"};
  return kNames[static_cast<int>(direction)];
}

const char* name_of(IrmadMode mode) { return mode == IrmadMode::consistent ? "consistent" : "canty"; }

const char* name_of(NormalizationKind kind) {
  switch (kind) {
    case NormalizationKind::none: return "none";
    case NormalizationKind::zscore: return "zscore";
    case NormalizationKind::regression: return "regression";
    case NormalizationKind::orthogonal: return "orthogonal";
    case NormalizationKind::huber: return "huber";
    case NormalizationKind::histogram: return "histogram";
    case NormalizationKind::pif: return "pif";
    case NormalizationKind::contextual: return "contextual";
  }
  return "?";
}

std::string score_text(const Method& method) {
  std::string text;
  for (const ScoreName score : method.scores) text += (text.empty() ? "" : "+") + std::string(name_of(score));
  return method.has(ScoreName::index) ? text + ":" + method.options.index : text;
}

std::string smooth_text(const Method& method) { return fmt::format("{}", fmt::join(method.smooth, ",")); }

const char* unit_of(const Method& method) {
  if (method.scores.size() != 1) return "1";
  switch (method.scores.front()) {
    case ScoreName::difference:
    case ScoreName::cva: return "input units";
    case ScoreName::scva:
    case ScoreName::mahalanobis:
    case ScoreName::mad:
    case ScoreName::irmad:
    case ScoreName::isfa:
    case ScoreName::chronochrome: return "sigma";
    case ScoreName::angle: return "radian";
    default: return "1";
  }
}

}  // namespace groundshift
