// SPDX-License-Identifier: Apache-2.0
// Two cursors in one loop; whatever is rare, or near an end, goes a slow way with every check.
#include "kernels/codec/literal_inflate.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include <libdeflate.h>

#include "kernels/codec/deflate_header.hpp"
#include "kernels/codec/deflate_tables.hpp"
#include "kernels/view/clones.hpp"

#define GS_INLINE inline __attribute__((always_inline))

namespace groundshift::codec {
namespace {

// Look-ups between two refills; behind the others a match's length still finds its 15 + 5 bits.
constexpr int kLookUps = 4;
static_assert((kLookUps - 1) * DeflateTables::kLiteralBits + 20 <= 56);
// Fast steps end so far before an end: each look-up may refill twice, store a copy's bytes, and be the last of four.
constexpr std::size_t kMargin = 128;
constexpr std::size_t kCopyBytes = 32;
using CopyBytes __attribute__((vector_size(kCopyBytes))) = std::uint8_t;
constexpr std::size_t kEndBytes = 4;  // the checksum

GS_INLINE std::uint64_t load(const std::uint8_t* from) {
  std::uint64_t value;
  std::memcpy(&value, from, sizeof value);
  return value;
}

GS_INLINE std::uint64_t low(std::uint64_t bits, std::uint64_t count) {
  return bits & ((std::uint64_t{1} << (count & 63)) - 1);
}

/// Where a stream is. Bits above `count` are those that come next, not zeros.
struct Cursor {
  std::uint64_t bits, count;
  const std::uint8_t* in;
  std::uint8_t* out;

