// SPDX-License-Identifier: Apache-2.0
// Forms, weights and weighted sums by plain loops.
#include "tests/parity/gram_reference.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "kernels/math/pixel_hash.hpp"
#include "tests/parity/executors.hpp"
#include "tests/parity/recipe_reference.hpp"
#include "tests/parity/recipes.hpp"
#include "tests/parity/reference.hpp"
#include "tests/parity/window_reference.hpp"

namespace groundshift::parity {
namespace {

constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();

double variable(const Scene& scene, std::int32_t i, std::int32_t x, std::int32_t y) {
  return i < scene.band_count ? scene.value(false, i, x, y) : scene.value(true, i - scene.band_count, x, y);
}

std::uint32_t table_weight(const WeightRule& rule, float t) {
  const double position = std::floor(static_cast<double>(std::sqrt(t) * rule.inverse_step) * 4096.0);
  if (!(position < 4096.0 * kWeightTableIntervals)) return rule.table.back();
  const auto index = static_cast<std::size_t>(position / 4096.0);
  const auto rest = static_cast<std::int64_t>(position) % 4096;
  const std::int64_t here = rule.table[index], next = rule.table[index + 1];
  return static_cast<std::uint32_t>(here - (here - next) * rest / 4096);
}

std::uint32_t weight_of(const WeightRule& rule, float t) {
  if (rule.kind == WeightKind::unit) return kWeightOne;
  if (std::isnan(t)) return 0;
  const float r = std::sqrt(t);
  switch (rule.kind) {
    case WeightKind::table: return table_weight(rule, t);
    case WeightKind::below: return t < rule.limit ? kWeightOne : 0;
    default: break;
  }
  return r <= rule.limit ? kWeightOne
                         : static_cast<std::uint32_t>(std::nearbyint(double{kWeightOne} * double{rule.limit / r}));
}

std::vector<std::uint32_t> weights_of(const Scene& scene, const GramRecipe& recipe) {
  const bool formed = recipe.weight.kind != WeightKind::unit;
  const std::vector<float> forms = formed ? reference_forms(scene, recipe.weight) : std::vector<float>{};
  std::vector<std::uint32_t> weights;
  for (std::int32_t y = 0; y < scene.height; ++y) {
    for (std::int32_t x = 0; x < scene.width; ++x) {
      const bool kept =
          recipe.subset == GramSubset::everything || pixel_hash(recipe.origin_x + x, recipe.origin_y + y) % 3 == 0;
      const float t = formed ? forms[weights.size()] : 0.0f;
      weights.push_back(scene.validity(x, y) == 1 && kept ? weight_of(recipe.weight, t) : 0);
    }
  }
  return weights;
}

double joined(double (&lanes)[32]) {
  for (const int half : {16, 8, 4, 2, 1}) {
    for (int l = 0; l < half; ++l) lanes[l] += lanes[l + half];
  }
  return lanes[0] == lanes[0] ? lanes[0] : std::numeric_limits<double>::quiet_NaN();
}

// Whether the product of variables i <= j is asked for; i = -1 is the constant 1.
bool asked_for(const GramRecipe& recipe, std::int32_t variable_count, std::int32_t i, std::int32_t j) {
  return recipe.products == GramProducts::all || i < 0 || i % (variable_count / 2) == j % (variable_count / 2);
}

// z(i, x, y) of variable_count variables; i = -1 is the constant 1.
template <class Z>
std::vector<double> cell_sums(const Scene& scene, const GramRecipe& recipe, const std::vector<std::uint32_t>& weights,
                              std::int32_t variable_count, const Z& z) {
  std::vector<double> sums;
  for (const Window& cell : cores_of(scene, kCellSize)) {
    for (std::int32_t i = -1; i < variable_count; ++i) {
      for (std::int32_t j = i; j < variable_count; ++j) {
        double lanes[32] = {};
        for (std::int32_t y = cell.y; y < cell.y + cell.height; ++y) {
          for (std::int32_t x = cell.x; x < cell.x + cell.width; ++x) {
            const std::uint32_t w = weights[static_cast<std::size_t>(y * scene.width + x)];
            if (w != 0 && asked_for(recipe, variable_count, i, j))
              lanes[(x - cell.x) % 32] += (static_cast<double>(w) * z(i, x, y)) * z(j, x, y);
          }
        }
        sums.push_back(joined(lanes));
      }
    }
  }
  return sums;
}

std::int64_t above_zero(const std::vector<std::uint32_t>& weights) {
  return std::count_if(weights.begin(), weights.end(), [](std::uint32_t w) { return w != 0; });
}

}  // namespace

std::vector<float> reference_forms(const Scene& scene, const WeightRule& rule) {
  std::vector<float> forms;
  for (std::int32_t y = 0; y < scene.height; ++y) {
    for (std::int32_t x = 0; x < scene.width; ++x) {
      forms.push_back(scene.validity(x, y) == 1 ? reference_form(scene, rule.form, 0, {x, y}, {x, y}) : kNaN);
    }
  }
  if (rule.box > 1) forms = reference_box_mean(forms, scene.width, scene.height, rule.box / 2);
  for (float& form : forms) form = rule.scale * form;
  return forms;
}

TileGram reference_gram(const Scene& scene, const GramRecipe& recipe) {
  const std::vector<std::uint32_t> weights = weights_of(scene, recipe);
  const std::int32_t variable_count = 2 * scene.band_count;
  TileGram gram;
  gram.count = above_zero(weights);
  const auto z = [&](std::int32_t i, std::int32_t x, std::int32_t y) { return i < 0 ? 1.0 : variable(scene, i, x, y); };
  if (!is_integer(scene.type)) {
    gram.cell_sums = cell_sums(scene, recipe, weights, variable_count, z);
    return gram;
  }
  for (std::int32_t i = -1; i < variable_count; ++i) {
    for (std::int32_t j = i; j < variable_count; ++j) {
      Int128 sum = 0;
      for (std::int32_t y = 0; y < scene.height; ++y) {
        for (std::int32_t x = 0; x < scene.width; ++x) {
          const std::uint32_t w = weights[static_cast<std::size_t>(y * scene.width + x)];
          if (w != 0 && asked_for(recipe, variable_count, i, j))
            sum += Int128{w} * static_cast<std::int64_t>(z(i, x, y) * z(j, x, y));
        }
      }
      gram.integer_sums.push_back({static_cast<std::uint64_t>(sum), static_cast<std::uint64_t>(sum >> 64)});
    }
  }
  return gram;
}

TileGram reference_texture_gram(const Scene& scene, const GramRecipe& recipe) {
  const std::vector<std::uint32_t> weights = weights_of(scene, recipe);
  const std::vector<float> dates[2] = {reference_texture(scene, recipe.texture->fits, false),
                                       reference_texture(scene, recipe.texture->fits, true)};
  TileGram gram;
  gram.count = above_zero(weights);
  gram.cell_sums = cell_sums(scene, recipe, weights, 2, [&](std::int32_t i, std::int32_t x, std::int32_t y) {
    return i < 0 ? 1.0 : static_cast<double>(dates[i][static_cast<std::size_t>(y * scene.width + x)]);
  });
  return gram;
}

std::vector<std::uint64_t> reference_form_histogram(const Scene& scene, const WeightRule& rule) {
  std::vector<std::uint64_t> bins(kFloatBins, 0);
  for (const float form : reference_forms(scene, rule)) {
    if (!std::isnan(form)) ++bins[reference_bin(form)];
  }
  return bins;
}

std::vector<std::uint64_t> reference_band_histogram(const Scene& scene, Date date, std::int32_t band,
                                                    PixelType source) {
  std::vector<std::uint64_t> bins(kFloatBins, 0);
  for (std::int32_t y = 0; y < scene.height; ++y) {
    for (std::int32_t x = 0; x < scene.width; ++x) {
      if (scene.validity(x, y) != 1) continue;
      const double value = scene.value(date == Date::after, band, x, y);
      if (std::isnan(value)) continue;
      const double level = value + (source == PixelType::i16 ? 32768.0 : 0.0);
      ++bins[is_integer(source) ? static_cast<std::size_t>(std::clamp(level, 0.0, 65535.0))
                                : reference_bin(static_cast<float>(value))];
    }
  }
  return bins;
}

WeightRule make_rule(const Scene& scene, WeightKind kind, std::int32_t box, std::int32_t row_count) {
  WeightRule rule;
  rule.kind = kind;
  rule.box = box;
  rule.form = make_projection(scene.type, scene.band_count, {row_count, 1});
  std::vector<float> forms = reference_forms(scene, rule);
  std::erase_if(forms, [](float t) { return !(t > 0.0f && t < 1e30f); });
  std::nth_element(forms.begin(), forms.begin() + static_cast<std::ptrdiff_t>(forms.size() / 2), forms.end());
  if (!forms.empty()) rule.scale = 1.0f / forms[forms.size() / 2];  // T is about 1
  rule.limit = 1.0f;
  rule.inverse_step = kWeightTableIntervals / 3.0f;
  if (kind != WeightKind::table) return rule;
  for (std::int32_t k = 0; k <= kWeightTableIntervals; ++k) {
    const double r = 3.0 * k / kWeightTableIntervals;
    rule.table.push_back(static_cast<std::uint32_t>(kWeightOne * std::exp(-r * r)));
  }
  rule.table.back() = 0;
  return rule;
}

TileGram image_gram(Backend& backend, const Scene& scene, const GramRecipe& recipe, std::int32_t tile_size) {
  const std::vector<Window> cores = cores_of(scene, tile_size);
  const std::int32_t halo = std::max(recipe.weight.halo(), recipe.texture ? kTextureRadius : 0);
  const auto workspace = backend.make_workspace(workspace_shape(scene, cores, halo, recipe.texture.has_value()));
  const bool exact = is_integer(scene.type) && !recipe.texture;
  const auto sum_count = static_cast<std::size_t>(gram_count(recipe.texture ? 2 : 2 * scene.band_count));
  const auto cells = [](std::int32_t pixels) { return (pixels + kCellSize - 1) / kCellSize; };
  TileGram image;
  if (exact) {
    image.integer_sums.resize(sum_count);
  } else {
    image.cell_sums.resize(sum_count * static_cast<std::size_t>(cells(scene.width) * cells(scene.height)));
  }
  for (const Window& core : cores) {
    const PairTile tile = scene.tile(core, halo);
    GramRecipe here = recipe;
    here.origin_x += core.x - tile.core.x;
    here.origin_y += core.y - tile.core.y;
    TileGram sums;
    backend.gram(*workspace, tile, here, sums);
    image.count += sums.count;
    for (std::size_t k = 0; k < sums.integer_sums.size(); ++k) image.integer_sums[k].merge(sums.integer_sums[k]);
    const auto cell_count = static_cast<std::int32_t>(sums.cell_sums.size() / sum_count);
    for (std::int32_t cell = 0; cell < cell_count; ++cell) {
      const std::int32_t x = core.x / kCellSize + cell % cells(core.width);
      const std::int32_t y = core.y / kCellSize + cell / cells(core.width);
      std::copy_n(sums.cell_sums.begin() + static_cast<std::ptrdiff_t>(sum_count) * cell, sum_count,
                  image.cell_sums.begin() + static_cast<std::ptrdiff_t>(sum_count) * (y * cells(scene.width) + x));
    }
  }
  return image;
}

std::vector<std::uint64_t> image_form_histogram(Backend& backend, const Scene& scene, const WeightRule& rule,
                                                std::int32_t tile_size) {
  const std::vector<Window> cores = cores_of(scene, tile_size);
  const auto workspace = backend.make_workspace(workspace_shape(scene, cores, rule.halo(), false));
  std::vector<std::uint64_t> bins(kFloatBins, 0);
  for (const Window& core : cores) backend.form_histogram(*workspace, scene.tile(core, rule.halo()), rule, bins);
  return bins;
}

std::vector<std::uint64_t> image_band_histogram(Backend& backend, const Scene& scene, Date date, std::int32_t band,
                                                PixelType source, std::int32_t tile_size) {
  const std::vector<Window> cores = cores_of(scene, tile_size);
  const auto workspace = backend.make_workspace(workspace_shape(scene, cores, 0, false));
  std::vector<std::uint64_t> bins(kFloatBins, 0);
  for (const Window& core : cores) backend.band_histogram(*workspace, scene.tile(core, 0), date, band, source, bins);
  return bins;
}

}  // namespace groundshift::parity
