// SPDX-License-Identifier: Apache-2.0
// Sizes of a slot's device memory and the copies into it.
#include "kernels/cuda/device_workspace.hpp"

#include <algorithm>
#include <stdexcept>

namespace groundshift::GS_CUDA_NAMESPACE {
namespace {

// Rows start at multiples of 64 elements, so that packs of pixels are aligned for every pixel type.
std::ptrdiff_t padded(std::int32_t width) { return (std::ptrdiff_t{width} + 63) / 64 * 64; }

std::size_t plane_elements(const WorkspaceShape& shape) {
  return static_cast<std::size_t>(padded(shape.width)) * static_cast<std::size_t>(shape.height);
}

std::size_t smoothed_elements(const WorkspaceShape& shape) { return shape.halo > 0 ? plane_elements(shape) : 0; }

std::size_t wide_box_elements(const WorkspaceShape& shape) {
  return shape.halo > kMaxSharedRadius ? plane_elements(shape) : 0;
}

std::size_t date_bytes(const WorkspaceShape& shape) {
  return plane_elements(shape) * static_cast<std::size_t>(shape.band_count) * byte_count(shape.type);
}

// Every set of sums of the largest tile and the number of valid pixels; all are 8 bytes wide.
std::size_t sum_values(const WorkspaceShape& shape) {
  const auto cells = [](std::int32_t side) { return static_cast<std::size_t>((side + kCellSize - 1) / kCellSize); };
  const std::size_t sets = is_integer(shape.type) ? 1 : cells(shape.width) * cells(shape.height);
  return sets * static_cast<std::size_t>(moment_count(shape.band_count)) + 1;
}

std::size_t staging_values(const WorkspaceShape& shape) {
  return std::max(static_cast<std::size_t>(kFloatBins), sum_values(shape));
}

}  // namespace

DeviceWorkspace::DeviceWorkspace(const WorkspaceShape& shape)
    : shape_(shape),
      row_pitch_(padded(shape.width)),
      float_pitch_(padded(shape.width)),
      before_(date_bytes(shape)),
      after_(date_bytes(shape)),
      valid_(plane_elements(shape)),
      raw_(smoothed_elements(shape)),
      scores_(plane_elements(shape)),
      row_sums_(wide_box_elements(shape)),
      row_counts_(wide_box_elements(shape)),
      fits_(static_cast<std::size_t>(shape.band_count)),
      bins_(kFloatBins),
      sums_(sum_values(shape)),
      staging_(staging_values(shape)),
      fit_staging_(static_cast<std::size_t>(shape.band_count)) {}

DeviceWorkspace::~DeviceWorkspace() { GS_CUDA_CHECK_NOTHROW(cudaStreamSynchronize(stream_.get())); }

std::size_t DeviceWorkspace::host_byte_count(const WorkspaceShape& shape) {
  return staging_values(shape) * sizeof(unsigned long long) +
         static_cast<std::size_t>(shape.band_count) * sizeof(BandFit);
}

template <class T>
PairPlanes<T> DeviceWorkspace::copy_in(const PairTile& tile, const Window& window) {
  if (tile.type != shape_.type || tile.band_count > shape_.band_count || window.width > shape_.width ||
      window.height > shape_.height) {
    throw std::invalid_argument("the tile is larger than its workspace");
  }
  const std::ptrdiff_t band_pitch = row_pitch_ * window.height;
  const auto copy_date = [&](const PlanarView<const T>& from, const DeviceBuffer<std::byte>& to) {
    T* const data = reinterpret_cast<T*>(to.data());
    for (std::int32_t b = 0; b < from.band_count; ++b) {
      GS_CUDA_TRY(cudaMemcpy2DAsync(data + b * band_pitch, static_cast<std::size_t>(row_pitch_) * sizeof(T),
                                    from.band(b).row(window.y) + window.x,
                                    static_cast<std::size_t>(from.row_pitch) * sizeof(T),
                                    static_cast<std::size_t>(window.width) * sizeof(T),
                                    static_cast<std::size_t>(window.height), cudaMemcpyHostToDevice, stream()));
    }
    return PlanarView<const T>{data, window.width, window.height, from.band_count, row_pitch_, band_pitch};
  };
  const RasterView<const std::uint8_t> valid = tile.valid_view();
  GS_CUDA_TRY(cudaMemcpy2DAsync(valid_.data(), static_cast<std::size_t>(row_pitch_), valid.row(window.y) + window.x,
                                static_cast<std::size_t>(valid.row_pitch), static_cast<std::size_t>(window.width),
                                static_cast<std::size_t>(window.height), cudaMemcpyHostToDevice, stream()));
  return {copy_date(tile.before_as<T>(), before_),
          copy_date(tile.after_as<T>(), after_),
          {valid_.data(), window.width, window.height, row_pitch_}};
}

template PairPlanes<std::uint8_t> DeviceWorkspace::copy_in(const PairTile&, const Window&);
template PairPlanes<std::uint16_t> DeviceWorkspace::copy_in(const PairTile&, const Window&);
template PairPlanes<std::int16_t> DeviceWorkspace::copy_in(const PairTile&, const Window&);
template PairPlanes<float> DeviceWorkspace::copy_in(const PairTile&, const Window&);

const BandFit* DeviceWorkspace::copy_in_fits(const std::vector<BandFit>& fits) {
  if (fits.size() > fits_.count()) throw std::invalid_argument("more fits than the workspace has bands");
  std::copy(fits.begin(), fits.end(), fit_staging_.data());
  GS_CUDA_TRY(cudaMemcpyAsync(fits_.data(), fit_staging_.data(), fits.size() * sizeof(BandFit), cudaMemcpyHostToDevice,
                              stream()));
  return fits_.data();
}

RasterView<float> DeviceWorkspace::raw(const Window& window, std::int32_t radius) const {
  if (radius > shape_.halo) throw std::invalid_argument("the box mean is wider than its workspace");
  return {raw_.data(), window.width, window.height, float_pitch_};
}

BoxScratch DeviceWorkspace::box_scratch(std::int32_t radius) const {
  if (radius > shape_.halo) throw std::invalid_argument("the box mean is wider than its workspace");
  return {row_sums_.data(), row_counts_.data()};
}

void DeviceWorkspace::wait() {
  GS_CUDA_TRY(cudaEventRecord(done_.get(), stream()));
  GS_CUDA_TRY(cudaEventSynchronize(done_.get()));
}

}  // namespace groundshift::GS_CUDA_NAMESPACE
