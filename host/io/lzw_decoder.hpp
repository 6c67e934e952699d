// SPDX-License-Identifier: Apache-2.0
// LZW through libtiff, apart from any file: blocks come as bytes in memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "kernels/codec/block_decoder.hpp"

namespace groundshift {

/// One thread's; for blocks of at most `rows` rows of `row_bytes` bytes. Predictors and byte order are left undone.
class LzwDecoder {
 public:
  LzwDecoder(std::int64_t row_bytes, std::int32_t rows);
  ~LzwDecoder();
  LzwDecoder(const LzwDecoder&) = delete;
  LzwDecoder& operator=(const LzwDecoder&) = delete;

  /// As BlockDecoder::unpack; to.size() is whole rows.
  BlockStatus unpack(std::span<const std::byte> packed, std::span<std::byte> to);

 private:
  struct File;
  std::unique_ptr<File> file_;
};

}  // namespace groundshift
