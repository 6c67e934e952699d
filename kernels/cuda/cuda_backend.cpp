// SPDX-License-Identifier: Apache-2.0
// A CUDA device behind the Backend interface: copy in, compute, copy out on the slot's own stream.
#include <algorithm>
#include <chrono>
#include <new>
#include <stdexcept>

#include "kernels/cuda/decode_call.hpp"
#include "kernels/cuda/device.hpp"
#include "kernels/cuda/device_record.hpp"
#include "kernels/cuda/device_workspace.hpp"
#include "kernels/cuda/gram_call.hpp"
#include "kernels/cuda/resample_call.hpp"
#include "kernels/recipes/check_score.hpp"
#include "kernels/recipes/value_histogram.hpp"

namespace groundshift::GS_CUDA_NAMESPACE {
namespace {

void require(bool condition, const char* why) {
  if (!condition) throw std::invalid_argument(why);
}

// Of the memory that is free once the workspaces are made: the rest is for what the runtime loads later.
constexpr std::size_t share_for_tiles(std::size_t free_bytes) { return free_bytes / 5 * 4; }

// The value histogram's executor: its one verb.
struct ValueHistogram {
  cudaStream_t stream;
  unsigned long long* bins;

  template <class T>
  void value_histogram(const RasterView<const T>& values, const RasterView<const std::uint8_t>& valid) const {
    histogram<T>(stream, values, valid.data, valid.row_pitch, bins);
  }
};

// Each call runs on the workspace's stream and ends by waiting for it; calls of other threads overlap on the device.
class CudaBackend final : public Backend {
 public:
  explicit CudaBackend(int device) : device_(device) {
    use_device();
    require_kernel_image();
  }

  std::string name() const override { return "cuda"; }

  HostBuffer allocate_host(std::size_t byte_count) override {
    use_device();
    void* data = nullptr;
    const cudaError_t error = cudaMallocHost(&data, std::max<std::size_t>(byte_count, 1));
    if (error == cudaErrorMemoryAllocation) {
      static_cast<void>(cudaGetLastError());  // else the next launch would be told of it
      throw std::bad_alloc();
    }
    throw_on_error(error, "cudaMallocHost");
    return {data, byte_count, [](void* p, std::size_t) noexcept { GS_CUDA_CHECK_NOTHROW(cudaFreeHost(p)); }};
  }

  std::unique_ptr<Workspace> make_workspace(const WorkspaceShape& shape) override {
    use_device();
    return std::make_unique<DeviceWorkspace>(shape);
  }

  std::size_t workspace_bytes(const WorkspaceShape& shape) const override {
    return DeviceWorkspace::host_byte_count(shape);
  }

  bool has_device_memory() const override { return true; }

  std::string device_identity() const override {
    cudaDeviceProp properties{};
    int driver = 0, runtime = 0;
    const bool told = cudaGetDeviceProperties(&properties, device_) == cudaSuccess &&
                      cudaDriverGetVersion(&driver) == cudaSuccess && cudaRuntimeGetVersion(&runtime) == cudaSuccess;
    if (!told) return {};  // a device that fails is told of by whoever uses it
    const auto version = [](int number) {
      return std::to_string(number / 1000) + "." + std::to_string(number % 1000 / 10);
    };
    return std::string(properties.name) + ", driver for CUDA " + version(driver) + ", runtime " + version(runtime);
  }

  double device_copy_rate() override {
    use_device();
    constexpr std::size_t kBytes = std::size_t{256} << 20;  // many times the device's cache
    constexpr int kCopies = 8;
    const DeviceBuffer<std::byte> from(kBytes), to(kBytes);
    const Stream stream;
    GS_CUDA_TRY(cudaMemsetAsync(from.data(), 0x5a, kBytes, stream.get()));
    double best = 0.0;
    for (int round = 0; round < 3; ++round) {
      GS_CUDA_TRY(cudaStreamSynchronize(stream.get()));
      const auto start = std::chrono::steady_clock::now();
      for (int copy = 0; copy < kCopies; ++copy) {
        GS_CUDA_TRY(cudaMemcpyAsync(to.data(), from.data(), kBytes, cudaMemcpyDeviceToDevice, stream.get()));
      }
      GS_CUDA_TRY(cudaStreamSynchronize(stream.get()));
      const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
      best = std::max(best, 2.0 * kCopies * static_cast<double>(kBytes) / seconds);
    }
    return best;
  }

