// SPDX-License-Identifier: Apache-2.0
// The host-run device itself: it computes right kernels right, and reports kernels and calls that are wrong.
#include <cuda_runtime.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "kernels/api/backend.hpp"
#include "tests/parity/executors.hpp"
#include "tests/parity/gram_reference.hpp"
#include "tests/parity/recipe_reference.hpp"
#include "tests/parity/recipes.hpp"
#include "tests/parity/reference.hpp"
#include "tests/support/fibre/fibre_backend.hpp"
#include "tests/support/fibre/order.hpp"

namespace groundshift::parity {
namespace {

constexpr unsigned kThreads = 96;

// Each thread adds its neighbour's number, which the neighbour has put into shared memory.
void neighbour_kernel(int* out, bool with_barrier) {
  GS_DYN_SHARED(int, numbers);
  const unsigned me = threadIdx.x;
  numbers[me] = static_cast<int>(me);
  if (with_barrier) __syncthreads();
  out[blockIdx.x * blockDim.x + me] = numbers[(me + 1) % blockDim.x];
}

void divergent_kernel(int* out) {
  if (threadIdx.x % 2 == 0) return;
  __syncthreads();
  out[threadIdx.x] = 1;
}

void two_barriers_kernel(int* out) {
  if (threadIdx.x % 2 == 0) {
    __syncthreads();
  } else {
    __syncthreads();
  }
  out[threadIdx.x] = 1;
}

void half_warp_kernel(int* out) {
  if (threadIdx.x % 2 == 0) out[threadIdx.x] = __shfl_down_sync(0xffffffffu, 1, 1);
}

void warp_kernel(int* out) {
  const int lane = static_cast<int>(threadIdx.x);
  int sum = lane;
  for (unsigned offset = 16; offset > 0; offset /= 2) sum += __shfl_down_sync(0xffffffffu, sum, offset);
  const unsigned odd = __ballot_sync(0xffffffffu, lane % 2);
  __syncwarp();
  out[lane] = lane == 0 ? sum : static_cast<int>(odd);
}

template <class Kernel, class... Args>
void run(unsigned blocks, unsigned threads, std::size_t shared_bytes, Kernel kernel, Args... args) {
  gs_fibre::run_blocks({dim3(blocks), dim3(threads), shared_bytes, "kernel"}, [&] { kernel(args...); });
}

std::string report_of(void (*kernel)(int*)) {
  std::vector<int> out(kThreads);
  try {
    run(1, kThreads, 0, kernel, out.data());
  } catch (const std::runtime_error& report) {
    return report.what();
  }
  return "";
}

class Fibre : public testing::TestWithParam<gs_fibre::Order> {
 protected:
  void SetUp() override { gs_fibre::set_order(GetParam(), 5); }
};

TEST_P(Fibre, BarrierMakesNeighboursVisible) {
  std::vector<int> out(3 * kThreads, -1);
  run(3, kThreads, kThreads * sizeof(int), neighbour_kernel, out.data(), true);
  for (unsigned i = 0; i < out.size(); ++i) EXPECT_EQ(out[i], static_cast<int>((i % kThreads + 1) % kThreads));
}

TEST_P(Fibre, AMissingBarrierShows) {
  std::vector<int> out(kThreads, -1);
  run(1, kThreads, kThreads * sizeof(int), neighbour_kernel, out.data(), false);
  unsigned wrong = 0;
  for (unsigned i = 0; i < kThreads; ++i) wrong += out[i] != static_cast<int>((i + 1) % kThreads) ? 1 : 0;
  EXPECT_GT(wrong, 0u);
}

TEST_P(Fibre, DivergentBarriersAreReported) {
  EXPECT_NE(report_of(divergent_kernel).find("with 48 threads returned"), std::string::npos)
      << report_of(divergent_kernel);
  EXPECT_NE(report_of(two_barriers_kernel).find("different __syncthreads"), std::string::npos);
  EXPECT_NE(report_of(half_warp_kernel).find("lanes of their warp"), std::string::npos);
}

TEST_P(Fibre, WarpCollectivesExchange) {
  std::vector<int> out(32, -1);
  run(1, 32, 0, warp_kernel, out.data());
  EXPECT_EQ(out[0], 31 * 32 / 2);
  EXPECT_EQ(static_cast<unsigned>(out[1]), 0xaaaaaaaau);
}

INSTANTIATE_TEST_SUITE_P(Orders, Fibre,
                         testing::Values(gs_fibre::Order::forward, gs_fibre::Order::reversed,
                                         gs_fibre::Order::shuffled));

TEST(FibreRuntime, StreamsHoldTheirWorkBackUntilWaitedFor) {
  cudaStream_t stream = nullptr;
  void* device = nullptr;
  ASSERT_EQ(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking), cudaSuccess);
  ASSERT_EQ(cudaMalloc(&device, sizeof(int)), cudaSuccess);
  int sent = 42;
  int got = 0;
  EXPECT_EQ(cudaMemcpyAsync(device, &sent, sizeof(int), cudaMemcpyHostToDevice, stream), cudaSuccess);
  EXPECT_EQ(cudaMemcpyAsync(&got, device, sizeof(int), cudaMemcpyDeviceToHost, stream), cudaSuccess);
  EXPECT_EQ(got, 0);
  EXPECT_EQ(cudaStreamSynchronize(stream), cudaSuccess);
  EXPECT_EQ(got, 42);
  EXPECT_EQ(cudaMemcpyAsync(device, &sent, 2 * sizeof(int), cudaMemcpyHostToDevice, stream), cudaErrorInvalidValue)
      << "past the end of the allocation";
  EXPECT_EQ(cudaFree(device), cudaSuccess);
  EXPECT_EQ(cudaStreamDestroy(stream), cudaSuccess);
}

// Whether the job ended in a DeviceFault that names the runtime's error.
bool job_faults(const Scene& scene, const ScoreRecipe& recipe) {
  try {
    const auto backend = make_fibre_backend();
    score_image(*backend, scene, recipe, kWholeImage);
    image_gram(*backend, scene, GramRecipe{}, kWholeImage);
    image_histogram(*backend, scene, kWholeImage);
  } catch (const DeviceFault& fault) {
    return std::string(fault.what()).find("cudaErrorMemoryAllocation") != std::string::npos;
  }
  return false;
}

// Every runtime call of a job fails once in turn. All end the job with a DeviceFault, but for the three waits in the
// workspaces' destructors, which are told to stderr; none leaks; and the next job is right.
TEST(FibreRuntime, EveryFailingCallIsADeviceFault) {
  gs_fibre::set_order(gs_fibre::Order::forward);
  const Scene scene = make_scene({PixelType::u16, 3, 40, 30, true});
  const ScoreRecipe recipe = make_recipe(ScoreKind::scva, 3, 3);
  const std::size_t allocations = gs_fibre::live_allocations();
  int faults = 0;
  int calls = 0;
  for (;; ++calls) {
    gs_fibre::fail_call(calls, cudaErrorMemoryAllocation);
    const bool faulted = job_faults(scene, recipe);
    if (gs_fibre::cancel_failure()) break;  // the job has no further call
    faults += faulted ? 1 : 0;
    ASSERT_EQ(gs_fibre::live_allocations(), allocations) << "after call " << calls;
  }
  EXPECT_GT(calls, 40);
  EXPECT_EQ(faults, calls - 3);
  const auto backend = make_fibre_backend();
  EXPECT_TRUE(
      same_bits(reference_scores(scene, recipe).scores, score_image(*backend, scene, recipe, kWholeImage).scores));
}

}  // namespace
}  // namespace groundshift::parity
