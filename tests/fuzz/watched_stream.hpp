// SPDX-License-Identifier: Apache-2.0
// What the fuzzers of both codecs do alike.
#pragma once

#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <memory>

#include "tests/support/codec/stream_by_lanes.hpp"

namespace groundshift::test {

/// A finding: tells it and ends the process, which keeps the input.
[[noreturn]] inline void fail(const char* what, codec::DecodeStatus status) {
  std::fprintf(stderr, "%s; lanes: %s\n", what, name_of(status));
  std::abort();
}

/// The stream once more with lanes that are watched: the same answer, and no two meet without a sync.
template <class Codec>
void check_shared_memory(const Bytes& packed, std::size_t raw_byte_count, codec::DecodeStatus expected) {
  const auto shared = std::make_unique<typename Codec::template Shared<CheckedLanes>>();
  Bytes out(raw_byte_count);
  const codec::DecodeStatus status = unpack_watched<Codec>(*shared, packed, out);
  if (status != expected) fail("watched lanes say otherwise", status);
  if (CheckedLanes::watch().faults != 0) fail("lanes meet without a sync", status);
}

}  // namespace groundshift::test
