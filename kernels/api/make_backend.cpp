// SPDX-License-Identifier: Apache-2.0
// What this build and this machine can do, and the CUDA factory of builds without CUDA.
#include "kernels/api/backend.hpp"
#include "kernels/api/executor_parts.hpp"

namespace groundshift {
namespace {

constexpr const char* kNotBuilt = "CUDA support is not built into this program";

}  // namespace

Capabilities capabilities() {
  Capabilities found;
  found.cpu_features = cpu_feature_level();
#if GS_HAVE_CUDA
  found.cuda_built = true;
  describe_cuda_devices(found);
#else
  found.cuda_unusable_because = kNotBuilt;
#endif
  return found;
}

#if !GS_HAVE_CUDA
std::unique_ptr<Backend> make_cuda_backend(int /*device*/) { throw DeviceFault(kNotBuilt); }
#endif

}  // namespace groundshift
