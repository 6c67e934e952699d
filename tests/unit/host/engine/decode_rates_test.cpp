// SPDX-License-Identifier: Apache-2.0
// Rates of decoding: kept and found again, or found to be none; the arithmetic of predictions by hand.
#include "host/engine/decode_rates.hpp"

#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "host/base/error.hpp"
#include "tests/support/temporary_folder.hpp"

namespace groundshift {
namespace {

using test::TemporaryFolder;
using ::testing::HasSubstr;

const MachineKey kHere{"Some CPU", 16, "0.1.0 (commit abc)"};
const std::string kDevice = "Some GPU, driver for CUDA 12.4, runtime 13.0";

DecodeRates sample_rates() {
  DecodeRates rates;
  rates.machine = kHere;
  rates.taken = "2026-11-30T04:15:00Z";
  rates.content = "deflate, predictor 2";
  rates.threads = 16;
  rates.one = 400.0;
  rates.all = 5200.0;
  rates.device = DeviceDecodeRates{kDevice, 25000.0, {{100, 5000.0}, {500, 21000.0}}};
  return rates;
}

KeptDecodeRates kept(const std::filesystem::path& file, const MachineKey& machine, const std::string& device) {
  return kept_decode_rates(file, machine, [&] { return device; });
}

/// A variable of the environment set to something else for the time being; nothing: not set.
class Variable {
 public:
  Variable(const char* name, const std::optional<std::string>& value) : name_(name) {
    if (const char* before = std::getenv(name)) before_ = before;
    set(value);
  }
  ~Variable() { set(before_); }
  Variable(const Variable&) = delete;
  Variable& operator=(const Variable&) = delete;

