// SPDX-License-Identifier: Apache-2.0
// Layout of a kept tile, and its copies in and back.
#include "kernels/cuda/device_record.hpp"

#include <stdexcept>
#include <utility>

namespace groundshift::GS_CUDA_NAMESPACE {
namespace {

constexpr std::size_t kRecordAlignment = 256;

std::size_t plane_elements(const WorkspaceShape& shape) {
  return static_cast<std::size_t>(padded(shape.width)) * static_cast<std::size_t>(shape.height);
}

std::size_t date_bytes(const WorkspaceShape& shape) {
  return plane_elements(shape) * static_cast<std::size_t>(shape.band_count) * byte_count(shape.type);
}

template <class T>
void copy_plane(cudaStream_t stream, const RasterView<const T>& from, const RasterView<T>& to, cudaMemcpyKind kind) {
  GS_CUDA_TRY(cudaMemcpy2DAsync(to.data, static_cast<std::size_t>(to.row_pitch) * sizeof(T), from.data,
                                static_cast<std::size_t>(from.row_pitch) * sizeof(T),
                                static_cast<std::size_t>(from.width) * sizeof(T), static_cast<std::size_t>(from.height),
                                kind, stream));
}

// The same pixels, to be written.
template <class T>
RasterView<T> writable(const RasterView<const T>& view) {
  return {const_cast<T*>(view.data), view.width, view.height, view.row_pitch};
}

template <class T>
void copy_bands(cudaStream_t stream, const PlanarView<const T>& from, const PlanarView<const T>& to,
                cudaMemcpyKind kind) {
  for (std::int32_t b = 0; b < from.band_count; ++b) copy_plane(stream, from.band(b), writable(to.band(b)), kind);
}

}  // namespace

std::size_t DeviceRecord::byte_count(const WorkspaceShape& shape) {
  const std::size_t bytes = 2 * date_bytes(shape) + plane_elements(shape);
  return (bytes + kRecordAlignment - 1) / kRecordAlignment * kRecordAlignment;
}

std::vector<std::unique_ptr<DeviceTile>> DeviceRecord::reserve(const WorkspaceShape& shape, std::size_t count) {
  const std::size_t bytes = byte_count(shape);
  std::vector<std::unique_ptr<DeviceTile>> records;
  for (; bytes != 0 && count != 0; count /= 2) {
    auto memory = DeviceBuffer<std::byte>::if_there_is_room(count * bytes);
    if (memory.data() == nullptr) continue;
    const auto arena = std::make_shared<const DeviceBuffer<std::byte>>(std::move(memory));
    records.reserve(count);
    for (std::size_t i = 0; i < count; ++i) records.push_back(std::make_unique<DeviceRecord>(arena, i * bytes, shape));
    break;
  }
  return records;
}

DeviceRecord::DeviceRecord(Arena arena, std::size_t offset, const WorkspaceShape& shape)
    : arena_(std::move(arena)),
      data_(arena_->data() + offset),
      shape_(shape),
      row_pitch_(padded(shape.width)),
      band_pitch_(row_pitch_ * shape.height) {}

std::size_t DeviceRecord::date_byte_count() const { return date_bytes(shape_); }

void DeviceRecord::hold(const PairTile& tile) {
  if (tile.type != shape_.type || tile.band_count > shape_.band_count || tile.width > shape_.width ||
      tile.height > shape_.height) {
    throw std::invalid_argument("the tile is larger than its place in device memory");
  }
  width_ = tile.width;
  height_ = tile.height;
  band_count_ = tile.band_count;
}

std::array<codec::DecodedPlanes, 2> DeviceRecord::begin_writing(cudaStream_t stream, const PairTile& tile,
                                                                std::array<std::int32_t, 2> band_count) {
  hold(tile);
  GS_CUDA_TRY(cudaMemsetAsync(valid(), 1, static_cast<std::size_t>(row_pitch_ * height_), stream));
  const std::size_t plane_bytes = static_cast<std::size_t>(band_pitch_) * groundshift::byte_count(shape_.type);
  std::array<codec::DecodedPlanes, 2> out;
  for (const Date which : {Date::before, Date::after}) {
    const std::size_t number = which == Date::before ? 0 : 1;
    auto* const data = date<std::byte>(which);
    out[number] = {data, row_pitch_, band_pitch_, valid(), row_pitch_};
    const std::int32_t bands = band_count[number];
    if (bands >= band_count_) continue;
    GS_CUDA_TRY(cudaMemsetAsync(data + static_cast<std::size_t>(bands) * plane_bytes, 0,
                                static_cast<std::size_t>(band_count_ - bands) * plane_bytes, stream));
  }
  return out;
}

void DeviceRecord::copy_in(cudaStream_t stream, const PairTile& tile) {
  hold(tile);
  PairTile here = tile;
  here.device_band = 0;
  with_pixel_type(tile.type, [&](auto tag) {
    using T = typename decltype(tag)::type;
    const PairPlanes<T> to = planes<T>(here);
    copy_plane(stream, tile.valid_view(), writable(to.valid), cudaMemcpyHostToDevice);
    copy_bands(stream, tile.before_as<T>(), to.before, cudaMemcpyHostToDevice);
    copy_bands(stream, tile.after_as<T>(), to.after, cudaMemcpyHostToDevice);
  });
}

void DeviceRecord::copy_back(cudaStream_t stream, const PairTile& tile, HostPlanes which) const {
  if (which == HostPlanes::none) return;
  with_pixel_type(tile.type, [&](auto tag) {
    using T = typename decltype(tag)::type;
    const PairPlanes<T> from = planes<T>(tile);
    copy_plane(stream, from.valid, writable(tile.valid_view()), cudaMemcpyDeviceToHost);
    if (which == HostPlanes::validity) return;
    copy_bands(stream, from.before, tile.before_as<T>(), cudaMemcpyDeviceToHost);
    copy_bands(stream, from.after, tile.after_as<T>(), cudaMemcpyDeviceToHost);
  });
}

template <class T>
PairPlanes<T> DeviceRecord::planes(const PairTile& tile) const {
  if (tile.type != shape_.type || tile.width != width_ || tile.height != height_ || tile.device_band < 0 ||
      tile.device_band + tile.band_count > band_count_) {
    throw std::invalid_argument("another tile lies in device memory");
  }
  const auto bands = [&](Date which) {
    return PlanarView<const T>{
        date<T>(which) + tile.device_band * band_pitch_, width_, height_, tile.band_count, row_pitch_, band_pitch_};
  };
  return {bands(Date::before), bands(Date::after), {valid(), width_, height_, row_pitch_}};
}

template PairPlanes<std::uint8_t> DeviceRecord::planes(const PairTile&) const;
template PairPlanes<std::uint16_t> DeviceRecord::planes(const PairTile&) const;
template PairPlanes<std::int16_t> DeviceRecord::planes(const PairTile&) const;
template PairPlanes<float> DeviceRecord::planes(const PairTile&) const;

}  // namespace groundshift::GS_CUDA_NAMESPACE
