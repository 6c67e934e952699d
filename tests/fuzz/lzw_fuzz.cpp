// SPDX-License-Identifier: Apache-2.0
// libFuzzer target: any bytes as a stream of TIFF's LZW, through the warps' decoder and libtiff, which judges it.
#include <algorithm>
#include <vector>

#include "tests/fuzz/watched_stream.hpp"
#include "tests/support/codec/lzw_runs.hpp"

namespace {

using groundshift::codec::DecodeStatus;
using groundshift::codec::LaneOrder;
namespace test = groundshift::test;
using test::fail;

}  // namespace

// The first byte: bit 0 puts a Clear in front, bit 1 the lanes' order, bit 2 whether shared memory is watched (slow),
// the rest the raw size's highest bits. Two bytes of raw size follow, then the stream.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t byte_count) {
  if (byte_count < 3) return 0;
  const std::uint8_t choice = data[0];
  const std::size_t raw_byte_count =
      std::max<std::size_t>(1, data[1] + std::size_t{256} * data[2] + std::size_t{65536} * (choice >> 4));
  test::Bytes packed(data + 3, data + byte_count);
  if ((choice & 1) != 0 && packed.size() >= 2) {
    packed[0] = 0x80;
    packed[1] &= 0x7f;
  }
  const LaneOrder order = (choice & 2) != 0 ? LaneOrder::reversed : LaneOrder::forward;
  const test::Inflated result = test::lzw_by_lanes(packed, raw_byte_count, order);
  const bool ok = result.status == DecodeStatus::ok;
  if (ok || !test::is_old_lzw(packed)) {
    const auto expected = test::lzw_by_libtiff(packed, raw_byte_count);
    if (ok != expected.has_value()) fail(ok ? "libtiff refuses" : "libtiff takes it", result.status);
    if (ok && result.bytes != *expected) fail("other bytes than libtiff's", result.status);
  }
  const auto limit = groundshift::codec::lzw_work_limit(static_cast<std::uint32_t>(packed.size()));
  const DecodeStatus limited = test::lzw_by_lanes(packed, raw_byte_count, order, limit).status;
  if (limited != result.status && limited != DecodeStatus::too_much_work) fail("the work limit changed it", limited);
  if ((choice & 4) != 0 && raw_byte_count <= 65536)
    test::check_shared_memory<test::LzwCodec>(packed, raw_byte_count, result.status);
  return 0;
}
