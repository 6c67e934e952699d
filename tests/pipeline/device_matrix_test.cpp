// SPDX-License-Identifier: Apache-2.0
// One pixel hash per job whatever tile, threads and memory, with the tiles decoded by the host-run device: the hash
// matrix's dates and core jobs, smaller.
#include <regex>
#include <string>
#include <tuple>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/pipeline/decode_rig.hpp"
#include "tests/pipeline/hash_matrix.hpp"

namespace groundshift::test {
namespace {

constexpr MatrixSize kSize{283, 259};  // four tiles of 256

/// Every type and every job has both kinds of dates.
bool is_holed(PixelType type, const Job& job) {
  return (static_cast<int>(type) + static_cast<int>(job.method.scores.front())) % 2 == 0;
}

class DeviceMatrix : public DecodeRig, public ::testing::WithParamInterface<std::tuple<PixelType, Job>> {
 protected:
  /// The least budget that the planner takes, as it says itself.
  std::int64_t smallest_memory() {
    options_.resources.memory_bytes = 1 << 20;
    const DecodeOutcome refused = run_as(DecodeChoice::cuda);
    std::smatch match;
    const bool told = std::regex_search(refused.error, match, std::regex("needs (\\d+) MiB"));
    EXPECT_TRUE(told) << "1 MiB was enough, or the refusal names no budget: " << refused.error;
    return (told ? std::stoll(match[1]) : 1024) << 20;
  }
};

TEST_P(DeviceMatrix, IsOnePoint) {
  const auto [type, job] = GetParam();
  const bool holed = is_holed(type, job);
  // Each codec in tiles and in strips.
  const char* packings[] = {"COMPRESS=DEFLATE", "COMPRESS=LZW"};
  write_matrix_date(options_.before, kSize, type, holed, 1, packings[holed ? 1 : 0]);
  write_matrix_date(options_.after, kSize, type, holed, 2, packings[holed ? 0 : 1]);
  options_.method = job.method;
  options_.creation_options = {"COMPRESS=NONE"};
  options_.resources.tile = kWholeTile;
  options_.resources.threads = 1;
  const DecodeOutcome whole = run_as(DecodeChoice::cpu);
  ASSERT_EQ(whole.error, "");
  const Fingerprint expected = fingerprint_of(whole.result);
  for (const auto& [tile, threads] : {std::pair{256, 4}, std::pair{std::int32_t{kWholeTile}, 1}}) {
    options_.resources.tile = tile;
    options_.resources.threads = threads;
    options_.resources.memory_bytes = threads == 1 ? smallest_memory() : std::int64_t{4} << 30;
    const DecodeOutcome device = run_as(DecodeChoice::cuda);
    ASSERT_EQ(device.error, "");
    EXPECT_TRUE(fingerprint_of(device.result) == expected) << "tile " << tile << ", threads " << threads;
    EXPECT_GT(device.result.decode.device_blocks, 0);
    EXPECT_EQ(device.result.decode.cpu_blocks, 0);
  }
}

std::string name_of_case(const ::testing::TestParamInfo<DeviceMatrix::ParamType>& info) {
  const auto& [type, job] = info.param;
  return job.name + name_of(type) + (is_holed(type, job) ? "Holed" : "Clean");
}

INSTANTIATE_TEST_SUITE_P(Jobs, DeviceMatrix,
                         ::testing::Combine(::testing::Values(PixelType::u8, PixelType::u16, PixelType::i16,
                                                              PixelType::f32),
                                            ::testing::ValuesIn(core_jobs())),
                         name_of_case);

}  // namespace
}  // namespace groundshift::test
