// SPDX-License-Identifier: Apache-2.0
// Terms, forms and recipes from a few made-up numbers.
#include "tests/parity/recipes.hpp"

#include <cmath>
#include <utility>

namespace groundshift::parity {
namespace {

// Terms for one pixel type and band count, by what they are.
struct Terms {
  PixelType type;
  std::int32_t band_count;

  ScoreTerm pixel(ScoreKind kind) const { return make_term(kind, band_count); }
  ScoreTerm window(ScoreKind kind, std::int32_t side) const {
    ScoreTerm term = make_term(kind, band_count);
    term.window = side;
    term.data_range = kind == ScoreKind::log_ratio ? 0.0f : 2.0f * value_scale(type);
    return term;
  }
  ScoreTerm textured() const {
    ScoreTerm term = make_term(ScoreKind::scva, band_count);
    term.texture = TextureChannel{0.125f, 3.5f};
    return term;
  }
  ScoreTerm projected(FormCombination combination) const {
    ScoreTerm term;
    term.kind = ScoreKind::projection;
    term.combination = combination;
    const std::int32_t p = band_count;
    switch (combination) {
      case FormCombination::root: term.projection = make_projection(type, p, {p, 1}); break;  // a group no one reads
      case FormCombination::smaller: term.projection = make_projection(type, p, {p, 2 * p}); break;
      case FormCombination::excess: term.projection = excess(); break;
    }
    return term;
  }

