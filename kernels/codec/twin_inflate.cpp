// SPDX-License-Identifier: Apache-2.0
// Two cursors in one loop; whatever is rare, or near an end, goes a slow way with every check.
#include "kernels/codec/twin_inflate.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include <libdeflate.h>

#include "kernels/codec/deflate_header.hpp"
#include "kernels/codec/deflate_tables.hpp"
#include "kernels/codec/inflate_cursors.hpp"

namespace groundshift::codec {
namespace {

constexpr std::size_t kEndBytes = 4;  // the checksum
// With fewer matches a core foretells what comes next: runs of literals.
constexpr double kManyMatches = 0.08;
constexpr std::ptrdiff_t kFarthest = 32768;  // distance of a match

enum class Step : std::uint8_t { done, end_of_block, damaged };

}  // namespace

/// A stream on its way.
struct TwinInflate::Lane {
  DeflateStream* stream = nullptr;
  BitSource source;
  std::uint8_t *begin = nullptr, *out = nullptr, *end = nullptr, *checked = nullptr;
  std::uint32_t checksum = 1;
  bool in_block = false, last = false;
  double match_share = 0;  ///< of the block
  BlockHeader header;
  DeflateTables tables;

  void start(DeflateStream& of) {
    stream = &of;
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(of.packed.data());
    source = {bytes + 2, bytes + of.packed.size(), 0, 0, false};
    begin = out = checked = reinterpret_cast<std::uint8_t*>(of.to.data());
    end = out + of.to.size();
    checksum = 1;
    in_block = last = false;
  }

  bool far_from_ends() const {
    return static_cast<std::size_t>(source.end - source.in) >= kMargin &&
           static_cast<std::size_t>(end - out) >= kMargin;
  }
  bool has_many_matches() const { return match_share > kManyMatches && out - begin >= kFarthest; }
  InflateCursor cursor() const { return {source.bits, source.count, source.in, out}; }
  CursorBlock block() const { return {&tables, source.end, begin, end}; }
  void set(const InflateCursor& at) {
    source.count = at.count & 63;
    source.bits = low_bits(at.bits, source.count);
    source.in = at.in;
    out = at.out;
  }

  /// Slow steps, until fast ones can go on; false when the stream is over, done or not.
  bool take_care() {
    do {
      if (!in_block) {
        check();
        if (last) return finish();
        if (!begin_block()) return false;
        continue;
      }
      const Step step = one_entry();
      if (step == Step::damaged) return false;
      in_block = step != Step::end_of_block;
    } while (!in_block || !far_from_ends());
    return true;
  }

  void check() {
    checksum = libdeflate_adler32(checksum, checked, static_cast<std::size_t>(out - checked));
    checked = out;
  }

  bool begin_block() {
    read_block_header(source, header);
    last = header.last;
    if (header.kind == BlockKind::damaged) return false;
    if (header.kind != BlockKind::stored) {
      match_share = header.match_share();
      return in_block = tables.fill(header);
    }
    const std::size_t count = header.stored_bytes;
    if (static_cast<std::size_t>(source.end - source.in) < count || static_cast<std::size_t>(end - out) < count) {
      return false;
    }
    if (count > 0) std::memcpy(out, source.in, count);
    source.in += count;
    out += count;
    return true;
  }

  bool finish() {
    source.align();
    if (out != end || static_cast<std::size_t>(source.end - source.in) < kEndBytes) return false;
    std::uint32_t told = 0;
    for (std::size_t i = 0; i < kEndBytes; ++i) told = told << 8 | source.in[i];
    stream->done = told == checksum;
    return false;
  }

  Step one_entry() {
    source.fill();
    std::uint32_t entry = tables.literals()[low_bits(source.bits, DeflateTables::kLiteralBits)];
    if ((entry & kEscape) == kEscape && (entry & kEndOfBlockEntry) == 0) {
      entry = tables.long_literal(entry, source.bits);
    }
    if ((entry & kEscape) == kEscape) {
      source.skip(entry & 63u);
      return (entry & kEndOfBlockEntry) == 0 || source.ran_out ? Step::damaged : Step::end_of_block;
    }
    const std::uint64_t extra = low_bits(source.bits, entry & 63u) >> (entry >> 8 & 31u);
    source.skip(entry & 63u);
    const std::size_t literals = entry >> 14 & 3u;
    if (source.ran_out || literals > static_cast<std::size_t>(end - out)) return Step::damaged;
    if (literals > 0) *out++ = static_cast<std::uint8_t>(entry >> 16);
    if (literals > 1) *out++ = static_cast<std::uint8_t>(entry >> 24);
    if ((entry & kLiteralsOnly) != 0) return Step::done;

    const std::size_t length = (entry >> 24) + 3 + extra;
    source.fill();
    std::uint32_t code = tables.distances()[low_bits(source.bits, DeflateTables::kDistanceBits)];
    if (code >> 16 == 0) code = tables.long_distance(code, source.bits);
    if (code >> 16 == 0) return Step::damaged;
    const std::size_t distance = (code >> 16) + (low_bits(source.bits, code & 63u) >> (code >> 8 & 31u));
    source.skip(code & 63u);
    if (source.ran_out || distance > static_cast<std::size_t>(out - begin) ||
        length > static_cast<std::size_t>(end - out)) {
      return Step::damaged;
    }
    for (std::size_t i = 0; i < length; ++i, ++out) *out = *(out - distance);
    return Step::done;
  }
};

double match_share(std::span<const std::byte> packed) {
  if (!begins_zlib(packed)) return -1;
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(packed.data());
  BitSource source{bytes + 2, bytes + packed.size(), 0, 0, false};
  BlockHeader header;
  read_block_header(source, header);
  return header.kind == BlockKind::dynamic ? header.match_share() : -1;
}

TwinInflate::TwinInflate() : lanes_(std::make_unique<Lane[]>(kLanes)) {}
TwinInflate::~TwinInflate() = default;
TwinInflate::TwinInflate(TwinInflate&&) noexcept = default;
TwinInflate& TwinInflate::operator=(TwinInflate&&) noexcept = default;

void TwinInflate::unpack(std::span<DeflateStream> streams) {
  std::size_t next = 0, running = 0;
  /// The next stream that fast steps can take on.
  const auto feed = [&](Lane& lane) {
    while (next < streams.size()) {
      DeflateStream& stream = streams[next++];
      stream.done = false;
      if (!begins_zlib(stream.packed)) continue;
      lane.start(stream);
      if (lane.take_care()) return true;
    }
    return false;
  };
  Lane* lanes[kLanes] = {&lanes_[0], &lanes_[1]};
  while (running < kLanes && feed(*lanes[running])) ++running;
  while (running > 0) {
    unsigned care = 1;
    InflateCursor a = lanes[0]->cursor();
    if (running == kLanes) {
      InflateCursor b = lanes[1]->cursor();
      const bool of_matches = lanes[0]->has_many_matches() && lanes[1]->has_many_matches();
      care = (of_matches ? run_two_of_matches : run_two)(a, b, lanes[0]->block(), lanes[1]->block());
      lanes[1]->set(b);
    } else {
      run_one(a, lanes[0]->block());
    }
    lanes[0]->set(a);
    for (std::size_t i = running; i-- > 0;) {
      if ((care >> i & 1u) == 0 || lanes[i]->take_care() || feed(*lanes[i])) continue;
      --running;
      if (i == 0) std::swap(lanes[0], lanes[1]);
    }
  }
}

}  // namespace groundshift::codec
