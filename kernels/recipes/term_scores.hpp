// SPDX-License-Identifier: Apache-2.0
// The score of one term at every pixel of a window: pixel by pixel, over windows of both dates, or with tolerance.
#pragma once

#include <cstdint>

#include "kernels/ops/plane_steps.hpp"
#include "kernels/ops/window_scores.hpp"
#include "kernels/recipes/grown.hpp"
#include "kernels/recipes/score_op.hpp"
#include "kernels/recipes/texture_planes.hpp"

namespace groundshift {

/// Scratch of one tile, three planes as large as the tile. The recipes below say what they hold.
struct SparePlanes {
  RasterView<float> plane[3];

  /// The first pixels of a plane, of this size.
  RasterView<float> view(int which, std::int32_t width, std::int32_t height) const {
    return plane[which].window(0, 0, width, height);
  }
};

/// A score without window or texture of every pixel of `planes` into `out` (same size).
/// Ex : for_each_pixel(op, fits, planes, out), project(term, planes, out); Ex::Term has `fits`
template <class Ex, class T>
void pixel_scores(Ex& ex, const ScoreTerm& term, const typename Ex::Term& held, const PairPlanes<T>& planes,
                  const RasterView<float>& out) {
  if (term.kind == ScoreKind::projection) {
    ex.project(held, term.combination, planes, out);
  } else {
    with_score_op(term, [&](const auto& op) { ex.for_each_pixel(op, held.fits, planes, out); });
  }
}

/// The same at the pixels of `at`, against every partner within `radius` pixels on the other date that is valid and
/// inside the image: the least over the partners of AFTER, and over those of BEFORE, and of both the larger. NaN where
/// the pixel is not valid, or has no partner with a defined score in one of the directions.
/// spare : 0 one partner's scores, 1 the second direction
/// Ex    : map(f, out, inputs...)        source : Theiler & Wohlberg, symmetrised (ALGORITHMS of the project, 2.5)
template <class Ex, class T>
void tolerant_scores(Ex& ex, const ScoreTerm& term, const typename Ex::Term& held, const PairPlanes<T>& planes,
                     const Window& at, std::int32_t radius, const SparePlanes& spare, const RasterView<float>& out) {
  const RasterView<float> backward = spare.view(1, at.width, at.height);
  const auto partners_of = [&](bool partner_after, const RasterView<float>& least) {
    pixel_scores(ex, term, held, planes.window(at), least);
    for (std::int32_t dy = -radius; dy <= radius; ++dy) {
      for (std::int32_t dx = -radius; dx <= radius; ++dx) {
        if (dx == 0 && dy == 0) continue;
        const std::int32_t left = std::max(0, -(at.x + dx));
        const std::int32_t top = std::max(0, -(at.y + dy));
        const Window own{at.x + left, at.y + top, std::min(at.width, planes.valid.width - at.x - dx) - left,
                         std::min(at.height, planes.valid.height - at.y - dy) - top};
        if (own.width <= 0 || own.height <= 0) continue;
        const PairPlanes<T> here = planes.window(own);
        const PairPlanes<T> there = planes.window({own.x + dx, own.y + dy, own.width, own.height});
        const RasterView<float> scores = spare.view(0, own.width, own.height);
        pixel_scores(ex, term, held,
                     partner_after ? PairPlanes<T>{here.before, there.after, here.valid}
                                   : PairPlanes<T>{there.before, here.after, here.valid},
                     scores);
        const RasterView<float> best = window_of(least, {left, top, own.width, own.height});
        ex.map(LeastOfPartners{}, best, best, scores, there.valid);
      }
    }
  };
  partners_of(true, out);
  partners_of(false, backward);
  ex.map(LargerScore{}, out, out, backward);
}

/// Log ratio of the local means of both dates (over valid pixels) at the pixels of `at`.
/// spare : 0 a band's valid pixels, 1 and 2 its means
/// Ex    : map, box_mean(raw, window, radius, out)
template <class Ex, class T>
void multilook_log_ratio(Ex& ex, const ScoreTerm& term, const PairPlanes<T>& planes, const Window& at,
                         const SparePlanes& spare, const RasterView<float>& out) {
  const Window reach = grown(at, term.window / 2, planes.valid.width, planes.valid.height);
  const RasterView<float> pixels = spare.view(0, reach.width, reach.height);
  const RasterView<float> before = spare.view(1, at.width, at.height);
  const RasterView<float> after = spare.view(2, at.width, at.height);
  const PairPlanes<T> near = planes.window(reach);
  const auto mean_of = [&](const RasterView<const T>& band, const RasterView<float>& mean) {
    ex.map(ValidPixel{}, pixels, band, near.valid);
    ex.box_mean(pixels, within(at, reach), term.window / 2, mean);
  };
  const LogRatio op{term.epsilon};
  for (std::int32_t b = 0; b < near.before.band_count; ++b) {
    mean_of(near.before.band(b), before);
    mean_of(near.after.band(b), after);
    const LogRatioOfPlanes step{op, term.fits[static_cast<std::size_t>(b)]};
    if (b == 0) {
      ex.map(step, out, before, after);
    } else {
      ex.map(step, out, out, before, after);
    }
  }
  ex.map(FinishLogRatio{op, static_cast<float>(near.before.band_count)}, out, out);
}

/// Scaled change vector with the texture's change beside the bands.
/// spare : 0 levels, 1 and 2 the textures
template <class Ex, class T>
void textured_scores(Ex& ex, const ScoreTerm& term, const typename Ex::Term& held, const PairPlanes<T>& planes,
                     const Window& at, const SparePlanes& spare, const RasterView<float>& out) {
  const RasterView<float> before = spare.view(1, at.width, at.height);
  const RasterView<float> after = spare.view(2, at.width, at.height);
  texture_planes(ex, held.fits, planes, at, spare.plane[0], before, after);
  ex.for_each_pixel(ChangeSquares{}, held.fits, planes.window(at), out);
  ex.map(WithTexture{term.texture->mean, term.texture->inverse_std}, out, out, before, after);
}

/// Scores of `term` at the pixels of `at` into `out` (as large as `at`); NaN where the pixel is not valid or its score
/// undefined.
/// planes : reach term.halo() + tolerate_shift pixels around `at`, or end at the image's border
/// Ex     : window_scores(op, fits, planes, window, radius, out)
template <class Ex, class T>
void term_scores(Ex& ex, const ScoreTerm& term, const typename Ex::Term& held, const PairPlanes<T>& planes,
                 const Window& at, std::int32_t tolerate_shift, const SparePlanes& spare,
                 const RasterView<float>& out) {
  const std::int32_t radius = term.window / 2;
  const double range = term.data_range;
  const auto squared = [](double v) { return v * v; };
  if (term.kind == ScoreKind::ssim) {
    const StructuralSimilarity op{squared(0.01 * range), squared(0.03 * range)};
    ex.window_scores(op, held.fits, planes, at, radius, out);
  } else if (term.kind == ScoreKind::ncc) {
    ex.window_scores(LocalCorrelation{squared(range * 0x1p-12)}, held.fits, planes, at, radius, out);
  } else if (term.kind == ScoreKind::log_ratio && radius > 0) {
    multilook_log_ratio(ex, term, planes, at, spare, out);
  } else if (term.texture) {
    textured_scores(ex, term, held, planes, at, spare, out);
  } else if (tolerate_shift > 0) {
    tolerant_scores(ex, term, held, planes, at, tolerate_shift, spare, out);
  } else {
    pixel_scores(ex, term, held, planes.window(at), out);
  }
}

}  // namespace groundshift
