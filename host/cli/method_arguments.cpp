// SPDX-License-Identifier: Apache-2.0
// From words to MethodOptions.
#include "host/cli/method_arguments.hpp"

#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "host/base/error.hpp"
#include "host/cli/arguments.hpp"

namespace groundshift::cli {
namespace {

constexpr Preset kPresets[] = {Preset::automatic, Preset::general,      Preset::multispectral,
                               Preset::vhr,       Preset::construction, Preset::anomaly,
                               Preset::sar};
constexpr NormalizationKind kNormalizations[] = {NormalizationKind::none,       NormalizationKind::zscore,
                                                 NormalizationKind::regression, NormalizationKind::orthogonal,
                                                 NormalizationKind::huber,      NormalizationKind::histogram,
                                                 NormalizationKind::pif,        NormalizationKind::contextual};
constexpr ScoreName kScores[] = {ScoreName::difference, ScoreName::relative, ScoreName::log_ratio,    ScoreName::cva,
                                 ScoreName::scva,       ScoreName::angle,    ScoreName::mahalanobis,  ScoreName::mad,
                                 ScoreName::irmad,      ScoreName::isfa,     ScoreName::chronochrome, ScoreName::hacd,
                                 ScoreName::ssim,       ScoreName::ncc};
constexpr WeightSource kWeights[] = {WeightSource::automatic, WeightSource::none, WeightSource::irmad,
                                     WeightSource::contextual};
constexpr ThresholdRule kRules[] = {ThresholdRule::automatic, ThresholdRule::otsu,     ThresholdRule::ki,
                                    ThresholdRule::ki_sqrt,   ThresholdRule::triangle, ThresholdRule::rosin,
                                    ThresholdRule::isodata};
constexpr NullKind kNulls[] = {NullKind::scaled_f, NullKind::chi_square};
constexpr ChronochromeDirection kDirections[] = {ChronochromeDirection::forward, ChronochromeDirection::backward,
                                                 ChronochromeDirection::smaller};
constexpr IrmadMode kModes[] = {IrmadMode::consistent, IrmadMode::canty};

/// Sides of boxes: odd, 1 to 999.
std::int32_t parse_side(const char* option, const std::string& text) {
  const double side = parse_number(option, text);
  if (!(side >= 1.0 && side <= 999.0) || side != std::floor(side) || std::fmod(side, 2.0) == 0.0) {
    throw UsageError(fmt::format("{} {}: a side is an odd number from 1 (off) to 999", option, text));
  }
  return static_cast<std::int32_t>(side);
}

double parse_positive(const char* option, const std::string& text) {
  const double value = parse_number(option, text);
  if (!(value > 0.0 && std::isfinite(value))) {
    throw UsageError(fmt::format("{} {}: must be above 0 and finite", option, text));
  }
  return value;
}

void parse_scores(const std::string& text, MethodOptions& o) {
  constexpr std::string_view kIndex = "index:";
  if (lower(text).starts_with(kIndex)) {
    o.scores = {ScoreName::index};
    o.index = text.substr(kIndex.size());
    return;
  }
  if (lower(text) == "index") throw UsageError("--score index: name it, as in index:ndvi or index:(4-3)/(4+3)");
  for (const std::string& word : split(text, '+')) o.scores.push_back(choice("--score", word, kScores));
}

/// A rule with a number: an example of it, where the number has to lie, and in words.
struct NumberedRule {
  ThresholdRule rule;
  const char* example;
  double above, below;
  const char* range;
};
constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr NumberedRule kNumberedRules[] = {
    {ThresholdRule::value, "value:3.5", -kInfinity, kInfinity, "a score is finite"},
    {ThresholdRule::percentile, "percentile:98", 0.0, 100.0, "a percentage lies between 0 and 100, both excluded"},
    {ThresholdRule::p, "p:0.01", 0.0, 1.0, "a probability lies between 0 and 1"},
    {ThresholdRule::fdr, "fdr:0.05", 0.0, 1.0, "a share of false discoveries lies between 0 and 1"}};

Threshold parse_threshold(const std::string& text) {
  const auto colon = text.find(':');
  const std::string word = lower(text.substr(0, colon));
  std::string known;
  for (const ThresholdRule rule : kRules) {
    if (lower(text) == name_of(rule)) return {rule, 0.0};
    if (word == name_of(rule)) throw UsageError(fmt::format("--threshold {}: {} takes no number", text, word));
    known += std::string(name_of(rule)) + ", ";
  }
  for (const NumberedRule& numbered : kNumberedRules) {
    known += std::string(numbered.example) + (numbered.rule == ThresholdRule::fdr ? "" : ", ");
    if (word != name_of(numbered.rule)) continue;
    if (colon == std::string::npos) {
      throw UsageError(fmt::format("--threshold {}: give its number, as in {}", text, numbered.example));
    }
    const double value = parse_number("--threshold", text.substr(colon + 1));
    if (value > numbered.above && value < numbered.below) return {numbered.rule, value};
    throw UsageError(fmt::format("--threshold {}: {}", text, numbered.range));
  }
  throw_unknown_choice("--threshold", text, known);
}

std::int64_t parse_fit_pixels(const std::string& text) {
  if (lower(text) == "all") return kFitAll;
  const double count = parse_number("--fit-pixels", text);
  constexpr double kLeast = 65536.0;  // one cell
  if (!(count >= kLeast && count <= 1e15) || count != std::floor(count)) {
    throw UsageError(
        fmt::format("--fit-pixels {}: auto, all, or a number of pixels from {:.0f} (one cell)", text, kLeast));
  }
  return static_cast<std::int64_t>(count);
}

}  // namespace

MethodOptions MethodArguments::options() const {
  MethodOptions o;
  o.preset = choice("--preset", preset, kPresets);
  if (!pixel_size.empty()) o.pixel_size = parse_positive("--pixel-size", pixel_size);
  if (!normalize.empty()) o.normalize = choice("--normalize", normalize, kNormalizations);
  if (!score.empty()) parse_scores(score, o);
  if (!smooth.empty()) {
    for (const std::string& side : split(smooth, ',')) o.smooth.push_back(parse_side("--smooth", side));
  }
  if (!texture.empty()) {
    const std::string word = lower(texture);
    if (word != "on" && word != "off") throw UsageError(fmt::format("--texture {}: this version has on, off", texture));
    o.texture = word == "on";
  }
  if (!window.empty()) o.window = parse_side("--window", window);
  if (data_range != "auto") o.data_range = parse_positive("--data-range", data_range);
  if (epsilon != "auto") o.epsilon = parse_positive("--epsilon", epsilon);
  o.weights = choice("--weights", weights, kWeights);
  o.chronochrome = choice("--chronochrome", chronochrome, kDirections);
  o.irmad = choice("--irmad", irmad, kModes);
  if (!irmad_tolerance.empty()) o.irmad_tolerance = parse_positive("--irmad-tolerance", irmad_tolerance);
  o.irmad_passes = irmad_passes;
  if (fit_pixels != "auto") o.fit_pixels = parse_fit_pixels(fit_pixels);
  o.tolerate_shift = tolerate_shift;
  o.local_contrast = parse_side("--local-contrast", fmt::format("{}", local_contrast));
  if (!threshold.empty()) o.threshold = parse_threshold(threshold);
  o.null = choice("--null", null, kNulls);
  return o;
}

void declare_normalization(CLI::App& verb, MethodArguments& a) {
  verb.add_option("--normalize", a.normalize,
                  "AFTER to BEFORE's radiometry: none, zscore, regression, orthogonal, huber, histogram, pif (IR-MAD "
                  "weights) or contextual; default the preset's");
  verb.add_option("--irmad", a.irmad, "IR-MAD consistent (calibrated) or canty (textbook)")->capture_default_str();
  verb.add_option("--irmad-tolerance", a.irmad_tolerance,
                  "IR-MAD ends when no correlation moves more; 1e-4, canty 1e-3");
  verb.add_option("--irmad-passes", a.irmad_passes, "Most turns of IR-MAD and ISFA")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  verb.add_option(
          "--fit-pixels", a.fit_pixels,
          "Pixels that statistics are taken over: auto (all up to 16 Mi, else a sample of 16 Mi in whole cells), "
          "all, or a number")
      ->capture_default_str();
}

void declare_scores(CLI::App& verb, MethodArguments& a) {
  verb.add_option("--preset", a.preset,
                  "Normalization, score, smoothing and threshold together: auto, general, multispectral, vhr, "
                  "construction, anomaly or sar")
      ->capture_default_str();
  verb.add_option("--pixel-size", a.pixel_size, "Metres a pixel, for --preset auto, where the grid does not say");
  verb.add_option(
      "--score", a.score,
      "difference, relative, log-ratio, cva, scva, angle, mahalanobis, mad, irmad, isfa, chronochrome, hacd, "
      "ssim, ncc, index:NAME, or A+B (geometric mean); default the preset's");
  verb.add_option("--smooth", a.smooth,
                  "Side of the box mean of the score, odd, 1 = off; N,M: geometric mean of two; default the preset's");
  verb.add_option("--texture", a.texture, "on or off: a texture channel in scva; default the preset's");
  verb.add_option("--window", a.window, "Side of the window of ssim (7), ncc (9) and log-ratio's multilook (1)");
  verb.add_option("--data-range", a.data_range, "L of ssim and ncc; auto: joint maximum - minimum")
      ->capture_default_str();
  verb.add_option("--epsilon", a.epsilon,
                  "Floor of relative, log-ratio and index; auto: 1 for integers, 1 % of the joint median for floats")
      ->capture_default_str();
  verb.add_option("--weights", a.weights,
                  "Pixels' weights in the covariances of mahalanobis, mad, chronochrome and hacd: auto (the "
                  "normalization's), none, irmad or contextual")
      ->capture_default_str();
  verb.add_option("--chronochrome", a.chronochrome, "forward (finds new objects), backward or smaller (of both)")
      ->capture_default_str();
  verb.add_option("--tolerate-shift", a.tolerate_shift, "Pixels of misregistration that do not count as change")
      ->check(CLI::Range(0, 16))
      ->capture_default_str();
  verb.add_option("--local-contrast", a.local_contrast, "Divide the score by its mean in a box of this side, 1 = off")
      ->capture_default_str();
  verb.add_option(
      "--threshold", a.threshold,
      "Where change begins: auto (the larger of otsu and triangle), otsu, ki, ki-sqrt, triangle, rosin, isodata, "
      "value:X, percentile:P (P % of the scores at or below), p:ALPHA or fdr:Q (at most a share Q of the "
      "change false; p and fdr of mad and irmad with --smooth 1); default the preset's");
  verb.add_option("--null", a.null, "p-values by f (scaled F fitted to the scene) or chi2")->capture_default_str();
}

}  // namespace groundshift::cli
