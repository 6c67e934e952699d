// SPDX-License-Identifier: Apache-2.0
// DEFLATE of literals and runs: for bytes in which nothing else repeats.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace groundshift::codec {

/// Differences of neighbouring samples are noise around zero, where looking for matches finds none and takes most of a
/// packer's time; what is left to gain are short codes for frequent bytes, and runs (fill, no data). Packed in parts of
/// kPartBytes, each with codes of its own, or stored where that is shorter. source : RFC 1950, RFC 1951
/// Use it from one thread at a time.
class RunDeflate {
 public:
  static constexpr std::size_t kPartBytes = std::size_t{256} << 10;

  /// Room that pack() wants for so many bytes, whatever they are.
  static std::size_t bound(std::size_t byte_count);
  /// Packs `from` as a zlib stream into `to`, which has room for bound(from.size()); returns its size. The same bytes
  /// give the same stream, on every machine.
  std::size_t pack(std::span<const std::byte> from, std::span<std::byte> to);

  static constexpr std::size_t kSymbols = 286;  ///< literals, end of block, lengths

 private:
  /// `literals` bytes as they are, then `run` bytes equal to the last one before them.
  struct Piece {
    std::uint32_t literals = 0, run = 0;
  };
  void take_apart(const std::uint8_t* from, std::size_t first, std::size_t end);

  std::vector<Piece> pieces_;
  std::array<std::uint32_t, kSymbols> counts_{};
  std::uint64_t run_bits_ = 0;  ///< extra bits of lengths, and the distances' codes
};

}  // namespace groundshift::codec
