// SPDX-License-Identifier: Apache-2.0
// Every executor that must give the same bits, by name, and a whole image run on one of them.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "kernels/api/backend.hpp"
#include "tests/parity/scene.hpp"

namespace groundshift::parity {

/// fibre_*: the CUDA backend on the host, its threads and blocks in three orders. cuda: a real device.
enum class Executor { cpu_one_thread, cpu_threads, fibre_forward, fibre_reversed, fibre_shuffled, cuda };

std::string name_of(Executor executor);
void PrintTo(Executor executor, std::ostream* out);
inline const auto kExecutors = testing::Values(Executor::cpu_one_thread, Executor::cpu_threads, Executor::fibre_forward,
                                               Executor::fibre_reversed, Executor::fibre_shuffled, Executor::cuda);

/// Why the executor cannot run here, or empty. With GS_REQUIRE_GPU=1 in the environment a missing device is no excuse:
/// the answer is empty and make_backend throws.
std::string reason_to_skip(Executor executor);
std::unique_ptr<Backend> make_backend(Executor executor);

/// A workspace for the tiles of these cores.
WorkspaceShape workspace_shape(const Scene& scene, const std::vector<Window>& cores, std::int32_t halo,
                               bool window_scores);

/// What one backend makes of a whole image, put together from its tiles.
struct ImageScores {
  std::vector<float> scores;  ///< row-major, width * height
};
ImageScores score_image(Backend& backend, const Scene& scene, const ScoreRecipe& recipe, std::int32_t tile_size);

std::vector<std::uint64_t> image_histogram(Backend& backend, const Scene& scene, std::int32_t tile_size);

/// Larger than any image here: one tile.
inline constexpr std::int32_t kWholeImage = 1 << 20;

}  // namespace groundshift::parity

#define GS_SKIP_WITHOUT(executor) \
  if (const std::string why = reason_to_skip(executor); !why.empty()) GTEST_SKIP() << why