  /// 56 bits at least. Reads 8 bytes.
  GS_INLINE void refill() {
    bits |= load(in) << (count & 63);
    in += (63 - (count & 63)) >> 3;
    count |= 56;
  }
  GS_INLINE void skip(std::uint32_t entry) {
    bits >>= entry & 63u;
    count -= entry & 63u;
  }
};

/// What a block of the stream gives its cursor.
struct Block {
  const DeflateTables* tables;
  const std::uint8_t* in_end;
  std::uint8_t *out_begin, *out_end;
};

GS_INLINE void copy_match(std::uint8_t* out, std::size_t distance, std::size_t length) {
  const std::uint8_t* from = out - distance;
  if (distance == 1) {
    std::memset(out, *from, length);
  } else if (distance >= kCopyBytes) {
    for (std::size_t i = 0; i < length; i += kCopyBytes) {
      CopyBytes bytes;
      std::memcpy(&bytes, from + i, kCopyBytes);
      std::memcpy(out + i, &bytes, kCopyBytes);
    }
  } else {
    for (std::size_t i = 0; i < length; ++i) out[i] = from[i];
  }
}

/// A match, or a code of the second table. Enters and leaves with 56 - 3 look-ups of bits. False: nothing is taken, or
/// the end is near.
GS_INLINE bool take_rare(Cursor& cursor, const Block& block, std::uint32_t entry) {
  if ((entry & kEscape) == kEscape) {
    entry = block.tables->long_literal(entry, cursor.bits);
    if ((entry & kEscape) == kEscape) return false;
    if ((entry & kLiteralsOnly) != 0) {
      *cursor.out++ = static_cast<std::uint8_t>(entry >> 16);
      cursor.skip(entry);
      cursor.refill();
      return true;
    }
  }
  Cursor next = cursor;
  const std::size_t length = (entry >> 24) + 3 + (low(next.bits, entry & 63u) >> (entry >> 8 & 31u));
  next.skip(entry);
  next.refill();
  std::uint32_t code = block.tables->distances()[low(next.bits, DeflateTables::kDistanceBits)];
  if (code >> 16 == 0) {
    code = block.tables->long_distance(code, next.bits);
    if (code >> 16 == 0) return false;
  }
  const std::size_t distance = (code >> 16) + (low(next.bits, code & 63u) >> (code >> 8 & 31u));
  next.skip(code);
  *next.out = static_cast<std::uint8_t>(entry >> 16);
  next.out += entry >> 14 & 3u;
  if (distance > static_cast<std::size_t>(next.out - block.out_begin) ||
      length + kMargin > static_cast<std::size_t>(block.out_end - next.out)) {
    return false;
  }
  if (length <= kCopyBytes && distance >= length) {
    CopyBytes bytes;
    std::memcpy(&bytes, next.out - distance, kCopyBytes);
    std::memcpy(next.out, &bytes, kCopyBytes);
  } else {
    copy_match(next.out, distance, length);
  }
  next.out += length;
  next.refill();
  cursor = next;
  return true;
}

GS_INLINE bool look_up(Cursor& cursor, const Block& block) {
  const std::uint32_t entry = block.tables->literals()[low(cursor.bits, DeflateTables::kLiteralBits)];
  if (__builtin_expect((entry & kLiteralsOnly) == 0, 0)) return take_rare(cursor, block, entry);
  const auto two = static_cast<std::uint16_t>(entry >> 16);
  std::memcpy(cursor.out, &two, sizeof two);
  cursor.out += entry >> 14 & 3u;
  cursor.skip(entry);
  return true;
}

GS_INLINE bool is_near_end(const Cursor& cursor, const Block& block) {
  return static_cast<std::size_t>(block.in_end - cursor.in) < kMargin ||
         static_cast<std::size_t>(block.out_end - cursor.out) < kMargin;
}

/// Goes on until one of the two wants care; returns which: bits 0 and 1. Both are far from their ends at first.
GS_CLONES unsigned run_two(Cursor& first, Cursor& second, const Block& first_block, const Block& second_block) {
  Cursor a = first, b = second;
  const Block block_a = first_block, block_b = second_block;
  unsigned care = 0;
  while (care == 0) {
    a.refill();
    b.refill();
    for (int i = 0; i < kLookUps && care == 0; ++i) {
      care |= look_up(a, block_a) ? 0u : 1u;
      care |= look_up(b, block_b) ? 0u : 2u;
    }
    care |= (is_near_end(a, block_a) ? 1u : 0u) | (is_near_end(b, block_b) ? 2u : 0u);
  }
  first = a;
  second = b;
  return care;
}

GS_CLONES void run_one(Cursor& cursor, const Block& of_stream) {
  Cursor a = cursor;
  const Block block = of_stream;
  for (bool goes_on = true; goes_on;) {
    a.refill();
    for (int i = 0; i < kLookUps && goes_on; ++i) goes_on = look_up(a, block);
    goes_on = goes_on && !is_near_end(a, block);
  }
  cursor = a;
}

enum class Step : std::uint8_t { done, end_of_block, damaged };

}  // namespace

/// A stream on its way.
struct LiteralInflate::Lane {
  DeflateStream* stream = nullptr;
  BitSource source;
  std::uint8_t *begin = nullptr, *out = nullptr, *end = nullptr, *checked = nullptr;
  std::uint32_t checksum = 1;
  bool in_block = false, last = false;
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
  Cursor cursor() const { return {source.bits, source.count, source.in, out}; }
  Block block() const { return {&tables, source.end, begin, end}; }
  void set(const Cursor& at) {
    source.count = at.count & 63;
    source.bits = low(at.bits, source.count);
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
    if (header.kind != BlockKind::stored) return in_block = tables.fill(header);
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
    std::uint32_t entry = tables.literals()[low(source.bits, DeflateTables::kLiteralBits)];
    if ((entry & kEscape) == kEscape && (entry & kEndOfBlockEntry) == 0) {
      entry = tables.long_literal(entry, source.bits);
    }
    if ((entry & kEscape) == kEscape) {
      source.skip(entry & 63u);
      return (entry & kEndOfBlockEntry) == 0 || source.ran_out ? Step::damaged : Step::end_of_block;
    }
    const std::uint64_t extra = low(source.bits, entry & 63u) >> (entry >> 8 & 31u);
    source.skip(entry & 63u);
    const std::size_t literals = entry >> 14 & 3u;
    if (source.ran_out || literals > static_cast<std::size_t>(end - out)) return Step::damaged;
    if (literals > 0) *out++ = static_cast<std::uint8_t>(entry >> 16);
    if (literals > 1) *out++ = static_cast<std::uint8_t>(entry >> 24);
    if ((entry & kLiteralsOnly) != 0) return Step::done;

    const std::size_t length = (entry >> 24) + 3 + extra;
    source.fill();
    std::uint32_t code = tables.distances()[low(source.bits, DeflateTables::kDistanceBits)];
    if (code >> 16 == 0) code = tables.long_distance(code, source.bits);
    if (code >> 16 == 0) return Step::damaged;
    const std::size_t distance = (code >> 16) + (low(source.bits, code & 63u) >> (code >> 8 & 31u));
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

LiteralInflate::LiteralInflate() : lanes_(std::make_unique<Lane[]>(kLanes)) {}
LiteralInflate::~LiteralInflate() = default;
LiteralInflate::LiteralInflate(LiteralInflate&&) noexcept = default;
LiteralInflate& LiteralInflate::operator=(LiteralInflate&&) noexcept = default;

void LiteralInflate::unpack(std::span<DeflateStream> streams) {
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
    Cursor a = lanes[0]->cursor();
    if (running == kLanes) {
      Cursor b = lanes[1]->cursor();
      care = run_two(a, b, lanes[0]->block(), lanes[1]->block());
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
