// SPDX-License-Identifier: Apache-2.0
// Whole DEFLATE streams, two of them at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

namespace groundshift::codec {

/// One zlib stream of a known size. Bytes behind its end are ignored.
struct DeflateStream {
  std::span<const std::byte> packed;
  std::span<std::byte> to;  ///< never written outside; undefined unless `done`
  bool done = false;        ///< whole, of to.size() bytes, and right by its checksum
};

/// Part of a stream's symbols that are matches, by the codes of its first block: 0 to 1. Negative where that says
/// nothing: its codes are fixed, it is stored, or this is no such stream.
double match_share(std::span<const std::byte> packed);

/// What two streams wait for (a table's entry, then the next bits) goes on side by side in one core, by one of two
/// loops: runs of literals, where a core foretells that the next look-up gives literals too (up to two each); and,
/// where matches are many, steps without branches that take a literal, a match or both the same way. Figures:
/// block_decoder.cpp. A stream that is not `done` afterwards is damaged or of another size: a library says which. From
/// one thread at a time.
class TwinInflate {
 public:
  TwinInflate();
  ~TwinInflate();
  TwinInflate(TwinInflate&&) noexcept;
  TwinInflate& operator=(TwinInflate&&) noexcept;

  void unpack(std::span<DeflateStream> streams);

 private:
  struct Lane;
  static constexpr std::size_t kLanes = 2;
  std::unique_ptr<Lane[]> lanes_;
};

}  // namespace groundshift::codec