  std::vector<std::unique_ptr<DeviceTile>> reserve_device_tiles(const WorkspaceShape& shape,
                                                                std::int64_t count) override {
    use_device();
    std::size_t free_bytes = 0, all_bytes = 0;
    GS_CUDA_TRY(cudaMemGetInfo(&free_bytes, &all_bytes));
    const std::size_t record = std::max<std::size_t>(DeviceRecord::byte_count(shape), 1);
    const auto wanted = static_cast<std::size_t>(std::max<std::int64_t>(count, 0));
    return DeviceRecord::reserve(shape, std::min(wanted, share_for_tiles(free_bytes) / record));
  }

  void keep_on_device(Workspace& workspace, DeviceTile& kept, const PairTile& tile) override {
    use_device();
    auto& slot = dynamic_cast<DeviceWorkspace&>(workspace);
    const CallScope scope(slot, "copy in");
    dynamic_cast<DeviceRecord&>(kept).copy_in(slot.stream(), tile);
    slot.wait();
  }

  void copy_back(Workspace& workspace, const PairTile& tile, HostPlanes which) override {
    use_device();
    require(tile.device != nullptr, "only a tile that is kept on the device can be copied back");
    auto& slot = dynamic_cast<DeviceWorkspace&>(workspace);
    const CallScope scope(slot, "copy back");
    dynamic_cast<const DeviceRecord&>(*tile.device).copy_back(slot.stream(), tile, which);
    slot.wait();
  }

  DeviceTile* decode(Workspace& workspace, DeviceTile* room, const PairTile& tile, const PackedTile& packed,
                     std::span<codec::DecodeStatus> statuses) override {
    use_device();
    auto& slot = dynamic_cast<DeviceWorkspace&>(workspace);
    DeviceRecord& record = room != nullptr ? dynamic_cast<DeviceRecord&>(*room) : slot.own_tile();
    run_decode(slot, record, tile, packed, statuses);
    return &record;
  }

  void value_histogram(Workspace& workspace, const PairTile& tile, std::span<std::uint64_t> bins) override {
    use_device();
    require(bins.size() == static_cast<std::size_t>(kFloatBins), "a histogram has kFloatBins counts");
    auto& slot = dynamic_cast<DeviceWorkspace&>(workspace);
    const CallScope scope(slot, "value histogram");
    clear_bins(slot);
    with_pixel_type(tile.type, [&](auto tag) {
      using T = typename decltype(tag)::type;
      ValueHistogram executor{slot.stream(), slot.bins().data()};
      value_histogram_of(executor, slot.copy_in<T>(tile, tile.core));
    });
    add_bins(slot, bins);
  }

  void gram(Workspace& workspace, const PairTile& tile, const GramRecipe& recipe, TileGram& out) override {
    use_device();
    run_gram(dynamic_cast<DeviceWorkspace&>(workspace), tile, recipe, out);
  }

  void form_histogram(Workspace& workspace, const PairTile& tile, const WeightRule& rule,
                      std::span<std::uint64_t> bins) override {
    use_device();
    require(bins.size() == static_cast<std::size_t>(kFloatBins), "a histogram has kFloatBins counts");
    auto& slot = dynamic_cast<DeviceWorkspace&>(workspace);
    const CallScope scope(slot, "form histogram");
    clear_bins(slot);
    start_form_histogram(slot, tile, rule);
    add_bins(slot, bins);
  }

