// SPDX-License-Identifier: Apache-2.0
// Layouts and the words that choose them.
#include "host/io/mask_layout.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

#include <fmt/format.h>

#include "host/base/error.hpp"

namespace groundshift {
namespace {

constexpr std::uint32_t bit(int number) { return std::uint32_t{1} << number; }

double number_in(const std::string& text, const std::string& option) {
  double value = 0.0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(value)) {
    throw UsageError(fmt::format("{}: '{}' is no number", option, text));
  }
  return value;
}

std::vector<double> numbers_in(const std::string& text, const std::string& option) {
  std::vector<double> out;
  for (std::size_t from = 0; from <= text.size();) {
    const std::size_t comma = std::min(text.find(',', from), text.size());
    out.push_back(number_in(text.substr(from, comma - from), option));
    from = comma + 1;
  }
  return out;
}

/// The parts of a mask's text behind its path.
struct Words {
  std::string layout;
  std::optional<std::vector<double>> bits, values;
  std::optional<double> band;
  std::string dilate, outside;
  bool invert = false;
};

/// Takes one word; false when it is none.
bool take(const std::string& word, const std::string& option, Words& words) {
  const auto equal = word.find('=');
  const std::string key = word.substr(0, equal), value = equal == std::string::npos ? "" : word.substr(equal + 1);
  const auto once = [&](bool given) {
    if (given) throw UsageError(fmt::format("{}: '{}' is given twice", option, key));
  };
  if (equal == std::string::npos) {
    if (key == "invert") {
      once(words.invert);
      return words.invert = true;
    }
    if (!mask_layout(key)) return false;
    once(!words.layout.empty());
    words.layout = key;
    return true;
  }
  if (key == "bits") {
    once(words.bits.has_value());
    words.bits = numbers_in(value, option + " bits");
  } else if (key == "values") {
    once(words.values.has_value());
    words.values = numbers_in(value, option + " values");
  } else if (key == "band") {
    once(words.band.has_value());
    words.band = number_in(value, option + " band");
  } else if (key == "dilate") {
    once(!words.dilate.empty());
    words.dilate = value.empty() ? "?" : value;
  } else if (key == "outside") {
    once(!words.outside.empty());
    words.outside = value.empty() ? "?" : value;
  } else {
    return false;
  }
  return true;
}

MaskRule rule_from(const Words& words, const std::string& option) {
  const bool own = words.bits || words.values;
  if (own && !words.layout.empty()) {
    throw UsageError(fmt::format("{}: {} has its own bits and values; give one or the other", option, words.layout));
  }
  MaskRule rule = *mask_layout(words.layout.empty() ? "generic" : words.layout);
  if (own) rule = {"", {MaskTest{}}, false};
  if (words.bits) {
    rule.name += "bits";
    for (const double number : *words.bits) {
      if (!(number >= 0.0 && number <= 31.0 && number == std::floor(number))) {
        throw UsageError(fmt::format("{} bits: {} is no bit number of 0 to 31", option, number));
      }
      rule.tests[0].bits |= bit(static_cast<int>(number));
    }
  }
  if (words.values) {
    rule.name += words.bits ? " and values" : "values";
    rule.tests[0].values = *words.values;
  }
  if (words.band) {
    if (rule.band_count() != 1) throw UsageError(fmt::format("{}: {} has its own bands", option, words.layout));
    if (!(*words.band >= 1.0 && *words.band <= 65535.0 && *words.band == std::floor(*words.band))) {
      throw UsageError(fmt::format("{} band: {} is no band number", option, *words.band));
    }
    for (MaskTest& test : rule.tests) test.band = static_cast<std::int32_t>(*words.band);
  }
  rule.inverted = words.invert;
  return rule;
}

void set_dilation(MaskSpec& spec, const std::string& text, const std::string& option) {
  const bool metres = text.ends_with("m"), pixels = text.ends_with("px");
  if (!metres && !pixels) throw UsageError(fmt::format("{} dilate: '{}' is no 3px or 30m", option, text));
  const double distance = number_in(text.substr(0, text.size() - (pixels ? 2 : 1)), option + " dilate");
  if (distance < 0.0) throw UsageError(fmt::format("{} dilate: {} is less than 0", option, text));
  (pixels ? spec.dilate_px : spec.dilate_metres) = distance;
}

}  // namespace

bool MaskTest::holds(double value) const {
  if (bits != 0) {
    if (!(value == std::floor(value)) || std::fabs(value) > 4294967295.0) return true;
    if ((static_cast<std::uint32_t>(static_cast<std::int64_t>(value)) & bits) != 0) return true;
  }
  if (values.empty()) return false;
  if (std::isnan(value)) return true;
  return (std::find(values.begin(), values.end(), value) != values.end()) != other_than;
}

MaskVerdict MaskRule::judge(const double* band_values) const {
  MaskVerdict verdict = MaskVerdict::clear;
  for (const MaskTest& test : tests) {
    if (verdict == MaskVerdict::masked || !test.holds(band_values[test.band - 1])) continue;
    verdict = test.verdict;
  }
  if (!inverted || verdict == MaskVerdict::saturated) return verdict;
  return verdict == MaskVerdict::masked ? MaskVerdict::clear : MaskVerdict::masked;
}

std::int32_t MaskRule::band_count() const {
  std::int32_t last = 1;
  for (const MaskTest& test : tests) last = std::max(last, test.band);
  return last;
}

std::optional<MaskRule> mask_layout(const std::string& name) {
  if (name == "generic") return MaskRule{name, {{1, 0, {0.0}, false, MaskVerdict::masked}}, false};
  if (name == "udm2") {
    return MaskRule{name,
                    {{1, 0, {1.0}, true, MaskVerdict::masked},
                     {8, bit(0) | bit(2) | bit(3) | bit(4) | bit(5) | bit(6) | bit(7), {}, false, MaskVerdict::masked}},
                    false};
  }
  if (name == "scl") return MaskRule{name, {{1, 0, {0, 1, 3, 8, 9, 10}, false, MaskVerdict::masked}}, false};
  if (name == "qa_pixel") return MaskRule{name, {{1, 0b11111, {}, false, MaskVerdict::masked}}, false};
  if (name == "qa_radsat") {
    return MaskRule{
        name,
        {{1, bit(9) | bit(11), {}, false, MaskVerdict::masked}, {1, 0b1'1111'1111, {}, false, MaskVerdict::saturated}},
        false};
  }
  return std::nullopt;
}

MaskSpec parse_mask(const std::string& text, const std::string& option) {
  MaskSpec spec;
  spec.path = text;
  Words words;
  for (;;) {
    const auto colon = spec.path.rfind(':');
    if (colon == std::string::npos || !take(spec.path.substr(colon + 1), option, words)) break;
    spec.path.resize(colon);
  }
  if (spec.path.empty()) throw UsageError(fmt::format("{} '{}': names no file", option, text));
  spec.rule = rule_from(words, option);
  if (!words.dilate.empty()) set_dilation(spec, words.dilate, option);
  if (!words.outside.empty() && words.outside != "masked" && words.outside != "clear") {
    throw UsageError(fmt::format("{} outside: '{}' is neither masked nor clear", option, words.outside));
  }
  spec.outside_is_masked = words.outside != "clear";
  return spec;
}

}  // namespace groundshift
