// SPDX-License-Identifier: Apache-2.0
// Resampling on the device: one thread a pixel, all bands.
#include "kernels/ops/resample.hpp"

#include <type_traits>

#include "kernels/cuda/kernels.hpp"
#include "kernels/cuda/launch.cuh"

namespace groundshift::GS_CUDA_NAMESPACE {
namespace {

// Taps: of both axes where they are known, else 0.
template <class T, int Taps>
__global__ void resample_kernel(PlanarView<const T> source, RasterView<const std::uint8_t> valid,
                                PositionLattice positions, TapTables tables, int blocks_across, PlanarView<T> out,
                                RasterView<std::uint8_t> states) {
  const PixelPlace p = pixel_place(blocks_across);
  if (p.x >= out.width || p.y >= out.height) return;
  TapCover cover{ResampledState::outside, false, 0};
  PixelTaps taps{};
  const SourcePosition position = position_at(positions, p.x, p.y);
  if (position.defined) {
    taps = pixel_taps(position, tables);
    cover = tap_cover(taps, valid);
  }
  bool has_value = cover.state == ResampledState::whole || cover.state == ResampledState::renormalised;
  const bool had_value = has_value;
  for (int b = 0; b < out.band_count; ++b) {
    const RasterView<const T> band = source.band(b);
    T value = 0;
    if (has_value) {
      value = cover.plain ? plain_value<T, Taps, Taps>(band.row(taps.first_y) + taps.first_x, band.row_pitch, taps)
                          : partial_value(band, valid, taps, cover.weight);
      if (!is_number(value)) has_value = false;
    }
    out.band(b)(p.x, p.y) = has_value ? value : T{0};
  }
  if (had_value && !has_value) {  // no number in one band: no value in all
    cover.state = ResampledState::from_invalid;
    for (int b = 0; b < out.band_count; ++b) out.band(b)(p.x, p.y) = T{0};
  }
  states(p.x, p.y) = static_cast<std::uint8_t>(cover.state);
}

}  // namespace

template <class T>
void resample(cudaStream_t stream, const PlanarView<const T>& source, const RasterView<const std::uint8_t>& valid,
              const PositionLattice& positions, const TapTables& tables, const PlanarView<T>& out,
              const RasterView<std::uint8_t>& states) {
  const PixelGrid grid = pixel_grid(out.width, out.height);
  const auto start = [&](auto taps) {
    GS_LAUNCH((resample_kernel<T, decltype(taps)::value>), grid.blocks, grid.threads, 0, stream, source, valid,
              positions, tables, grid.across, out, states);
  };
  switch (tables.taps_x == tables.taps_y ? tables.taps_x : 0) {
    case 1: return start(std::integral_constant<int, 1>{});
    case 2: return start(std::integral_constant<int, 2>{});
    case 4: return start(std::integral_constant<int, 4>{});
    case 6: return start(std::integral_constant<int, 6>{});
    default: return start(std::integral_constant<int, 0>{});
  }
}

template void resample(cudaStream_t, const PlanarView<const std::uint8_t>&, const RasterView<const std::uint8_t>&,
                       const PositionLattice&, const TapTables&, const PlanarView<std::uint8_t>&,
                       const RasterView<std::uint8_t>&);
template void resample(cudaStream_t, const PlanarView<const std::uint16_t>&, const RasterView<const std::uint8_t>&,
                       const PositionLattice&, const TapTables&, const PlanarView<std::uint16_t>&,
                       const RasterView<std::uint8_t>&);
template void resample(cudaStream_t, const PlanarView<const std::int16_t>&, const RasterView<const std::uint8_t>&,
                       const PositionLattice&, const TapTables&, const PlanarView<std::int16_t>&,
                       const RasterView<std::uint8_t>&);
template void resample(cudaStream_t, const PlanarView<const float>&, const RasterView<const std::uint8_t>&,
                       const PositionLattice&, const TapTables&, const PlanarView<float>&,
                       const RasterView<std::uint8_t>&);

}  // namespace groundshift::GS_CUDA_NAMESPACE