 private:
  // As HACD: forms of both dates together, then of each alone.
  Projection excess() const {
    const std::int32_t p = band_count;
    Projection projection = make_projection(type, p, {2 * p, p, p});
    for (std::int32_t r = 2 * p; r < 4 * p; ++r) {
      for (std::int32_t i = 0; i < 2 * p; ++i) {
        if ((r < 3 * p) != (i < p)) projection.matrix[static_cast<std::size_t>(r * 2 * p + i)] = 0.0f;
      }
    }
    return projection;
  }
};

ScoreRecipe recipe_of(std::vector<ScoreTerm> terms, std::vector<std::int32_t> smooth, std::int32_t tolerate_shift = 0,
                      std::int32_t local_contrast = 1) {
  return {std::move(terms), std::move(smooth), tolerate_shift, local_contrast};
}

}  // namespace

ScoreTerm make_term(ScoreKind kind, std::int32_t band_count) {
  ScoreTerm term;
  term.kind = kind;
  term.epsilon = 0.75f;
  for (std::int32_t b = 0; b < band_count; ++b) {
    const auto band = static_cast<float>(b);
    BandFit fit;
    fit.before_center = 40.0f + 3.0f * band;
    fit.after_center = 37.0f - band;
    fit.gain = 1.03f + 0.011f * band;
    fit.bias = -0.37f + 0.21f * band;
    fit.offset = 39.63f + 3.21f * band;
    fit.weight = kind == ScoreKind::scva ? 1.0f / (2.5f + band) : 1.0f;
    term.fits.push_back(fit);
  }
  return term;
}

ScoreRecipe make_recipe(ScoreKind kind, std::int32_t band_count, std::int32_t smooth) {
  return {{make_term(kind, band_count)}, {smooth}};
}

float value_scale(PixelType type) { return type == PixelType::f32 ? 1.0f : type == PixelType::u8 ? 128.0f : 6000.0f; }

Projection make_projection(PixelType type, std::int32_t band_count, const std::vector<std::int32_t>& group_rows) {
  const std::int32_t variables = 2 * band_count;
  const float unit = value_scale(type);
  Projection projection;
  projection.variable_count = variables;
  for (std::int32_t i = 0; i < variables; ++i) {
    projection.center.push_back(std::round(unit * (0.9f + 0.01f * static_cast<float>(i))));
  }
  std::int32_t row_count = 0;
  for (const std::int32_t rows : group_rows) projection.group_end.push_back(row_count += rows);
  for (std::int32_t r = 0; r < row_count; ++r) {
    projection.bias.push_back(0.05f * static_cast<float>(r) - 0.1f);
    for (std::int32_t i = 0; i < variables; ++i) {
      const float entry = std::sin(1.0f + static_cast<float>(3 * r + 5 * i)) / static_cast<float>(variables);
      projection.matrix.push_back((r + i) % 4 == 3 ? 0.0f : entry * 2.0f / unit);
    }
  }
  return projection;
}

std::vector<NamedRecipe> single_recipes(PixelType type, std::int32_t band_count) {
  const Terms terms{type, band_count};
  std::vector<NamedRecipe> recipes{
      {"rising bands", recipe_of({terms.pixel(ScoreKind::rising_bands)}, {1})},
      {"direction", recipe_of({terms.pixel(ScoreKind::direction)}, {3})},
      {"root", recipe_of({terms.projected(FormCombination::root)}, {1})},
      {"smaller", recipe_of({terms.projected(FormCombination::smaller)}, {5})},
      {"excess", recipe_of({terms.projected(FormCombination::excess)}, {1})},
      {"ssim 3", recipe_of({terms.window(ScoreKind::ssim, 3)}, {1})},
      {"ssim 7 smoothed", recipe_of({terms.window(ScoreKind::ssim, 7)}, {3})},
      {"ncc 5", recipe_of({terms.window(ScoreKind::ncc, 5)}, {1})},
      {"multilook 3", recipe_of({terms.window(ScoreKind::log_ratio, 3)}, {1})},
      {"multilook 7 smoothed", recipe_of({terms.window(ScoreKind::log_ratio, 7)}, {5})},
      {"texture", recipe_of({terms.textured()}, {1})},
      {"texture smoothed", recipe_of({terms.textured()}, {7})},
  };
  if (band_count >= 2) recipes.push_back({"index", recipe_of({terms.pixel(ScoreKind::index)}, {3})});
  return recipes;
}

std::vector<NamedRecipe> combined_recipes(PixelType type, std::int32_t band_count) {
  const Terms terms{type, band_count};
  const ScoreTerm difference = terms.pixel(ScoreKind::difference);
  const ScoreTerm scva = terms.pixel(ScoreKind::scva);
  const ScoreTerm angle = terms.pixel(ScoreKind::angle);
  const ScoreTerm direction = terms.pixel(ScoreKind::direction);
  const ScoreTerm root = terms.projected(FormCombination::root);
  const ScoreTerm smaller = terms.projected(FormCombination::smaller);
  const ScoreTerm ssim = terms.window(ScoreKind::ssim, 5);
  const ScoreTerm ncc = terms.window(ScoreKind::ncc, 3);
  const ScoreTerm multilook = terms.window(ScoreKind::log_ratio, 5);
  return {
      {"two sizes", recipe_of({scva}, {3, 9})},
      {"two sizes, one off", recipe_of({difference}, {5, 1})},
      {"four sizes", recipe_of({angle}, {1, 3, 5, 7})},
      {"two terms", recipe_of({scva, angle}, {1})},
      {"two terms smoothed", recipe_of({ssim, root}, {3})},
      {"two terms, two sizes", recipe_of({terms.textured(), ncc}, {3, 7})},
      {"four terms", recipe_of({difference, multilook, direction, smaller}, {1})},
      {"shift", recipe_of({difference}, {1}, 1)},
      {"shift 2 smoothed", recipe_of({scva}, {3}, 2)},
      {"shift, two terms, two sizes", recipe_of({smaller, angle}, {1, 3}, 1)},
      {"shift, undefined scores", recipe_of({direction}, {1}, 1)},
      {"contrast", recipe_of({difference}, {1}, 0, 5)},
      {"contrast, two sizes", recipe_of({ssim}, {5, 3}, 0, 9)},
      {"contrast, two terms", recipe_of({multilook, terms.textured()}, {3}, 0, 3)},
      {"shift and contrast", recipe_of({smaller}, {1}, 1, 7)},
      {"all", recipe_of({scva, direction}, {1, 5}, 1, 7)},
  };
}

}  // namespace groundshift::parity
