// SPDX-License-Identifier: Apache-2.0
// Local similarity, multilook and texture, written out.
#include "tests/parity/window_reference.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "kernels/math/transcendental.hpp"
#include "kernels/ops/log_ratio.hpp"
#include "kernels/ops/texture.hpp"
#include "tests/parity/reference.hpp"

namespace groundshift::parity {
namespace {

constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();

// The part of the square around (x, y) that lies inside the image.
Window square(const Scene& scene, std::int32_t x, std::int32_t y, std::int32_t radius) {
  const std::int32_t left = std::max(0, x - radius), right = std::min(scene.width, x + radius + 1);
  const std::int32_t top = std::max(0, y - radius), bottom = std::min(scene.height, y + radius + 1);
  return {left, top, right - left, bottom - top};
}

// Sums over a window of `Count` values a pixel: each row left to right, then the rows top to bottom. values(x, y, out)
// says whether the pixel takes part.
template <int Count>
struct WindowSums {
  double sum[Count] = {};
  std::int32_t count = 0;

  template <class Values>
  WindowSums(const Window& w, const Values& values) {
    for (std::int32_t y = w.y; y < w.y + w.height; ++y) {
      double row[Count] = {};
      for (std::int32_t x = w.x; x < w.x + w.width; ++x) {
        double value[Count];
        if (!values(x, y, value)) continue;
        for (int k = 0; k < Count; ++k) row[k] += value[k];
        ++count;
      }
      for (int k = 0; k < Count; ++k) sum[k] += row[k];
    }
  }
};

double similarity(const ScoreTerm& term, const WindowSums<5>& s, const BandFit& fit) {
  const double n = s.count;
  const double mean_x = s.sum[0] / n, mean_y = s.sum[1] / n;
  const double sample = n / (n - 1.0);
  const double var_x = sample * (s.sum[2] / n - mean_x * mean_x);
  const double var_y = sample * (s.sum[3] / n - mean_y * mean_y);
  const double cov = sample * (s.sum[4] / n - mean_x * mean_y);
  const double range = term.data_range;
  if (term.kind == ScoreKind::ncc) {
    const double least = (range / 4096.0) * (range / 4096.0);
    return cov / std::sqrt((var_x > least ? var_x : least) * (var_y > least ? var_y : least));
  }
  const double c1 = (0.01 * range) * (0.01 * range), c2 = (0.03 * range) * (0.03 * range);
  const double ux = fit.before_center + mean_x, uy = fit.before_center + mean_y;
  return ((2.0 * ux * uy + c1) * (2.0 * cov + c2)) / ((ux * ux + uy * uy + c1) * (var_x + var_y + c2));
}

float similarity_score(const Scene& scene, const ScoreTerm& term, std::int32_t x, std::int32_t y) {
  const Window window = square(scene, x, y, term.window / 2);
  std::int32_t valid_count = 0;
  double total = 0.0;
  for (std::int32_t b = 0; b < scene.band_count; ++b) {
    const BandFit& fit = term.fits[static_cast<std::size_t>(b)];
    const WindowSums<5> sums(window, [&](std::int32_t column, std::int32_t row, double(&value)[5]) {
      const double before = scene.value(false, b, column, row) - double{fit.before_center};
      const double after =
          double{fit.gain} * (scene.value(true, b, column, row) - double{fit.after_center}) + double{fit.bias};
      const double values[5] = {before, after, before * before, after * after, before * after};
      std::copy_n(values, 5, value);
      return scene.is_valid(column, row);
    });
    total += similarity(term, sums, fit);
    valid_count = sums.count;
  }
  const bool enough = valid_count >= 2 && 2 * valid_count >= pixel_count(window);
  const float score = static_cast<float>(1.0 - total / scene.band_count);
  return canonical(scene.is_valid(x, y) && enough ? (score < 0.0f ? 0.0f : score) : kNaN);
}

// One value a pixel, row by row.
template <class Value>
std::vector<float> each_pixel(const Scene& scene, const Value& value) {
  std::vector<float> values;
  for (std::int32_t y = 0; y < scene.height; ++y) {
    for (std::int32_t x = 0; x < scene.width; ++x) values.push_back(value(x, y));
  }
  return values;
}

// Levels of one date; those of pixels that are not valid are NaN.
template <class Level>
std::vector<float> levels_of(const Scene& scene, const std::vector<BandFit>& fits, const Level& level) {
  return each_pixel(scene, [&](std::int32_t x, std::int32_t y) {
    auto state = level.start();
    for (std::int32_t b = 0; b < scene.band_count; ++b) {
      level.add(state, static_cast<float>(scene.value(false, b, x, y)), static_cast<float>(scene.value(true, b, x, y)),
                fits[static_cast<std::size_t>(b)]);
    }
    return scene.is_valid(x, y) ? level.finish(state, static_cast<float>(scene.band_count)) : kNaN;
  });
}

}  // namespace

std::vector<float> reference_similarity(const Scene& scene, const ScoreTerm& term) {
  return each_pixel(scene, [&](std::int32_t x, std::int32_t y) { return similarity_score(scene, term, x, y); });
}

std::vector<float> reference_multilook(const Scene& scene, const ScoreTerm& term) {
  const LogRatio ratio{term.epsilon};
  std::vector<LogRatio::State> states(static_cast<std::size_t>(scene.width * scene.height), ratio.start());
  for (std::int32_t b = 0; b < scene.band_count; ++b) {
    const auto means = [&](bool after_date) {
      const auto valid_value = [&](std::int32_t x, std::int32_t y) {
        return scene.is_valid(x, y) ? static_cast<float>(scene.value(after_date, b, x, y)) : kNaN;
      };
      return reference_box_mean(each_pixel(scene, valid_value), scene.width, scene.height, term.window / 2);
    };
    const std::vector<float> before = means(false), after = means(true);
    for (std::size_t i = 0; i < states.size(); ++i) {
      ratio.add(states[i], before[i], after[i], term.fits[static_cast<std::size_t>(b)]);
    }
  }
  std::vector<float> scores;
  for (const LogRatio::State& state : states) {
    scores.push_back(canonical(ratio.finish(state, static_cast<float>(scene.band_count))));
  }
  return scores;
}

std::vector<float> reference_texture(const Scene& scene, const std::vector<BandFit>& fits, bool after_date) {
  const std::vector<float> levels =
      after_date ? levels_of(scene, fits, LevelAfter{}) : levels_of(scene, fits, LevelBefore{});
  const auto level = [&](std::int32_t x, std::int32_t y) {
    return levels[static_cast<std::size_t>(y * scene.width + x)];
  };
  return each_pixel(scene, [&](std::int32_t x, std::int32_t y) {
    const WindowSums<2> sums(square(scene, x, y, 2), [&](std::int32_t column, std::int32_t row, double(&value)[2]) {
      const double a = level(column, row);
      value[0] = a;
      value[1] = a * a;
      return !std::isnan(a);
    });
    const double n = sums.count;
    const double variance = sums.sum[1] / n - (sums.sum[0] / n) * (sums.sum[0] / n);
    const float deviation = static_cast<float>(std::sqrt(variance > 0.0 ? variance : 0.0));
    return canonical(std::isnan(level(x, y)) ? kNaN : math::log(deviation + 0.5f));
  });
}

std::vector<float> reference_textured(const Scene& scene, const ScoreTerm& term) {
  const std::vector<float> before = reference_texture(scene, term.fits, false);
  const std::vector<float> after = reference_texture(scene, term.fits, true);
  std::size_t i = 0;
  return each_pixel(scene, [&](std::int32_t x, std::int32_t y) {
    float squares = 0.0f;
    for (std::int32_t b = 0; b < scene.band_count; ++b) {
      const BandFit& fit = term.fits[static_cast<std::size_t>(b)];
      const float d = fit.weight * fit.difference(static_cast<float>(scene.value(false, b, x, y)),
                                                  static_cast<float>(scene.value(true, b, x, y)));
      squares += d * d;
    }
    const float change = ((after[i] - before[i]) - term.texture->mean) * term.texture->inverse_std;
    ++i;
    return canonical(scene.is_valid(x, y) ? std::sqrt(squares + change * change) : kNaN);
  });
}

}  // namespace groundshift::parity
