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

/// One block to unpack.
struct Unpacking {
  std::span<const std::byte> packed;  ///< begins with its one stream; bytes behind that are ignored, as libtiff does
  std::span<std::byte> to;            ///< of exactly the block's size; never written outside, undefined unless ok
  BlockStatus status = BlockStatus::bad_data;
};

/// Holds the unpackers' tables: make it once, use it from one thread at a time.
class BlockDecoder {
 public:
  BlockDecoder();
  ~BlockDecoder();
  BlockDecoder(BlockDecoder&&) noexcept;
  BlockDecoder& operator=(BlockDecoder&&) noexcept;

  /// Unpacks blocks; several at once are faster than one by one where deflate holds mostly literals.
  void unpack(BlockCodec codec, std::span<Unpacking> blocks);
  BlockStatus unpack(BlockCodec codec, std::span<const std::byte> packed, std::span<std::byte> to) {
    Unpacking block{packed, to};
    unpack(codec, {&block, 1});
    return block.status;
  }

  /// Whether the bytes begin with a whole zlib stream of at most `most` bytes, of a size that need not be known, whose
  /// checksum fits.
  bool holds_whole_stream(std::span<const std::byte> packed, std::size_t most);

 private:
  struct Tables;
  std::unique_ptr<Tables> tables_;
};

/// The library that unpacks what deflate packs as matches in this build, and judges damaged blocks: "libdeflate" or
/// "ISA-L".
const char* inflate_library();

}  // namespace groundshift
