// SPDX-License-Identifier: Apache-2.0
// The arithmetic engine as the host sees it: one virtual call a tile, the same bits from every backend.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include "kernels/api/gram_recipe.hpp"
#include "kernels/api/host_buffer.hpp"
#include "kernels/api/packed_tile.hpp"
#include "kernels/api/pair_tile.hpp"
#include "kernels/api/resample_recipe.hpp"
#include "kernels/api/score_recipe.hpp"

namespace groundshift {

/// Largest tile that a workspace must take, and what will be asked of it.
struct WorkspaceShape {
  PixelType type = PixelType::u8;
  std::int32_t band_count = 1;
  std::int32_t width = 0;   ///< with halo
  std::int32_t height = 0;  ///< with halo
  std::int32_t halo = 0;
  bool window_scores = false;  ///< ssim, ncc, multilook, texture, shift tolerance or local contrast will be asked for
  ResampleShape resample{};    ///< of the source windows that tiles of this shape are made of; default: none
  DecodeShape decode{};        ///< of the packed blocks that decode() is given; default: none
};

/// All that one tile needs inside a backend: scratch, and on a device buffers, stream and events. Made once a slot.
class Workspace {
 public:
  virtual ~Workspace() = default;
};

/// Room for the pixels of one tile in a device's memory; PairTile::device points to it. Owner.
class DeviceTile {
 public:
  virtual ~DeviceTile() = default;
};

/// Planes of a tile that are wanted in host memory.
enum class HostPlanes : std::uint8_t { none, validity, all };

/// Thread-safe as long as each workspace is used by one thread at a time. Calls return when the results are in host
/// memory; tiles in different workspaces overlap (copy in, compute, copy out) when called from different threads.
/// Throws DeviceFault when a device fails.
class Backend {
 public:
  virtual ~Backend() = default;
  virtual std::string name() const = 0;  ///< "cpu", "cuda"

  /// Uninitialised host memory for slots. Throws std::bad_alloc.
  virtual HostBuffer allocate_host(std::size_t byte_count) = 0;
  virtual std::unique_ptr<Workspace> make_workspace(const WorkspaceShape& shape) = 0;
  /// Host bytes (not slot buffers) that one workspace of this shape takes; for the memory budget.
  virtual std::size_t workspace_bytes(const WorkspaceShape& shape) const = 0;

  /// Whether tiles can be kept in a memory of the device's own.
  virtual bool has_device_memory() const { return false; }
  /// Room for `count` tiles that the shape takes, allocated here; as many as a safe share of the device's free memory
  /// holds, perhaps none. To be asked for after the workspaces.
  virtual std::vector<std::unique_ptr<DeviceTile>> reserve_device_tiles(const WorkspaceShape& /*shape*/,
                                                                        std::int64_t /*count*/) {
    return {};
  }
  /// Copies the whole tile from host memory into its room; a tile whose `device` is `kept` is from then on read there.
  /// `kept` must be in no other call. Throws std::invalid_argument for a tile that is larger than the room.
  virtual void keep_on_device(Workspace& /*workspace*/, DeviceTile& /*kept*/, const PairTile& /*tile*/) {
    throw std::invalid_argument("this backend keeps no tiles");
  }
  /// Copies planes of a tile's `device` back to its host memory, which must be the caller's to write.
  virtual void copy_back(Workspace& /*workspace*/, const PairTile& /*tile*/, HostPlanes /*which*/) {
    throw std::invalid_argument("this backend keeps no tiles");
  }

  /// Unpacks the blocks of a tile, undoes their predictors, and fills planes and validity: 1 where both dates (those
  /// that have blocks) are valid in every band, else 0. One status a block; the part of one that is not ok holds
  /// nothing, and no validity is cleared for it; why it was refused is a hint. Returns where the planes lie, for
  /// PairTile::device: `room`, or with null the workspace's own, whose pixels last until its next call that is given a
  /// tile in host memory; null from a backend without device memory, which fills the tile's host memory (the caller's
  /// to write). Throws std::invalid_argument for a tile that is larger than the workspace's shape or its DecodeShape.
  virtual DeviceTile* decode(Workspace& workspace, DeviceTile* room, const PairTile& tile, const PackedTile& packed,
                             std::span<codec::DecodeStatus> statuses) = 0;

