// SPDX-License-Identifier: Apache-2.0
// Marks code that a GPU thread and a CPU loop both run, so that a pixel's arithmetic is written once.
#pragma once

#if defined(__CUDACC__)
#define GS_HD __host__ __device__ __forceinline__
#else
// always_inline: a callee that is not inlined would not be cloned with its function-multiversioned caller.
#define GS_HD inline __attribute__((always_inline))
#endif
