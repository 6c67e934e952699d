// SPDX-License-Identifier: Apache-2.0
// Tiles decoded by the device: whether a job's may be, what that takes, and the doing of it.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <string>
#include <vector>

#include "host/engine/detect_plan.hpp"
#include "host/io/packed_batch.hpp"
#include "host/pipeline/slot.hpp"

namespace groundshift {

/// What can be refused of --decode before a file is opened. Throws UsageError.
void check_decode(const ResourceOptions& options);

/// Decides who decodes, for dates, rules and backend as they are planned. With --decode cuda what the device cannot
/// take is an error. Throws InputError naming file and cause, DeviceError without a device.
void plan_decode(DetectPlan& plan);

/// What the blocks under any padded tile of this size take; nothing where the CPU decodes.
DecodeShape decode_shape(const DetectPlan& plan, std::int32_t width, std::int32_t height);

/// Counts what a pass over the plan's tiles decodes. To be called when the tiles are known.
void count_packed_blocks(DetectPlan& plan);

/// Blocks on the device at a time if every slot has a batch there. a_pass : what a pass over all tiles decodes
std::int64_t blocks_in_flight(const DetectPlan& plan, const PackedNeed& a_pass);

/// What decoding the pair once should take, by the CPU and, with a device, by it. Of jobs whose blocks no device would
/// take, and of files with nothing packed, only the reason why there is none. To be called when the tiles are known.
void predict_decode(DetectPlan& plan, const KeptDecodeRates& kept);

/// Blocks of a run's passes, where the device was asked to decode.
struct DecodeCounts {
  std::int64_t device_blocks = 0;                  ///< decoded by the device
  std::int64_t cpu_blocks = 0;                     ///< decoded by the CPU: refused ones, and what its reader took
  std::int64_t refused_blocks = 0;                 ///< refused by the device
  std::int64_t before_bytes = 0, after_bytes = 0;  ///< that blocks unpacked to without the reader
};
/// The warning "device_refused_blocks", if there are any.
void tell_refused_blocks(const DecodeCounts& counts, Warnings& warnings);

/// What the device made of a tile.
/// lies    : where its planes are; null: a block was not to be had, and the CPU's reader takes the tile
/// refused : blocks that the planes lack: fill_in() comes next
struct DeviceDecoded {
  DeviceTile* lies = nullptr;
  std::int64_t refused = 0;
};

/// One batch a slot. Thread-safe for different slots.
class DeviceDecoder {
 public:
  DeviceDecoder(const DetectPlan& plan, std::size_t slot_count);

  /// Decodes the slot's tile into `room`, or with null into the workspace's own. after_only: BEFORE's planes become 0.
  /// Throws DeviceFault.
  DeviceDecoded decode(Slot& slot, bool after_only, DeviceTile* room);
  /// Refused blocks of the slot's tile, whose other pixels lie in host memory by now, decoded one by one by the CPU.
  /// Returns the part of the tile (in its pixels) that the reader still has to take, of BEFORE and AFTER: around the
  /// blocks that the CPU's decoder refuses as well; empty where there are none.
  std::array<Window, 2> fill_in(const Slot& slot);
  DecodeCounts counts() const;

 private:
  bool gather(const PlannedInput& input, Date date, const Window& window, PackedBatch& batch);

  const PlannedInput& input(std::size_t date) const { return date == 0 ? plan_.before : plan_.after; }

  const DetectPlan& plan_;
  std::vector<PackedBatch> batches_;
  std::atomic<std::int64_t> device_blocks_{0}, cpu_blocks_{0}, refused_blocks_{0};
  std::array<std::atomic<std::int64_t>, 2> bytes_{};  ///< of BEFORE and AFTER
};

}  // namespace groundshift