  /// The device with its driver and runtime: what rates measured on it hold for. Empty without a device,
  /// and where its runtime does not tell.
  virtual std::string device_identity() const { return {}; }

  /// Bytes a second, read and written together, of a copy within the device's memory, measured now; 0 without a device.
  virtual double device_copy_rate() { return 0.0; }

  /// Adds the values of all bands of both dates at valid pixels of the core to `bins` (kFloatBins counts).
  virtual void value_histogram(Workspace& workspace, const PairTile& tile, std::span<std::uint64_t> bins) = 0;

  /// Weighted first and second moments over the tile's core; see TileGram. Exact (integers) or cell sums (f32).
  virtual void gram(Workspace& workspace, const PairTile& tile, const GramRecipe& recipe, TileGram& out) = 0;

  /// gram() of a recipe for everything, and of the same for the held-out pixels: in one look where the backend can.
  virtual void gram_and_held_out(Workspace& workspace, const PairTile& tile, const GramRecipe& recipe,
                                 TileGram& everything, TileGram& held_out) {
    gram(workspace, tile, recipe, everything);
    GramRecipe held = recipe;
    held.subset = GramSubset::held_out;
    gram(workspace, tile, held, held_out);
  }

  /// Adds T of the rule (scale times the box mean of its form) at the core's pixels of validity 1 to `bins`
  /// (kFloatBins counts); a NaN is not counted. The rule's kind does not matter.
  virtual void form_histogram(Workspace& workspace, const PairTile& tile, const WeightRule& rule,
                              std::span<std::uint64_t> bins) = 0;

  /// Adds one band (0-based) of one date at the core's pixels of validity 1 to `bins` (kFloatBins counts): integers to
  /// the bin of their value (i16: value + 32768), exactly; f32 to float_bin(value). source : the type whose values a
  /// float32 tile holds: an integer one's go to the bins that its own tile's would go to.
  virtual void band_histogram(Workspace& workspace, const PairTile& tile, Date date, std::int32_t band,
                              PixelType source, std::span<std::uint64_t> bins) = 0;

  /// Score of every pixel of the core into `score` (core.width x core.height), NaN where the pixel is not valid or the
  /// score is undefined there (recipe of the op). Box means count valid pixels only.
  virtual void score(Workspace& workspace, const PairTile& tile, const ScoreRecipe& recipe,
                     RasterView<float> score) = 0;

  /// A window of AFTER's image, resampled onto the tile's pixels: every pixel of the output's planes and states.
  /// Pixels are those of ops/resample.hpp: positions rounded half up to 1/1024 source pixel, weights of 14 bits an
  /// axis, integers exact, float32 summed in double in the order of the taps. A pixel has a value when the source pixel
  /// that holds its position is inside the image and valid, and the valid taps carry more than half of the weight; the
  /// sum is then divided by their weight (`renormalised` where they are not all; taps beyond the image count as
  /// invalid, taps of weight 0 do not count). Else it is `outside` (no position, or no source pixel holds it) or
  /// `from_invalid`, and 0 in all bands. One validity holds for all bands: a float pixel that is no number in one of
  /// them is `from_invalid`. Throws std::invalid_argument for what check_resample() refuses or the workspace was not
  /// made for.
  virtual void resample(Workspace& workspace, const ResampleTile& tile, const ResampleWeights& weights) = 0;
};

/// A device call failed; `what()` names the call and the device's error.
class DeviceFault : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

struct DeviceDescription {
  int index = 0;
  std::string name;
  std::size_t memory_bytes = 0;
  std::string compute_capability;
};

/// What this build and this machine can do.
struct Capabilities {
  bool cuda_built = false;
  std::vector<DeviceDescription> devices;
  std::string cuda_unusable_because;  ///< empty when there is a usable device
  std::string cpu_features;           ///< instruction set the CPU backend will use, e.g. "x86-64-v3"
};
Capabilities capabilities();

/// `threads` >= 1 workers for the arithmetic of one tile at a time and of tiles together.
std::unique_ptr<Backend> make_cpu_backend(int threads);
/// Throws DeviceFault when CUDA is not built in or the device cannot be used.
std::unique_ptr<Backend> make_cuda_backend(int device);

}  // namespace groundshift
