// SPDX-License-Identifier: Apache-2.0
// Unpacking the bytes of one block, whose size is known beforehand.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "kernels/codec/block_codec.hpp"

namespace groundshift {

/// What came of a block.
/// bad_data   : no stream of this codec, or damaged (a wrong checksum too)
/// wrong_size : a stream of more or fewer bytes than the block has
enum class BlockStatus : std::uint8_t { ok, bad_data, wrong_size };

/// Holds the unpackers' tables: make it once, use it from one thread at a time.
class BlockDecoder {
 public:
  BlockDecoder();
  ~BlockDecoder();
  BlockDecoder(BlockDecoder&&) noexcept;
  BlockDecoder& operator=(BlockDecoder&&) noexcept;

  /// Unpacks the one stream that `packed` begins with into exactly to.size() bytes; bytes behind it are ignored, as
  /// libtiff does. Never writes outside `to`, whose bytes are undefined unless the status is ok.
  BlockStatus unpack(BlockCodec codec, std::span<const std::byte> packed, std::span<std::byte> to);

 private:
  struct Tables;
  std::unique_ptr<Tables> tables_;
};

/// The library that unpacks deflate in this build: "libdeflate" or "ISA-L".
const char* inflate_library();

}  // namespace groundshift
