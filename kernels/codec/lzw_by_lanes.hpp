// SPDX-License-Identifier: Apache-2.0
// LZW on the CPU by the lanes that the device has, in loops: what refused blocks and tests are unpacked by. The
// program's readers use libtiff.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "kernels/codec/decode_status.hpp"

namespace groundshift::codec {

/// Tables of one thread.
class LzwByLanes {
 public:
  LzwByLanes();
  ~LzwByLanes();
  LzwByLanes(LzwByLanes&&) noexcept;
  LzwByLanes& operator=(LzwByLanes&&) noexcept;

  /// unpack_lzw without a limit of work.
  DecodeStatus unpack(std::span<const std::byte> packed, std::span<std::byte> to);

 private:
  struct Shared;
  std::unique_ptr<Shared> shared_;
  std::vector<std::uint32_t> words_;  ///< the packed bytes, where words may be read
};

}  // namespace groundshift::codec
