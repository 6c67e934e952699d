// SPDX-License-Identifier: Apache-2.0
// From terms to scores: partners, means, products, contrast, written out.
#include "tests/parity/recipe_reference.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "kernels/recipes/score_op.hpp"
#include "tests/parity/reference.hpp"
#include "tests/parity/window_reference.hpp"

namespace groundshift::parity {
namespace {

constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();

float projection_score(const Scene& scene, const ScoreTerm& term, const Place& before, const Place& after) {
  const auto t = [&](std::size_t group) { return reference_form(scene, term.projection, group, before, after); };
  if (term.combination == FormCombination::root) return std::sqrt(t(0));
  if (term.combination == FormCombination::smaller) {
    const float t0 = t(0), t1 = t(1);
    return std::isnan(t0) || std::isnan(t1) ? kNaN : std::sqrt(std::min(t0, t1));
  }
  const float excess = (t(0) - t(1)) - t(2);
  return excess < 0.0f ? 0.0f : excess;
}

float pixel_score(const Scene& scene, const ScoreTerm& term, const Place& before, const Place& after) {
  if (term.kind == ScoreKind::projection) return projection_score(scene, term, before, after);
  return with_score_op(term, [&](const auto& op) {
    auto state = op.start();
    for (std::int32_t b = 0; b < scene.band_count; ++b) {
      op.add(state, static_cast<float>(scene.value(false, b, before.x, before.y)),
             static_cast<float>(scene.value(true, b, after.x, after.y)), term.fits[static_cast<std::size_t>(b)]);
    }
    return op.finish(state, static_cast<float>(scene.band_count));
  });
}

// Least defined score of the pixel against its valid partners on the other date.
float least_score(const Scene& scene, const ScoreTerm& term, const Place& own, std::int32_t radius,
                  bool partner_after) {
  float least = kNaN;
  for (std::int32_t y = own.y - radius; y <= own.y + radius; ++y) {
    for (std::int32_t x = own.x - radius; x <= own.x + radius; ++x) {
      if (x < 0 || y < 0 || x >= scene.width || y >= scene.height || !scene.is_valid(x, y)) continue;
      const Place partner{x, y};
      const float score =
          partner_after ? pixel_score(scene, term, own, partner) : pixel_score(scene, term, partner, own);
      if (!std::isnan(score) && !(least <= score)) least = score;
    }
  }
  return least;
}

// With a radius of 0 the pixel is its only partner.
std::vector<float> pixel_scores(const Scene& scene, const ScoreTerm& term, std::int32_t radius) {
  std::vector<float> scores;
  for (std::int32_t y = 0; y < scene.height; ++y) {
    for (std::int32_t x = 0; x < scene.width; ++x) {
      if (!scene.is_valid(x, y)) {
        scores.push_back(canonical(kNaN));
        continue;
      }
      const float forward = least_score(scene, term, {x, y}, radius, true);
      const float backward = least_score(scene, term, {x, y}, radius, false);
      const bool defined = !std::isnan(forward) && !std::isnan(backward);
      scores.push_back(canonical(defined ? std::max(forward, backward) : kNaN));
    }
  }
  return scores;
}

std::vector<float> term_scores(const Scene& scene, const ScoreTerm& term, std::int32_t tolerate_shift) {
  if (term.kind == ScoreKind::ssim || term.kind == ScoreKind::ncc) return reference_similarity(scene, term);
  if (term.window > 1) return reference_multilook(scene, term);
  if (term.texture) return reference_textured(scene, term);
  return pixel_scores(scene, term, tolerate_shift);
}

std::vector<float> box_mean(const Scene& scene, const std::vector<float>& scores, std::int32_t side) {
  return side == 1 ? scores : reference_box_mean(scores, scene.width, scene.height, side / 2);
}

// The mean itself, or the geometric mean of all of them.
std::vector<float> combined_scores(const Scene& scene, const ScoreRecipe& recipe) {
  std::vector<std::vector<float>> means;
  for (const ScoreTerm& term : recipe.terms) {
    const std::vector<float> scores = term_scores(scene, term, recipe.tolerate_shift);
    for (const std::int32_t side : recipe.smooth) means.push_back(box_mean(scene, scores, side));
  }
  if (means.size() == 1) return means.front();
  std::vector<float> combined(means.front().size());
  for (std::size_t i = 0; i < combined.size(); ++i) {
    double product = 1.0;
    for (const std::vector<float>& factor : means) product *= static_cast<double>(factor[i]) + 1e-6;
    double root = std::sqrt(product);
    if (means.size() == 4) root = std::sqrt(root);
    combined[i] = canonical(static_cast<float>(root));
  }
  return combined;
}

}  // namespace

float reference_form(const Scene& scene, const Projection& projection, std::size_t group, const Place& before,
                     const Place& after) {
  float sum = 0.0f;
  for (std::int32_t r = group == 0 ? 0 : projection.group_end[group - 1]; r < projection.group_end[group]; ++r) {
    float v = projection.bias[static_cast<std::size_t>(r)];
    for (std::int32_t i = 0; i < projection.variable_count; ++i) {
      const double z = i < scene.band_count ? scene.value(false, i, before.x, before.y)
                                            : scene.value(true, i - scene.band_count, after.x, after.y);
      v = std::fma(projection.matrix[static_cast<std::size_t>(r * projection.variable_count + i)],
                   static_cast<float>(z) - projection.center[static_cast<std::size_t>(i)], v);
    }
    sum = std::fma(v, v, sum);
  }
  return sum;
}

ImageScores reference_scores(const Scene& scene, const ScoreRecipe& recipe) {
  ImageScores image{combined_scores(scene, recipe)};
  if (recipe.local_contrast > 1) {
    const std::vector<float> means = box_mean(scene, image.scores, recipe.local_contrast);
    for (std::size_t i = 0; i < means.size(); ++i) {
      image.scores[i] = canonical(means[i] == 0.0f ? 0.0f : image.scores[i] / means[i]);
    }
  }
  return image;
}

}  // namespace groundshift::parity
