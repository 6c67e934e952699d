// SPDX-License-Identifier: Apache-2.0
// Stand-in for the profiler's header: ranges that nobody looks at.
#pragma once

inline int nvtxRangePushA(const char* /*name*/) { return 0; }
inline int nvtxRangePop() { return 0; }