 private:
  void set(const std::optional<std::string>& value) const {
    value ? ::setenv(name_, value->c_str(), 1) : ::unsetenv(name_);
  }
  const char* name_;
  std::optional<std::string> before_;
};

TEST(DecodeRates, LieWhereTheEnvironmentSays) {
  const Variable none("GROUNDSHIFT_RATES", std::nullopt), home("HOME", "/somewhere");
  {
    const Variable cache("XDG_CACHE_HOME", "/cache");
    EXPECT_EQ(decode_rates_file(), "/cache/groundshift/decode-rates.json");
    const Variable own("GROUNDSHIFT_RATES", "/other/rates.json");
    EXPECT_EQ(decode_rates_file(), "/other/rates.json");
  }
  for (const char* no_folder : {"", "relative/path"}) {
    const Variable cache("XDG_CACHE_HOME", no_folder);
    EXPECT_EQ(decode_rates_file(), "/somewhere/.cache/groundshift/decode-rates.json");
  }
  const Variable cache("XDG_CACHE_HOME", std::nullopt), homeless("HOME", std::nullopt);
  EXPECT_EQ(decode_rates_file(), "");
  EXPECT_THAT(kept(decode_rates_file(), kHere, kDevice).note, HasSubstr("no rates are kept"));
}

TEST(DecodeRates, AreFoundAgain) {
  const TemporaryFolder folder;
  const std::filesystem::path file = folder.path() / "made" / "on the way" / "rates.json";
  DecodeRates older = sample_rates();
  older.one = 1.0;
  keep_decode_rates(older, file);
  keep_decode_rates(sample_rates(), file);
  const KeptDecodeRates found = kept(file, kHere, kDevice);
  ASSERT_TRUE(found.rates) << found.note;
  EXPECT_EQ(found.note, "rates of 2026-11-30T04:15:00Z");
  EXPECT_EQ(decode_rates_json(*found.rates), decode_rates_json(sample_rates()));
  EXPECT_EQ(found.rates->one, 400.0);
  EXPECT_EQ(found.rates->threads, 16);
  ASSERT_TRUE(found.rates->device);
  EXPECT_EQ(found.rates->device->decode.size(), 2u);
  EXPECT_EQ(found.rates->device->decode[1].bytes_per_s, 21000.0);
  DecodeRates without = sample_rates();
  without.device.reset();
  keep_decode_rates(without, file);
  const KeptDecodeRates cpu_alone = kept(file, kHere, "");
  ASSERT_TRUE(cpu_alone.rates);
  EXPECT_FALSE(cpu_alone.rates->device);
  EXPECT_EQ(cpu_alone.note, "rates of 2026-11-30T04:15:00Z");
}

TEST(DecodeRates, OfAnotherMachineOrProgramAreNone) {
  const TemporaryFolder folder;
  const std::filesystem::path file = folder.path() / "rates.json";
  keep_decode_rates(sample_rates(), file);
  const auto note = [&](const MachineKey& machine) {
    const KeptDecodeRates found = kept(file, machine, kDevice);
    EXPECT_FALSE(found.rates);
    EXPECT_THAT(found.note, HasSubstr("bench --keep"));
    return found.note;
  };
  EXPECT_THAT(note({"Other CPU", 16, kHere.program}), HasSubstr("another machine (Some CPU, 16 cores)"));
  EXPECT_THAT(note({kHere.cpu, 8, kHere.program}), HasSubstr("another machine"));
  EXPECT_THAT(note({kHere.cpu, 16, "0.2.0 (commit def)"}), HasSubstr("of groundshift 0.1.0 (commit abc)"));
  // Of another device the CPU's stay.
  for (const std::string& device : {std::string("Other GPU"), std::string()}) {
    const KeptDecodeRates found = kept(file, kHere, device);
    ASSERT_TRUE(found.rates);
    EXPECT_FALSE(found.rates->device);
    EXPECT_EQ(found.note.find("none of this device") != std::string::npos, !device.empty());
  }
}

TEST(DecodeRates, ThatAreDamagedAreNone) {
  const TemporaryFolder folder;
  const std::filesystem::path file = folder.path() / "rates.json";
  const nlohmann::ordered_json good = decode_rates_json(sample_rates());
  const auto expect_damaged = [&](const std::string& text) {
    test::write_text(file, text);
    const KeptDecodeRates found = kept(file, kHere, kDevice);
    EXPECT_FALSE(found.rates) << text;
    EXPECT_THAT(found.note, HasSubstr(file.string() + ": the kept rates are damaged")) << text;
  };
  const std::string whole = good.dump(2);
  for (std::size_t end = 0; end < whole.size(); end += 7) expect_damaged(whole.substr(0, end));
  expect_damaged("[1, 2]");
  const auto changed = [&](const char* where, const nlohmann::ordered_json& value) {
    nlohmann::ordered_json json = good;
    json[nlohmann::ordered_json::json_pointer(where)] = value;
    expect_damaged(json.dump());
  };
  changed("/format", 2);
  changed("/cpu/one_thread_bytes_per_s", 0.0);
  changed("/cpu/all_threads_bytes_per_s", "fast");
  changed("/cpu/threads", 0);
  changed("/device/copy_in_bytes_per_s", -1.0);
  changed("/device/decode", nlohmann::ordered_json::array());
  changed("/device/decode/1/blocks_in_flight", 100);
  changed("/device/decode/0/bytes_per_s", nullptr);
  test::write_text(file, whole);
  EXPECT_TRUE(kept(file, kHere, kDevice).rates) << "and unchanged they are right";
}

TEST(DecodeRates, ThatCannotBeKeptAreAnError) {
  const TemporaryFolder folder;
  test::write_text(folder / "file", "no folder");
  EXPECT_THROW(keep_decode_rates(sample_rates(), folder / "file/rates.json"), OutputError);
  EXPECT_THROW(keep_decode_rates(sample_rates(), folder.path()), OutputError);
}

TEST(DecodeRates, GrowWithThreadsAsFarAsTheyWereMeasured) {
  const DecodeRates rates = sample_rates();
  EXPECT_DOUBLE_EQ(cpu_decode_rate(rates, 1), 400.0);
  EXPECT_DOUBLE_EQ(cpu_decode_rate(rates, 4), 400.0 + 3 * 320.0);  // (5200 - 400) / 15 a thread
  EXPECT_DOUBLE_EQ(cpu_decode_rate(rates, 16), 5200.0);
  EXPECT_DOUBLE_EQ(cpu_decode_rate(rates, 64), 5200.0);
  DecodeRates single = rates;
  single.threads = 1;
  EXPECT_DOUBLE_EQ(cpu_decode_rate(single, 1), 5200.0);
}

TEST(DecodeRates, GrowWithBlocksInFlightAsFarAsTheyWereMeasured) {
  const DeviceDecodeRates device = *sample_rates().device;
  EXPECT_DOUBLE_EQ(device_decode_rate(device, 10), 500.0);
  EXPECT_DOUBLE_EQ(device_decode_rate(device, 100), 5000.0);
  EXPECT_DOUBLE_EQ(device_decode_rate(device, 300), 13000.0);
  EXPECT_DOUBLE_EQ(device_decode_rate(device, 500), 21000.0);
  EXPECT_DOUBLE_EQ(device_decode_rate(device, 9000), 21000.0);
}

TEST(DecodePrediction, IsBytesOverRates) {
  DecodeWork work;
  work.stored_bytes = 52000;
  work.by_tile_bytes = 65000;  // blocks under halos again
  work.by_tile_packed_bytes = 40000;
  work.blocks_in_flight = 300;
  work.threads = 16;
  const DecodePrediction ahead = predict_decode(sample_rates(), work);
  EXPECT_DOUBLE_EQ(ahead.cpu_s, 10.0);
  ASSERT_TRUE(ahead.device_s);
  EXPECT_DOUBLE_EQ(*ahead.device_s, 5.0);
  EXPECT_TRUE(ahead.device_is_ahead());
  EXPECT_EQ(ahead.blocks_in_flight, 300);
  work.by_tile_packed_bytes = 500000;  // the copy is what it waits for
  EXPECT_DOUBLE_EQ(*predict_decode(sample_rates(), work).device_s, 20.0);
  EXPECT_FALSE(predict_decode(sample_rates(), work).device_is_ahead());
  work.by_tile_packed_bytes = 40000;
  work.blocks_in_flight = 10;
  EXPECT_DOUBLE_EQ(*predict_decode(sample_rates(), work).device_s, 130.0);
  DecodeRates without = sample_rates();
  without.device.reset();
  EXPECT_FALSE(predict_decode(without, work).device_s);
  EXPECT_FALSE(predict_decode(without, work).device_is_ahead());
}

}  // namespace
}  // namespace groundshift
