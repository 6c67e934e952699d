// SPDX-License-Identifier: Apache-2.0
// What the memory of this machine moves.
#pragma once

#include "host/bench/rate.hpp"

namespace groundshift {

/// Bytes a second of a[i] = b[i] + s * c[i] over arrays of 64 MiB each: two streams read, one written (the fetch of the
/// written lines is not counted). source : McCalpin, STREAM
Rates triad_rates(int threads);

}  // namespace groundshift
