// SPDX-License-Identifier: Apache-2.0
// Function multiversioning: one portable binary whose pixel loops use AVX-512 or AVX2 where the machine has them.
#pragma once

// Marks a function that is compiled for x86-64-v4, -v3 and the base level; the loader picks one. Whatever it calls must
// be inlined to be cloned with it. The bits do not depend on the clone: nothing is contracted (-ffp-contract=off).
// Empty where the mechanism is missing: resolvers run before ThreadSanitizer's runtime is up, and crash.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && !defined(__SANITIZE_THREAD__)
#define GS_CLONES __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#define GS_HAVE_CLONES 1
#else
#define GS_CLONES
#define GS_HAVE_CLONES 0
#endif
