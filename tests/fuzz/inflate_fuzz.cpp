// SPDX-License-Identifier: Apache-2.0
// libFuzzer target: any bytes as a zlib stream, through the warps' decoder, the host's two cursors, and zlib, which
// judges them.
#include <algorithm>
#include <vector>

#include "tests/fuzz/watched_stream.hpp"
#include "tests/support/codec/inflate_runs.hpp"

namespace {

using groundshift::codec::DecodeStatus;
using groundshift::codec::LaneOrder;
namespace test = groundshift::test;
using test::fail;

constexpr std::size_t kMostRawBytes = 65536;

}  // namespace

// The first byte says what is put right before: bit 0 the header, bit 1 the size, bit 2 the checksum; bit 3 the lanes'
// order, bit 4 whether shared memory is watched (slow). Two bytes of raw size follow, then the stream.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t byte_count) {
  if (byte_count < 3) return 0;
  const std::uint8_t choice = data[0];
  std::size_t raw_byte_count = data[1] + std::size_t{256} * data[2];
  test::Bytes packed(data + 3, data + byte_count);
  if ((choice & 1) != 0 && packed.size() >= 2) {
    packed[0] = 0x78;
    packed[1] = 0x9c;
  }
  if ((choice & 2) != 0) raw_byte_count = test::zlib_byte_count(packed, kMostRawBytes);
  if ((choice & 4) != 0) test::repair_checksum(packed, raw_byte_count);

  const LaneOrder order = (choice & 8) != 0 ? LaneOrder::reversed : LaneOrder::forward;
  const test::Inflated result = test::inflate_by_lanes(packed, raw_byte_count, order);
  const bool ok = result.status == DecodeStatus::ok;
  const auto expected = test::inflate_by_zlib(packed, raw_byte_count);
  if (ok != expected.has_value()) fail(ok ? "zlib refuses" : "zlib takes it", result.status);
  if (ok && result.bytes != *expected) fail("other bytes than zlib's", result.status);
  if (ok && test::inflate_by_libdeflate(packed, raw_byte_count) != expected) fail("libdeflate differs", result.status);

  if (test::inflate_by_cursors(packed, raw_byte_count) != expected) fail("two cursors differ", result.status);

  const auto limit = groundshift::codec::inflate_work_limit(static_cast<std::uint32_t>(packed.size()),
                                                            static_cast<std::uint32_t>(raw_byte_count));
  const DecodeStatus limited = test::inflate_by_lanes(packed, raw_byte_count, order, limit).status;
  if (limited != result.status && limited != DecodeStatus::too_much_work) fail("the work limit changed it", limited);
  if ((choice & 16) != 0 && raw_byte_count <= 8192)
    test::check_shared_memory<test::InflateCodec>(packed, raw_byte_count, result.status);
  return 0;
}
