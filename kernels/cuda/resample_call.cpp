// SPDX-License-Identifier: Apache-2.0
// A source window on its way to the device, and the resampled planes on their way back.
#include "kernels/cuda/resample_call.hpp"

#include "kernels/recipes/check_resample.hpp"

namespace groundshift::GS_CUDA_NAMESPACE {
namespace {

template <class T>
void copy_plane_out(cudaStream_t stream, const RasterView<T>& from, const RasterView<T>& to) {
  GS_CUDA_TRY(cudaMemcpy2DAsync(to.data, static_cast<std::size_t>(to.row_pitch) * sizeof(T), from.data,
                                static_cast<std::size_t>(from.row_pitch) * sizeof(T),
                                static_cast<std::size_t>(to.width) * sizeof(T), static_cast<std::size_t>(to.height),
                                cudaMemcpyDeviceToHost, stream));
}

}  // namespace

void run_resample(DeviceWorkspace& slot, const ResampleTile& tile, const ResampleWeights& weights) {
  check_resample(tile, weights);
  if (tile.output.width == 0 || tile.output.height == 0) return;
  const CallScope scope(slot, "resample");
  const HeldResample held = slot.copy_in_resample(tile, weights);
  with_pixel_type(tile.type, [&](auto tag) {
    using T = typename decltype(tag)::type;
    const SourcePlanes<T> source = slot.copy_in_source<T>(tile);
    const ResampledPlanes<T> made = slot.resampled<T>(tile);
    GS_CUDA_NAMESPACE::resample(slot.stream(), source.pixels, source.valid, held.positions, held.tables, made.pixels,
                                made.states);
    const PlanarView<T> out = tile.output_as<T>();
    for (std::int32_t b = 0; b < out.band_count; ++b) {
      copy_plane_out(slot.stream(), made.pixels.band(b), out.band(b));
    }
    copy_plane_out(slot.stream(), made.states, tile.state_view());
  });
  slot.wait();
}

}  // namespace groundshift::GS_CUDA_NAMESPACE
