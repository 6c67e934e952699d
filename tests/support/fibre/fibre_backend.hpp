// SPDX-License-Identifier: Apache-2.0
// The complete CUDA backend run on the host, for tests.
#pragma once

#include <memory>

#include "kernels/api/backend.hpp"

namespace groundshift {

/// kernels/cuda compiled by the host compiler against tests/support/fibre. Slow: for small tiles.
std::unique_ptr<Backend> make_fibre_backend();

}  // namespace groundshift
