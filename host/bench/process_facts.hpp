// SPDX-License-Identifier: Apache-2.0
// What this process has used, and what it runs on.
#pragma once

#include <cstdint>
#include <string>

namespace groundshift {

/// Seconds that all threads of this process have worked, in and out of the kernel.
double cpu_seconds();

/// Starts a new peak: peak_since_reset_bytes() forgets what was before, where the system allows it.
void reset_peak_memory();
/// Largest resident set since then (or of the process so far).
std::int64_t peak_since_reset_bytes();

std::int64_t machine_memory_bytes();
/// Kernel name and release.
std::string system_text();

}  // namespace groundshift
