// SPDX-License-Identifier: Apache-2.0
// Resampling on the CPU: runs of pixels of a row, by the quickest loop that their taps allow.
#include "kernels/cpu/resample.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>

#include "kernels/cpu/row_bands.hpp"
#include "kernels/ops/resample.hpp"
#include "kernels/recipes/check_resample.hpp"
#include "kernels/view/clones.hpp"

namespace groundshift::cpu {
namespace {  // internal linkage: GCC clones templates only where no other file shares the instance

constexpr std::int32_t kRun = 64;  // pixels whose positions are known before the first is computed

/// Where the taps of a run of one row lie.
struct Run {
  std::int32_t count = 0;
  bool all_defined = true;
  std::int32_t first_x[kRun], first_y[kRun];
  std::int32_t phase_x[kRun], phase_y[kRun];
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

PixelTaps taps_of(const Run& run, std::int32_t i, const TapTables& tables) {
  return {0,  // nearest pixels: of no use to runs that are all valid
          0,
          run.first_x[i],
          run.first_y[i],
          tables.taps_x,
          tables.taps_y,
          tables.x + std::ptrdiff_t{run.phase_x[i]} * tables.taps_x,
          tables.y + std::ptrdiff_t{run.phase_y[i]} * tables.taps_y};
}

// axis_taps of `count` positions of a span along one axis, start + slope * fraction, from `fraction` on. Positions are
// moved by whole pixels until none is negative: registers shift signed words of 64 bits slowly.
GS_HD void locate_axis(std::int64_t start, std::int64_t slope, std::int32_t bits, std::int32_t fraction,
                       std::int32_t tap_count, std::int32_t count, std::int32_t* __restrict first,
                       std::int32_t* __restrict phase) {
  constexpr int kMovedBits = 62;  // |start + slope * fraction| <= 2^60
  const int dropped = tap_count == 1 ? kPositionBits : kPositionBits - kResamplePhaseBits;
  const int phase_bits = kPositionBits - dropped;
  const auto half = (std::uint64_t{1} << bits) >> 1;
  const auto base = static_cast<std::uint64_t>(start + slope * fraction) + (std::uint64_t{1} << kMovedBits) + half;
  const std::uint64_t rounding = std::uint64_t{1} << (dropped - 1);
  const std::uint64_t moved_pixels = std::uint64_t{1} << (kMovedBits - bits - kPositionBits);
  const std::uint64_t before = tap_count == 1 ? 0 : static_cast<std::uint64_t>(tap_count / 2 - 1);
  const std::uint64_t mask = (std::uint64_t{1} << phase_bits) - 1;
  const auto step = static_cast<std::uint64_t>(slope);
  for (std::int32_t i = 0; i < count; ++i) {
    const std::uint64_t phases = (((base + step * static_cast<std::uint64_t>(i)) >> bits) + rounding) >> dropped;
    first[i] = static_cast<std::int32_t>((phases >> phase_bits) - moved_pixels - before);
    phase[i] = static_cast<std::int32_t>(phases & mask);
  }
}

GS_CLONES void locate(const PositionLattice& lattice, const TapTables& tables, std::int32_t x0, std::int32_t y,
                      Run& run) {
  const std::int32_t step = 1 << lattice.step_log2;
  run.all_defined = true;
  for (std::int32_t i = 0; i < run.count;) {
    const std::int32_t column = lattice.first_x + x0 + i;
    const LatticeSpan span = lattice_span(lattice, column >> lattice.step_log2, y);
    const std::int32_t fraction = column & (step - 1);
    const std::int32_t count = std::min(run.count - i, step - fraction);
    const std::int32_t bits = 2 * lattice.step_log2;
    locate_axis(span.start_x, span.slope_x, bits, fraction, tables.taps_x, count, run.first_x + i, run.phase_x + i);
    locate_axis(span.start_y, span.slope_y, bits, fraction, tables.taps_y, count, run.first_y + i, run.phase_y + i);
    // Only a span's first pixel asks the left node alone.
    run.all_defined = run.all_defined && (fraction == 0 && count == 1 ? span.left_defined : span.both_defined);
    i += count;
  }
}

struct Bounds {
  std::int32_t lowest, highest;
};
GS_HD Bounds bounds_of(const std::int32_t* values, std::int32_t count) {
  std::int32_t lowest = values[0], highest = values[0];
  for (std::int32_t i = 1; i < count; ++i) {
    lowest = std::min(lowest, values[i]);
    highest = std::max(highest, values[i]);
  }
  return {lowest, highest};
}

// The source pixels under a run.
GS_CLONES Window rectangle_of(const Run& run, const TapTables& tables) {
  const Bounds x = bounds_of(run.first_x, run.count);
  const Bounds y = bounds_of(run.first_y, run.count);
  return {x.lowest, y.lowest, x.highest - x.lowest + tables.taps_x, y.highest - y.lowest + tables.taps_y};
}

// Whether all taps of the run lie in the window and all pixels of the rectangle around them are valid.
bool is_plain(const Run& run, const TapTables& tables, const RasterView<const std::uint8_t>& valid) {
  if (!run.all_defined) return false;
  const Window under = rectangle_of(run, tables);
  if (under.x < 0 || under.y < 0 || under.x + under.width > valid.width || under.y + under.height > valid.height) {
    return false;
  }
  for (std::int32_t row = under.y; row < under.y + under.height; ++row) {
    if (std::memchr(valid.row(row) + under.x, 0, static_cast<std::size_t>(under.width)) != nullptr) return false;
  }
  return true;
}

// Whether the run is a piece of the source moved by one amount: the same phases, neighbouring pixels.
GS_CLONES bool is_moved(const Run& run) {
  std::int32_t other = 0;
  for (std::int32_t i = 0; i < run.count; ++i) {
    other |= (run.phase_x[i] ^ run.phase_x[0]) | (run.phase_y[i] ^ run.phase_y[0]) |
             (run.first_x[i] ^ (run.first_x[0] + i)) | (run.first_y[i] ^ run.first_y[0]);
  }
  return other == 0;
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
    const PixelTaps taps = taps_of(run, i, job.tables);
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
  const PixelTaps taps = taps_of(run, 0, job.tables);
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
void careful_run(const Job<T>& job, std::int32_t count, std::int32_t x0, std::int32_t y) {
  for (std::int32_t x = x0; x < x0 + count; ++x) {
    const SourcePosition position = position_at(job.positions, x, y);
    TapCover cover{ResampledState::outside, false, 0};
    PixelTaps taps{};
    if (position.defined) {
      taps = pixel_taps(position, job.tables);
      cover = tap_cover(taps, job.valid);
    }
    const bool has_value = cover.state == ResampledState::whole || cover.state == ResampledState::renormalised;
    for (std::int32_t b = 0; b < job.source.band_count; ++b) {
      const RasterView<const T> band = job.source.band(b);
      T& out = job.out.band(b)(x, y);
      if (cover.plain) {
        out = plain_value<T, 0, 0>(band.row(taps.first_y) + taps.first_x, band.row_pitch, taps);
      } else {
        out = has_value ? partial_value(band, job.valid, taps, cover.weight) : T{0};
      }
    }
    job.state(x, y) = static_cast<std::uint8_t>(cover.state);
  }
}

GS_CLONES bool are_numbers(const float* values, std::int32_t count) {
  std::int32_t others = 0;
  for (std::int32_t i = 0; i < count; ++i) others |= is_number(values[i]) ? 0 : 1;
  return others == 0;
}

// Pixels that are no number in a band lose their value in all.
void drop_no_numbers(const Job<float>& job, std::int32_t count, std::int32_t x0, std::int32_t y) {
  for (std::int32_t b = 0; b < job.out.band_count; ++b) {
    if (are_numbers(job.out.band(b).row(y) + x0, count)) continue;
    for (std::int32_t x = x0; x < x0 + count; ++x) {
      if (is_number(job.out.band(b)(x, y))) continue;
      job.state(x, y) = static_cast<std::uint8_t>(ResampledState::from_invalid);
      for (std::int32_t other = 0; other < job.out.band_count; ++other) job.out.band(other)(x, y) = 0.0f;
    }
  }
}

template <class T>
void resample_rows(const Job<T>& job, std::int32_t first_row, std::int32_t last_row) {
  Run run;
  for (std::int32_t y = first_row; y < last_row; ++y) {
    for (std::int32_t x0 = 0; x0 < job.out.width; x0 += kRun) {
      run.count = std::min(kRun, job.out.width - x0);
      locate(job.positions, job.tables, x0, y, run);
      is_plain(run, job.tables, job.valid) ? any_plain_run(job, run, x0, y) : careful_run(job, run.count, x0, y);
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
