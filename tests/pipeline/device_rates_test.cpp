// SPDX-License-Identifier: Apache-2.0
// Rates of a device's decoder taken on the host-run one, and what a plan says by rates that were kept.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "host/bench/device_decode_rates.hpp"
#include "tests/pipeline/decode_rig.hpp"

namespace groundshift::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using Options = std::vector<std::string>;

const Options kTiles = {"TILED=YES", "BLOCKXSIZE=32", "BLOCKYSIZE=16", "COMPRESS=DEFLATE"};

class DeviceRates : public DecodeRig {
 protected:
  StoredBlocks blocks_of(GDALDataType type, const Options& more) {
    DateForm form(type, kTiles);
    // The first of a name counts.
    form.spec.creation_options.insert(form.spec.creation_options.begin(), more.begin(), more.end());
    form.spec.width = form.spec.height = 64;
    write_date(options_.before, form, 1);
    auto blocks = stored_blocks(options_.before, 1 << 20);
    EXPECT_TRUE(blocks.has_value());
    return blocks.value_or(StoredBlocks{});
  }
};

constexpr std::int64_t kMemory = std::int64_t{1} << 30;

TEST_F(DeviceRates, AreTakenOfEveryFormThatIsKept) {
  const auto backend = make_fibre_backend();
  EXPECT_EQ(backend->device_identity(), "host fibres, driver for CUDA 12.4, runtime 13.0");
  for (const auto& [type, predictor] : {std::pair{GDT_Byte, "PREDICTOR=2"}, std::pair{GDT_UInt16, "PREDICTOR=2"},
                                        std::pair{GDT_Int16, "PREDICTOR=1"}, std::pair{GDT_Float32, "PREDICTOR=3"}}) {
    for (const char* interleave : {"INTERLEAVE=PIXEL", "INTERLEAVE=BAND"}) {
      const StoredBlocks blocks = blocks_of(type, {predictor, interleave});
      EXPECT_EQ(unfit_for_rates(blocks), "");
      const std::int64_t counts[] = {1, 5};
      const std::vector<DecodeRate> rates = device_decode_rates(*backend, blocks, counts, kMemory);
      ASSERT_EQ(rates.size(), 2u);
      EXPECT_EQ(rates[0].blocks_in_flight, 1);
      EXPECT_EQ(rates[1].blocks_in_flight, 5);
      for (const DecodeRate& rate : rates) EXPECT_GT(rate.bytes_per_s, 0.0);
    }
  }
}

TEST_F(DeviceRates, StopWhereThereIsNoRoom) {
  const StoredBlocks blocks = blocks_of(GDT_UInt16, {});
  const std::int64_t counts[] = {1, 3, 4000};
  const auto backend = make_fibre_backend();
  gs_fibre::set_device_bytes(gs_fibre::allocated_device_bytes() +
                             (std::size_t{16} << 20));  // workspace of a few blocks
  EXPECT_EQ(device_decode_rates(*backend, blocks, counts, kMemory).size(), 2u) << "of the device's memory";
  gs_fibre::set_device_bytes(gs_fibre::kDeviceBytes);
  EXPECT_EQ(device_decode_rates(*backend, blocks, std::span(counts).first(2), blocks.packed_bytes() / 2).size(), 2u);
  EXPECT_EQ(device_decode_rates(*backend, blocks, counts, blocks.packed_bytes() / 2).size(), 2u) << "of the budget";
  EXPECT_THROW(device_decode_rates(*backend, blocks, counts, 1), DeviceError);
}

TEST_F(DeviceRates, AreNotTakenOfRefusedBlocks) {
  StoredBlocks blocks = blocks_of(GDT_UInt16, {});
  blocks.packed.front()[0] = std::byte{0};
  const std::int64_t counts[] = {3};
  EXPECT_THROW(device_decode_rates(*make_fibre_backend(), blocks, counts, kMemory), DeviceError);
  EXPECT_THAT(unfit_for_rates(blocks_of(GDT_UInt16, {"COMPRESS=ZSTD"})), HasSubstr("zstd"));
  EXPECT_THAT(unfit_for_rates(blocks_of(GDT_Float64, {})), HasSubstr("8 bytes"));
}

