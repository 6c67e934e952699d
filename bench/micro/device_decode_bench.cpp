// SPDX-License-Identifier: Apache-2.0
// Blocks decoded by a device, by how many are in flight; the first of each content is compared with the CPU's.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <string>
#include <vector>

#include "bench/micro/block_decode_bench.hpp"
#include "bench/micro/device_timer.hpp"
#include "bench/micro/packed_scene.hpp"
#include "kernels/codec/plane_decoder.hpp"
#include "kernels/cuda/decode.hpp"
#include "kernels/cuda/owners.hpp"

namespace groundshift::bench {
namespace {

using codec::DecodeBatch;
using codec::DecodeStatus;
using cuda::DeviceBuffer;

template <class T>
DeviceBuffer<T> on_device(const std::vector<T>& values) {
  DeviceBuffer<T> buffer(values.size());
  GS_CUDA_TRY(cudaMemcpy(buffer.data(), values.data(), values.size() * sizeof(T), cudaMemcpyHostToDevice));
  return buffer;
}

/// A scene on the device with room for its pixels.
class DeviceScene {
 public:
  explicit DeviceScene(const PackedScene& scene)
      : scene_(scene),
        packed_(on_device(scene.packed)),
        raw_(scene.raw_byte_count),
        pixels_(scene.blocks.size() * PackedScene::kPixelBytes),
        valid_(scene.blocks.size() * PackedScene::kValidBytes),
        blocks_(on_device(scene.blocks)),
        layouts_(on_device(scene.layouts)),
        targets_(on_device(scene.targets)),
        planes_(on_device(scene.planes(pixels_.data(), valid_.data()))),
        next_(codec::kNextCount),
        status_(scene.blocks.size()) {
    GS_CUDA_TRY(cudaMemset(valid_.data(), 1, valid_.count()));
  }

  DecodeBatch batch() const {
    DecodeBatch out;
    out.packed = packed_.data();
    out.raw = raw_.data();
    out.blocks = blocks_.data();
    out.block_count = static_cast<std::uint32_t>(scene_.blocks.size());
    out.layouts = layouts_.data();
    out.planes = planes_.data();
    out.targets = targets_.data();
    out.next = next_.data();
    out.status = status_.data();
    return out;
  }

  void start(cudaStream_t stream, bool planes) const {
    GS_CUDA_TRY(cudaMemsetAsync(next_.data(), 0, codec::kNextCount * sizeof(std::uint32_t), stream));
    const auto warps = static_cast<std::int32_t>(scene_.blocks.size());
    if (scene_.blocks.front().codec == BlockCodec::lzw) {
      cuda::unpack_lzw_blocks(stream, batch(), warps);
    } else {
      cuda::inflate_blocks(stream, batch(), warps);
    }
    if (planes) cuda::unpredict_blocks(stream, batch(), codec::SampleType::u16);
  }

  /// Whether all blocks are ok and one of each content holds the CPU's pixels.
  bool is_right() const {
    std::vector<DecodeStatus> status(scene_.blocks.size());
    GS_CUDA_TRY(
        cudaMemcpy(status.data(), status_.data(), status.size() * sizeof(DecodeStatus), cudaMemcpyDeviceToHost));
    for (const DecodeStatus s : status) {
      if (s != DecodeStatus::ok) return false;
    }
    // The first blocks once more.
    const PackedScene few(std::min(PackedScene::kDifferent, scene_.blocks.size()), scene_.blocks.front().codec);
    std::vector<std::byte> got(few.blocks.size() * PackedScene::kPixelBytes), expected(got.size());
    GS_CUDA_TRY(cudaMemcpy(got.data(), pixels_.data(), got.size(), cudaMemcpyDeviceToHost));
    std::vector<std::uint8_t> valid(few.blocks.size() * PackedScene::kValidBytes, 1);
    const auto planes = few.planes(expected.data(), valid.data());
    DecodeBatch on_host;
    on_host.packed = few.packed.data();
    on_host.blocks = few.blocks.data();
    on_host.layouts = few.layouts.data();
    on_host.planes = planes.data();
    on_host.targets = few.targets.data();
    codec::PlaneDecoder decoder;
    for (std::uint32_t i = 0; i < few.blocks.size(); ++i) {
      if (decoder.decode(on_host, i) != DecodeStatus::ok) return false;
    }
    return got == expected;
  }

 private:
  const PackedScene& scene_;
  DeviceBuffer<std::byte> packed_, raw_, pixels_;
  DeviceBuffer<std::uint8_t> valid_;
  DeviceBuffer<codec::PackedBlock> blocks_;
  DeviceBuffer<codec::BlockLayout> layouts_;
  DeviceBuffer<codec::SampleTarget> targets_;
  DeviceBuffer<codec::DecodedPlanes> planes_;
  DeviceBuffer<std::uint32_t> next_;
  DeviceBuffer<DecodeStatus> status_;
};

/// planes : to planes of pixels; else the unpacked bytes alone
void bench_blocks(benchmark::State& state, std::size_t block_count, BlockCodec codec, bool planes) {
  try {
    const PackedScene scene(block_count, codec);
    const DeviceScene on_device(scene);
    const cuda::Stream stream;
    DeviceTimer timer;
    on_device.start(stream.get(), true);
    GS_CUDA_TRY(cudaStreamSynchronize(stream.get()));
    if (!on_device.is_right()) return state.SkipWithError("the device's pixels are not the CPU's");
    for (auto _ : state) {
      state.SetIterationTime(timer.seconds(stream.get(), [&] { on_device.start(stream.get(), planes); }));
    }
    state.SetBytesProcessed(static_cast<std::int64_t>(block_count * PackedScene::kPixelBytes) * state.iterations());
  } catch (const DeviceFault& fault) {
    state.SkipWithError(fault.what());  // no room for so many blocks
  }
}

}  // namespace

void add_device_benches() {
  for (const BlockCodec codec : {BlockCodec::deflate, BlockCodec::lzw}) {
    for (const std::size_t count : {121, 512, 1024, 2048}) {
      for (const bool planes : {false, true}) {
        const std::string name = std::string("decode/device/") + (codec == BlockCodec::lzw ? "lzw/" : "deflate/") +
                                 (planes ? "pixels" : "unpack") + "/" + std::to_string(count) + "_in_flight";
        benchmark::RegisterBenchmark(name.c_str(), [=](benchmark::State& s) { bench_blocks(s, count, codec, planes); })
            ->Unit(benchmark::kMillisecond)
            ->UseManualTime();
      }
    }
  }
}

}  // namespace groundshift::bench
