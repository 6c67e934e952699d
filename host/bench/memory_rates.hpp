// SPDX-License-Identifier: Apache-2.0
// What the memory of this machine moves.
#pragma once

#include "host/bench/rate.hpp"

namespace groundshift {

/// Bytes a second of a[i] = b[i] + s * c[i] over arrays of 64 MiB each: two streams read, one written (the fetch of the
/// written lines is not counted). source : McCalpin, STREAM
Rates triad_rates(int threads);

/// Bytes a second of memory that the system hands out page by page as it is touched, and takes back: 512 MiB by all
/// threads together. What is freed in one round can be handed out again in the next, so it is no less than what a job
/// gets.
Rates fresh_memory_rates(int threads);

}  // namespace groundshift
