// SPDX-License-Identifier: Apache-2.0
// Names the factory of the host-run CUDA backend.
#include "tests/support/fibre/fibre_backend.hpp"

#include "kernels/cuda/device.hpp"

namespace groundshift {

std::unique_ptr<Backend> make_fibre_backend() { return GS_CUDA_NAMESPACE::make_device_backend(0); }

}  // namespace groundshift
