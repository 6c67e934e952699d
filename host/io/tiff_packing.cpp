// SPDX-License-Identifier: Apache-2.0
// Creation options of GDAL's GTiff and COG drivers as we understand them.
#include "host/io/tiff_packing.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>

#include <fmt/format.h>

#include "kernels/codec/block_encoder.hpp"

namespace groundshift {
namespace {

std::string upper(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), [](unsigned char c) { return std::toupper(c); });
  return out;
}

std::optional<int> number_in(const std::string& text, int least, int most) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < least || value > most) return std::nullopt;
  return value;
}

std::optional<BlockPredictor> predictor_of(const std::string& value, PixelType type) {
  const bool is_float = type == PixelType::f32;
  if (value == "NO" || value == "1") return BlockPredictor::none;
  if (value == "STANDARD" || value == "2") return BlockPredictor::horizontal;
  if (value == "YES") return is_float ? BlockPredictor::floating_point : BlockPredictor::horizontal;
  if ((value == "FLOATING_POINT" || value == "3") && is_float) return BlockPredictor::floating_point;
  return std::nullopt;
}

std::optional<OverviewRule> rule_of(const std::string& value) {
  if (value == "AVERAGE") return OverviewRule::average;
  if (value == "MODE") return OverviewRule::mode;
  if (value == "NEAREST") return OverviewRule::nearest;
  return std::nullopt;
}

std::optional<BigTiff> big_of(const std::string& value) {
  if (value == "YES") return BigTiff::yes;
  if (value == "NO") return BigTiff::no;
  if (value == "IF_NEEDED") return BigTiff::if_needed;
  if (value == "IF_SAFER") return BigTiff::if_safer;
  return std::nullopt;
}

/// Of float scores a predictor saves a tenth and costs a quarter of the encoder's speed; of integers it saves as much
/// for a tenth (ARCHITECTURE, decision 6). Palettes have no order to predict from.
/// For floats only where what it leaves is packed faster than the floats themselves.
BlockPredictor default_predictor(const RasterSinkSpec& spec, BlockCodec codec, int level) {
  if (!spec.categories.empty()) return BlockPredictor::none;
  if (spec.type != PixelType::f32) return BlockPredictor::horizontal;
  return codec == BlockCodec::deflate && level == 1 ? BlockPredictor::floating_point : BlockPredictor::none;
}

/// What the options ask for so far; levels and predictors wait until the codec is known.
class Options {
 public:
  explicit Options(const RasterSinkSpec& spec) : spec_(spec), cog_(spec.format == RasterFormat::cog) {
    packing_.overviews = cog_;
    packing_.rule = spec.categories.empty() ? OverviewRule::average : OverviewRule::mode;
  }

  /// Whether we know how.
  bool take(const std::string& name, const std::string& value) {
    if (name == "COMPRESS") return take_codec(value);
    if (name == "BIGTIFF") return assign(packing_.big, big_of(value));
    if (name == "PREDICTOR") return (predictor_ = predictor_of(value, spec_.type)).has_value();
    if (name == "NUM_THREADS") return true;  // ours are --threads
    if (cog_) return take_cog(name, value);
    return take_gtiff(name, value);
  }
  std::optional<TiffPacking> packing() {
    const BlockLevels levels = levels_of(packing_.codec);
    const std::string& level = cog_ || packing_.codec == BlockCodec::deflate ? level_ : zstd_level_;
    if (packing_.codec != BlockCodec::none && !level.empty() &&
        !assign(packing_.level, number_in(level, levels.least, levels.most))) {
      return std::nullopt;
    }
    packing_.predictor = predictor_.value_or(default_predictor(spec_, packing_.codec, packing_.level));
    if (packing_.codec == BlockCodec::none) packing_.predictor = BlockPredictor::none;
    return packing_;
  }

 private:
  template <class T>
  static bool assign(T& to, const std::optional<T>& value) {
    if (value) to = *value;
    return value.has_value();
  }
  bool take_codec(const std::string& value) {
    if (value == "NONE") packing_.codec = BlockCodec::none;
    if (value == "DEFLATE") packing_.codec = BlockCodec::deflate;
    if (value == "ZSTD") packing_.codec = BlockCodec::zstd;
    return value == "NONE" || value == "DEFLATE" || value == "ZSTD";
  }
  static bool take_side(std::int32_t& side, const std::string& value) {
    constexpr int kLeast = 16, kMost = 4096;  // multiples of 16 by the TIFF specification; larger ones cost memory
    return assign(side, number_in(value, kLeast, kMost)) && side % kLeast == 0;
  }
  bool take_cog(const std::string& name, const std::string& value) {
    if (name == "LEVEL") level_ = value;
    if (name == "BLOCKSIZE" && take_side(packing_.block_width, value)) {
      packing_.block_height = packing_.block_width;
      return true;
    }
    if (name == "OVERVIEWS") {
      packing_.overviews = value != "NONE";
      return value == "NONE" || value == "AUTO" || value == "IGNORE_EXISTING";
    }
    if (name == "OVERVIEW_RESAMPLING") return assign(packing_.rule, rule_of(value));
    return name == "LEVEL";
  }
  bool take_gtiff(const std::string& name, const std::string& value) {
    if (name == "ZLEVEL") level_ = value;
    if (name == "ZSTD_LEVEL") zstd_level_ = value;
    if (name == "TILED") return value == "YES" || value == "TRUE" || value == "ON";
    if (name == "INTERLEAVE") return value == "PIXEL";
    if (name == "BLOCKXSIZE") return take_side(packing_.block_width, value);
    if (name == "BLOCKYSIZE") return take_side(packing_.block_height, value);
    return name == "ZLEVEL" || name == "ZSTD_LEVEL";
  }

  const RasterSinkSpec& spec_;
  const bool cog_;
  TiffPacking packing_;
  std::optional<BlockPredictor> predictor_;  ///< asked for
  std::string level_, zstd_level_;
};

}  // namespace

PackingChoice choose_packing(const RasterSinkSpec& spec) {
  Options options(spec);
  for (const std::string& option : spec.creation_options) {
    const auto equals = option.find('=');
    if (!options.take(upper(option.substr(0, equals)), upper(option.substr(equals + 1)))) return {{}, option};
  }
  if (auto packing = options.packing()) return {packing, {}};
  return {{}, fmt::format("{}", fmt::join(spec.creation_options, " "))};
}

}  // namespace groundshift