  void band_histogram(Workspace& workspace, const PairTile& tile, Date date, std::int32_t band, PixelType source,
                      std::span<std::uint64_t> bins) override {
    use_device();
    require(bins.size() == static_cast<std::size_t>(kFloatBins), "a histogram has kFloatBins counts");
    require(band >= 0 && band < tile.band_count, "a band that the tile has");
    auto& slot = dynamic_cast<DeviceWorkspace&>(workspace);
    const CallScope scope(slot, "band histogram");
    clear_bins(slot);
    with_pixel_type(tile.type, [&](auto tag) {
      using T = typename decltype(tag)::type;
      const PairPlanes<T> core = slot.copy_in<T>(tile, tile.core);
      exact_histogram(slot.stream(), (date == Date::before ? core.before : core.after).band(band), core.valid,
                      ValueBins{is_integer(source), source == PixelType::i16 ? -32768.0f : 0.0f}, slot.bins().data());
    });
    add_bins(slot, bins);
  }

  void score(Workspace& workspace, const PairTile& tile, const ScoreRecipe& recipe, RasterView<float> score) override {
    use_device();
    check_score(tile, recipe, score);
    auto& slot = dynamic_cast<DeviceWorkspace&>(workspace);
    const CallScope scope(slot, "score");
    const Window window = grown(tile.core, recipe.halo(), tile.width, tile.height);
    const Window core = within(tile.core, window);
    const bool spare = needs_spare_planes(recipe);
    const ScorePlanes scratch = slot.planes(window.width, window.height, spare || !is_unsmoothed(recipe), spare);
    const RasterView<float> device_scores = slot.scores(core);
    const std::vector<HeldTerm> terms = slot.copy_in_terms(recipe);
    const ScoreMemory memory{terms, scratch, slot.box_scratch(recipe.halo())};
    with_pixel_type(tile.type, [&](auto tag) {
      using T = typename decltype(tag)::type;
      GS_CUDA_NAMESPACE::score(slot.stream(), slot.copy_in<T>(tile, window), recipe, core, device_scores, memory);
    });
    GS_CUDA_TRY(cudaMemcpy2DAsync(score.data, static_cast<std::size_t>(score.row_pitch) * sizeof(float),
                                  device_scores.data, static_cast<std::size_t>(device_scores.row_pitch) * sizeof(float),
                                  static_cast<std::size_t>(core.width) * sizeof(float),
                                  static_cast<std::size_t>(core.height), cudaMemcpyDeviceToHost, slot.stream()));
    slot.wait();
  }

  void resample(Workspace& workspace, const ResampleTile& tile, const ResampleWeights& weights) override {
    use_device();
    run_resample(dynamic_cast<DeviceWorkspace&>(workspace), tile, weights);
  }

 private:
  // The current device belongs to the thread, and callers come from many.
  void use_device() const { GS_CUDA_TRY(cudaSetDevice(device_)); }

  static void clear_bins(DeviceWorkspace& slot) {
    GS_CUDA_TRY(cudaMemsetAsync(slot.bins().data(), 0, kFloatBins * sizeof(unsigned long long), slot.stream()));
  }

  // Ends a call: copies the device's histogram out, waits for the stream, adds to the caller's.
  static void add_bins(DeviceWorkspace& slot, std::span<std::uint64_t> bins) {
    unsigned long long* const staged = slot.staging().data();
    GS_CUDA_TRY(cudaMemcpyAsync(staged, slot.bins().data(), kFloatBins * sizeof(unsigned long long),
                                cudaMemcpyDeviceToHost, slot.stream()));
    slot.wait();
    for (std::size_t bin = 0; bin < bins.size(); ++bin) bins[bin] += staged[bin];
  }

  int device_;
};

}  // namespace

std::unique_ptr<Backend> make_device_backend(int device) {
  Capabilities found;
  describe_devices(found);
  if (found.devices.empty()) throw DeviceFault("no usable CUDA device: " + found.cuda_unusable_because);
  const bool known = std::any_of(found.devices.begin(), found.devices.end(),
                                 [&](const DeviceDescription& d) { return d.index == device; });
  if (!known) {
    throw DeviceFault("no CUDA device " + std::to_string(device) + ": this machine has " +
                      std::to_string(found.devices.size()));
  }
  return std::make_unique<CudaBackend>(device);
}

}  // namespace groundshift::GS_CUDA_NAMESPACE
