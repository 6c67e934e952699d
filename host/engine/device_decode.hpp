// SPDX-License-Identifier: Apache-2.0
// Tiles decoded by the device: whether a job's may be, what that takes, and the doing of it.
#pragma once

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

/// Blocks of a run's passes, where the device was asked to decode.
struct DecodeCounts {
  std::int64_t device_blocks = 0;                  ///< of tiles that the device decoded
  std::int64_t cpu_blocks = 0;                     ///< of tiles that went to the CPU
  std::int64_t refused_blocks = 0;                 ///< of those, refused by the device
  std::int64_t before_bytes = 0, after_bytes = 0;  ///< that the device's blocks unpacked to
};
/// The warning "device_refused_blocks", if there are any.
void tell_refused_blocks(const DecodeCounts& counts, Warnings& warnings);

/// One batch a slot. Thread-safe for different slots.
class DeviceDecoder {
 public:
  DeviceDecoder(const DetectPlan& plan, std::size_t slot_count);

  /// Decodes the slot's tile into `room`, or with null into the workspace's own. Returns where it lies; null: a block
  /// was not to be had or was refused, and the CPU's reader takes the tile. after_only: BEFORE's planes become 0.
  /// Throws DeviceFault.
  DeviceTile* decode(Slot& slot, bool after_only, DeviceTile* room);
  DecodeCounts counts() const;

 private:
  bool gather(const PlannedInput& input, Date date, const Window& window, PackedBatch& batch);

  const DetectPlan& plan_;
  std::vector<PackedBatch> batches_;
  std::atomic<std::int64_t> device_blocks_{0}, cpu_blocks_{0}, refused_blocks_{0};
  std::atomic<std::int64_t> before_bytes_{0}, after_bytes_{0};
};

}  // namespace groundshift