/// The pair's plans by rates of a CPU of 1 GB/s and a device of so many bytes a second with 4 blocks in flight.
class PredictedPlans : public DecodeRig {
 protected:
  void SetUp() override {
    DecodeRig::SetUp();
    ::setenv("GROUNDSHIFT_RATES", file_.c_str(), 1);
    form_.spec.width = form_.spec.height = 256;
    write_pair(form_, form_);
  }
  void TearDown() override {
    ::unsetenv("GROUNDSHIFT_RATES");
    DecodeRig::TearDown();
  }
  void keep(double device_bytes_per_s, const std::string& identity) const {
    DecodeRates rates;
    rates.machine = this_machine();
    rates.taken = "2026-11-30T04:15:00Z";
    rates.content = "deflate";
    rates.threads = 1;
    rates.one = rates.all = 1e9;
    if (!identity.empty()) rates.device = DeviceDecodeRates{identity, 1e12, {{4, device_bytes_per_s}}};
    keep_decode_rates(rates, file_);
  }
  DecodePlan planned(DecodeChoice decode, bool device, std::string* text) {
    BackendShelf shelf;
    Warnings warnings;
    options_.resources.decode = decode;
    options_.resources.backend = device ? BackendChoice::cuda : BackendChoice::cpu;
    if (device) shelf.put(options_.resources, {make_fibre_backend(), "host-run"});
    DetectPlan plan = plan_detect(options_, warnings, {}, &shelf);
    *text = decode_text(plan);
    json_ = decode_json(plan);
    return plan.decode;
  }

  const std::string file_ = folder_ / "rates.json";
  const std::string device_ = "host fibres, driver for CUDA 12.4, runtime 13.0";
  DateForm form_{GDT_Byte, kTiles};
  nlohmann::ordered_json json_;
};

TEST_F(PredictedPlans, SayBothWaysAndStayWithTheCpuUnderAuto) {
  keep(1e11, device_);
  std::string text;
  const DecodePlan by_auto = planned(DecodeChoice::automatic, true, &text);
  EXPECT_FALSE(by_auto.on_device);
  ASSERT_TRUE(by_auto.prediction);
  const double bytes = 2.0 * 256 * 256 * form_.spec.band_count;  // of the pair
  EXPECT_DOUBLE_EQ(by_auto.prediction->cpu_s, bytes / 1e9);
  ASSERT_TRUE(by_auto.prediction->device_s);
  EXPECT_GE(by_auto.prediction->blocks_in_flight, 4);
  EXPECT_DOUBLE_EQ(*by_auto.prediction->device_s, bytes / 1e11);
  EXPECT_THAT(text, HasSubstr("by the CPU (auto: the device's decoder is experimental"));
  EXPECT_THAT(text, HasSubstr("the device is ahead, but experimental, and --decode cuda was not asked for"));
  EXPECT_THAT(text, HasSubstr("(rates of 2026-11-30T04:15:00Z)"));
  EXPECT_EQ(json_["prediction"]["cpu_s"], by_auto.prediction->cpu_s);
  EXPECT_EQ(json_["prediction"]["device_s"], *by_auto.prediction->device_s);
  EXPECT_EQ(json_["rates"], "rates of 2026-11-30T04:15:00Z");

  const DecodePlan asked = planned(DecodeChoice::cuda, true, &text);
  EXPECT_TRUE(asked.on_device);
  EXPECT_THAT(text, HasSubstr("the device is ahead ("));
  keep(1e7, device_);
  planned(DecodeChoice::cuda, true, &text);
  EXPECT_THAT(text, HasSubstr("by the device (asked for"));
  EXPECT_THAT(text, HasSubstr("the CPU is ahead"));
}

TEST_F(PredictedPlans, SayWhatIsMissing) {
  std::string text;
  EXPECT_FALSE(planned(DecodeChoice::automatic, true, &text).prediction);
  EXPECT_THAT(text,
              HasSubstr("not predicted: no rates are kept for this machine; groundshift bench --keep takes them"));
  EXPECT_TRUE(json_["prediction"].is_null());
  write_text(file_, "{");
  planned(DecodeChoice::automatic, false, &text);
  EXPECT_THAT(text, HasSubstr("the kept rates are damaged"));
  keep(1e11, "another device");
  const DecodePlan cpu_alone = planned(DecodeChoice::automatic, true, &text);
  ASSERT_TRUE(cpu_alone.prediction);
  EXPECT_FALSE(cpu_alone.prediction->device_s);
  EXPECT_THAT(text, HasSubstr("none of this device"));
  EXPECT_THAT(text, Not(HasSubstr("ahead")));
  EXPECT_TRUE(json_["prediction"]["device_s"].is_null());
  keep(0, "");
  EXPECT_TRUE(planned(DecodeChoice::cpu, false, &text).prediction);
  EXPECT_THAT(text, HasSubstr("predicted, the pair once: 0.00 s by"));
}

TEST_F(PredictedPlans, AreNotOfOtherFiles) {
  keep(1e11, device_);
  std::string text;
  form_.spec.creation_options = {"COMPRESS=LZW"};
  write_pair(form_, form_);
  EXPECT_FALSE(planned(DecodeChoice::automatic, true, &text).prediction);
  EXPECT_THAT(text, HasSubstr("LZW"));
  form_.spec.creation_options = {};
  write_pair(form_, form_);
  EXPECT_FALSE(planned(DecodeChoice::automatic, true, &text).prediction);
  EXPECT_THAT(text, HasSubstr("not predicted: nothing is packed"));
}

}  // namespace
}  // namespace groundshift::test
