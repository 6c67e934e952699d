// SPDX-License-Identifier: Apache-2.0
// Resampling on the CPU: runs of pixels of a row, by the quickest loop that their taps allow.
#include "kernels/cpu/resample.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>

#include "kernels/cpu/clones.hpp"
#include "kernels/cpu/row_bands.hpp"
#include "kernels/ops/resample.hpp"
#include "kernels/recipes/check_resample.hpp"

namespace groundshift::cpu {
namespace {  // internal linkage: GCC clones templates only where no other file shares the instance

constexpr std::int32_t kRun = 64;  // pixels whose positions are known before the first is computed

/// Where the taps of a run of one row lie.
struct Run {
  std::int32_t count = 0;
  bool all_defined = true;
  AxisTaps x[kRun];
  AxisTaps y[kRun];
  bool defined[kRun];
};

template <class T>
struct Job {
  PlanarView<const T> source;
  RasterView<const std::uint8_t> valid;
  PlanarView<T> out;
  RasterView<std::uint8_t> state;
  PositionLattice positions;
  TapTables tables;
};

PixelTaps taps_of(const AxisTaps& x, const AxisTaps& y, const TapTables& tables) {
  return {x.nearest,
          y.nearest,
          x.first,
          y.first,
          tables.taps_x,
          tables.taps_y,
          tables.x + std::ptrdiff_t{x.phase} * tables.taps_x,
          tables.y + std::ptrdiff_t{y.phase} * tables.taps_y};
}

GS_CLONES void locate(const PositionLattice& lattice, const TapTables& tables, std::int32_t x0, std::int32_t y,
                      Run& run) {
  const std::int32_t step = 1 << lattice.step_log2;
  run.all_defined = true;
  for (std::int32_t i = 0; i < run.count;) {
    const std::int32_t column = lattice.first_x + x0 + i;
    const LatticeSpan span = lattice_span(lattice, column >> lattice.step_log2, y);
    const std::int32_t end = std::min(run.count, i + step - (column & (step - 1)));
    for (std::int32_t fraction = column & (step - 1); i < end; ++i, ++fraction) {
      const SourcePosition position = span.at(fraction);
      run.x[i] = axis_taps(position.x, tables.taps_x);
      run.y[i] = axis_taps(position.y, tables.taps_y);
      run.defined[i] = position.defined;
      run.all_defined = run.all_defined && position.defined;
    }
  }
}

// Whether all taps of the run lie in the window and all pixels of the rectangle around them are valid.
bool is_plain(const Run& run, const TapTables& tables, const RasterView<const std::uint8_t>& valid) {
  if (!run.all_defined) return false;
  std::int32_t left = run.x[0].first, right = left, top = run.y[0].first, bottom = top;
  for (std::int32_t i = 1; i < run.count; ++i) {
    left = std::min(left, run.x[i].first);
    right = std::max(right, run.x[i].first);
    top = std::min(top, run.y[i].first);
    bottom = std::max(bottom, run.y[i].first);
  }
  right += tables.taps_x;
  bottom += tables.taps_y;
  if (left < 0 || top < 0 || right > valid.width || bottom > valid.height) return false;
  for (std::int32_t row = top; row < bottom; ++row) {
    if (std::memchr(valid.row(row) + left, 0, static_cast<std::size_t>(right - left)) != nullptr) return false;
  }
  return true;
}

// Whether the run is a piece of the source moved by one amount: the same phases, neighbouring pixels.
bool is_moved(const Run& run) {
  bool moved = true;
  for (std::int32_t i = 1; i < run.count; ++i) {
    moved = moved && run.x[i].phase == run.x[0].phase && run.y[i].phase == run.y[0].phase &&
            run.x[i].first == run.x[0].first + i && run.y[i].first == run.y[0].first;
  }
  return moved;
}

// A moved run of one band, weights outside and pixels inside; `first` is the first tap of the first pixel.
template <class T>
GS_CLONES void moved_run(const T* first, std::ptrdiff_t row_pitch, const PixelTaps& taps, std::int32_t count,
                         T* __restrict out) {
  using Sum = typename ResampleSum<T>::Sum;
  Sum sums[kRun];
  for (std::int32_t i = 0; i < kRun; ++i) sums[i] = ResampleSum<T>::start();
  for (std::int32_t j = 0; j < taps.taps_y; ++j) {
    const std::int32_t y = taps.y[j];
    if (y == 0) continue;
    const T* const row = first + j * row_pitch;
    if constexpr (std::is_integral_v<T>) {
      std::int32_t row_sums[kRun] = {};
      for (std::int32_t k = 0; k < taps.taps_x; ++k) {
        const std::int32_t x = taps.x[k];
        if (x == 0) continue;
        const T* const pixels = row + k;
        for (std::int32_t i = 0; i < count; ++i) row_sums[i] += x * static_cast<std::int32_t>(pixels[i]);
      }
      for (std::int32_t i = 0; i < count; ++i) sums[i] += std::int64_t{y} * row_sums[i];
    } else {
      for (std::int32_t k = 0; k < taps.taps_x; ++k) {
        const auto weight = static_cast<double>(taps.x[k] * y);
        if (weight == 0.0) continue;
        const T* const pixels = row + k;
        for (std::int32_t i = 0; i < count; ++i) sums[i] = sums[i] + weight * static_cast<double>(pixels[i]);
      }
    }
  }
  for (std::int32_t i = 0; i < count; ++i) out[i] = ResampleSum<T>::finish(sums[i]);
}

// A plain run, pixel by pixel; weights are shared by the bands.
template <class T, int Taps>
GS_CLONES void plain_run(const Job<T>& job, const Run& run, std::int32_t x0, std::int32_t y) {
  T* const out = job.out.data + y * job.out.row_pitch + x0;
  for (std::int32_t i = 0; i < run.count; ++i) {
    const PixelTaps taps = taps_of(run.x[i], run.y[i], job.tables);
    const T* const first = job.source.data + taps.first_y * job.source.row_pitch + taps.first_x;
    for (std::int32_t b = 0; b < job.source.band_count; ++b) {
      out[b * job.out.band_pitch + i] =
          plain_value<T, Taps, Taps>(first + b * job.source.band_pitch, job.source.row_pitch, taps);
    }
  }
}

template <class T>
void any_plain_run(const Job<T>& job, const Run& run, std::int32_t x0, std::int32_t y) {
  std::memset(job.state.row(y) + x0, static_cast<int>(ResampledState::whole), static_cast<std::size_t>(run.count));
  const PixelTaps taps = taps_of(run.x[0], run.y[0], job.tables);
  if (is_moved(run)) {
    for (std::int32_t b = 0; b < job.source.band_count; ++b) {
      moved_run(job.source.band(b).row(taps.first_y) + taps.first_x, job.source.row_pitch, taps, run.count,
                job.out.band(b).row(y) + x0);
    }
    return;
  }
  const std::int32_t known = taps.taps_x == taps.taps_y ? taps.taps_x : 0;
  switch (known) {
    case 1: return plain_run<T, 1>(job, run, x0, y);
    case 2: return plain_run<T, 2>(job, run, x0, y);
    case 4: return plain_run<T, 4>(job, run, x0, y);
    case 6: return plain_run<T, 6>(job, run, x0, y);
    default: return plain_run<T, 0>(job, run, x0, y);
  }
}

// Anything: pixels beside holes and edges, and outside.
template <class T>
void careful_run(const Job<T>& job, const Run& run, std::int32_t x0, std::int32_t y) {
  for (std::int32_t i = 0; i < run.count; ++i) {
    const PixelTaps taps = taps_of(run.x[i], run.y[i], job.tables);
    const TapCover cover = run.defined[i] ? tap_cover(taps, job.valid) : TapCover{ResampledState::outside, false, 0};
    job.state(x0 + i, y) = static_cast<std::uint8_t>(cover.state);
    const bool has_value = cover.state == ResampledState::whole || cover.state == ResampledState::renormalised;
    for (std::int32_t b = 0; b < job.source.band_count; ++b) {
      job.out.band(b)(x0 + i, y) = has_value ? partial_value(job.source.band(b), job.valid, taps, cover.weight) : T{0};
    }
  }
}

// Pixels that are no number in a band lose their value in all.
void drop_no_numbers(const Job<float>& job, std::int32_t count, std::int32_t x0, std::int32_t y) {
  for (std::int32_t i = x0; i < x0 + count; ++i) {
    bool numbers = true;
    for (std::int32_t b = 0; b < job.out.band_count; ++b) numbers = numbers && is_number(job.out.band(b)(i, y));
    if (numbers) continue;
    job.state(i, y) = static_cast<std::uint8_t>(ResampledState::from_invalid);
    for (std::int32_t b = 0; b < job.out.band_count; ++b) job.out.band(b)(i, y) = 0.0f;
  }
}

template <class T>
void resample_rows(const Job<T>& job, std::int32_t first_row, std::int32_t last_row) {
  Run run;
  for (std::int32_t y = first_row; y < last_row; ++y) {
    for (std::int32_t x0 = 0; x0 < job.out.width; x0 += kRun) {
      run.count = std::min(kRun, job.out.width - x0);
      locate(job.positions, job.tables, x0, y, run);
      is_plain(run, job.tables, job.valid) ? any_plain_run(job, run, x0, y) : careful_run(job, run, x0, y);
      if constexpr (std::is_same_v<T, float>) drop_no_numbers(job, run.count, x0, y);
    }
  }
}

}  // namespace

void resample(const ResampleTile& tile, const ResampleWeights& weights) {
  with_pixel_type(tile.type, [&](auto tag) {
    using T = typename decltype(tag)::type;
    const Job<T> job{tile.source_as<T>(), tile.valid_view(), tile.output_as<T>(),
                     tile.state_view(),   tile.positions,    tap_tables(weights)};
    for_each_row_band(job.out.height,
                      [&](std::int32_t first_row, std::int32_t last_row) { resample_rows(job, first_row, last_row); });
  });
}

}  // namespace groundshift::cpu
