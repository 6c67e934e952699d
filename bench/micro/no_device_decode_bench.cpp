// SPDX-License-Identifier: Apache-2.0
// The decode bench of builds without CUDA has no device to measure.
#include "bench/micro/block_decode_bench.hpp"

namespace groundshift::bench {

void add_device_benches() {}

}  // namespace groundshift::bench
