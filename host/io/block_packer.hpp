// SPDX-License-Identifier: Apache-2.0
// From planar pixels of a block to its packed bytes, in as many threads as there are packers.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <vector>

#include "host/io/overview_pyramid.hpp"
#include "host/io/tiff_packing.hpp"
#include "kernels/codec/block_encoder.hpp"

namespace groundshift {

/// A few packers with their buffers, lent one at a time; who finds none free waits.
class BlockPackers {
 public:
  BlockPackers(const TiffPacking& packing, PixelType type, std::int32_t band_count, int most);
  ~BlockPackers();

  /// What a block takes in the file at most.
  static std::int64_t most_stored_bytes(const TiffPacking& packing, PixelType type, std::int32_t band_count);
  /// Bytes that one packer holds.
  static std::int64_t bytes_of_one(const TiffPacking& packing, PixelType type, std::int32_t band_count);
  /// Interleaves, predicts and packs; the block is filled up with zeros to the right and below. `take` gets the bytes
  /// that stand in the file, a COG's with leader and trailer; they are good until it returns. Thread-safe.
  void pack(const BlockPixels& pixels, const std::function<void(std::span<const std::byte>)>& take);

 private:
  struct Packer;
  std::unique_ptr<Packer> borrow();
  void give_back(std::unique_ptr<Packer> packer);

  const TiffPacking packing_;
  const PixelType type_;
  const std::int32_t band_count_;
  std::mutex mutex_;                  ///< guards what follows
  std::condition_variable returned_;  ///< wakes borrow()
  std::vector<std::unique_ptr<Packer>> free_;
  int left_to_make_;
};

}  // namespace groundshift
