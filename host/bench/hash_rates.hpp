// SPDX-License-Identifier: Apache-2.0
// What the cores hash.
#pragma once

#include "host/bench/rate.hpp"

namespace groundshift {

/// Bytes a second of libcrypto's SHA-256 over cells of pixels in a core's cache, one after the other.
Rates hash_rates(int threads);

}  // namespace groundshift
