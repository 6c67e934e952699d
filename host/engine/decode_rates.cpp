// SPDX-License-Identifier: Apache-2.0
// The file of rates, and the arithmetic on them.
#include "host/engine/decode_rates.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <system_error>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "host/base/error.hpp"
#include "host/engine/resources.hpp"
#include "host/engine/version.hpp"
#include "host/io/output_file.hpp"

namespace groundshift {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

constexpr int kFormat = 1;  ///< grows when a key changes its meaning

std::string variable(const char* name) {
  const char* text = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): nothing here sets it
  return text != nullptr ? text : "";
}

/// Rates of 0, infinite ones and no numbers would make nonsense of a prediction.
double rate(const Json& value) {
  const auto number = value.get<double>();
  if (!(number > 0.0) || !std::isfinite(number)) throw std::invalid_argument("a rate that is none");
  return number;
}

DecodeRates parsed(const Json& json) {
  if (json.at("format").get<int>() != kFormat) throw std::invalid_argument("another format");
  DecodeRates out;
  out.machine.program = json.at("program").get<std::string>();
  out.taken = json.at("taken").get<std::string>();
  out.content = json.at("content").get<std::string>();
  const Json& cpu = json.at("cpu");
  out.machine.cpu = cpu.at("model").get<std::string>();
  out.machine.cores = cpu.at("cores").get<int>();
  out.threads = cpu.at("threads").get<int>();
  out.one = rate(cpu.at("one_thread_bytes_per_s"));
  out.all = rate(cpu.at("all_threads_bytes_per_s"));
  if (out.threads < 1) throw std::invalid_argument("no thread");
  const Json& device = json.at("device");
  if (device.is_null()) return out;
  DeviceDecodeRates rates;
  rates.identity = device.at("identity").get<std::string>();
  rates.copy_in = rate(device.at("copy_in_bytes_per_s"));
  for (const Json& point : device.at("decode")) {
    rates.decode.push_back({point.at("blocks_in_flight").get<std::int64_t>(), rate(point.at("bytes_per_s"))});
    const std::size_t last = rates.decode.size() - 1;
    const std::int64_t least = last == 0 ? 0 : rates.decode[last - 1].blocks_in_flight;
    if (rates.decode[last].blocks_in_flight <= least) throw std::invalid_argument("blocks that do not ascend");
  }
  if (rates.decode.empty()) throw std::invalid_argument("a device without rates");
  out.device = std::move(rates);
  return out;
}

const char* const kHowTo = "groundshift bench --keep takes them";

}  // namespace

MachineKey this_machine() {
  return {cpu_model(), available_threads(), fmt::format("{} (commit {})", version_text(), commit_text())};
}

fs::path decode_rates_file() {
  if (const std::string file = variable("GROUNDSHIFT_RATES"); !file.empty()) return file;
  // source : XDG Base Directory Specification 0.8: a relative path is not valid and is ignored
  if (const fs::path cache = variable("XDG_CACHE_HOME"); cache.is_absolute()) {
    return cache / "groundshift" / "decode-rates.json";
  }
  const fs::path home = variable("HOME");
  return home.empty() ? fs::path() : home / ".cache" / "groundshift" / "decode-rates.json";
}

Json decode_rates_json(const DecodeRates& rates) {
  Json device = nullptr;
  if (rates.device) {
    Json decode = Json::array();
    for (const DecodeRate& point : rates.device->decode) {
      decode.push_back({{"blocks_in_flight", point.blocks_in_flight}, {"bytes_per_s", point.bytes_per_s}});
    }
    device = {{"identity", rates.device->identity}, {"copy_in_bytes_per_s", rates.device->copy_in}, {"decode", decode}};
  }
  return {{"format", kFormat},
          {"program", rates.machine.program},
          {"taken", rates.taken},
          {"content", rates.content},
          {"cpu",
           {{"model", rates.machine.cpu},
            {"cores", rates.machine.cores},
            {"threads", rates.threads},
            {"one_thread_bytes_per_s", rates.one},
            {"all_threads_bytes_per_s", rates.all}}},
          {"device", device}};
}

void prepare_decode_rates_file(const fs::path& file) {
  if (file.has_parent_path()) {
    std::error_code error;
    fs::create_directories(file.parent_path(), error);
    if (error) {
      throw OutputError(fmt::format("{}: the folder cannot be made ({}); GROUNDSHIFT_RATES names another file",
                                    file.parent_path().string(), error.message()));
    }
  }
  check_output_path(file, true);
}

void keep_decode_rates(const DecodeRates& rates, const fs::path& file) {
  prepare_decode_rates_file(file);
  write_text_file(file, decode_rates_json(rates).dump(2) + "\n");
}

KeptDecodeRates kept_decode_rates(const fs::path& file, const MachineKey& machine,
                                  const std::function<std::string()>& device) {
  const auto none = [](const std::string& why) {
    return KeptDecodeRates{std::nullopt, fmt::format("{}; {}", why, kHowTo)};
  };
  std::ifstream in(file, std::ios::binary);
  if (file.empty() || !in) return none("no rates are kept for this machine");
  const std::string text{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  DecodeRates rates;
  try {
    rates = parsed(Json::parse(text));
  } catch (const std::exception&) {  // of whatever kind: what does not read as rates is none
    return none(fmt::format("{}: the kept rates are damaged", file.string()));
  }
  if (rates.machine.program != machine.program) {
    return none(fmt::format("the kept rates are of groundshift {}", rates.machine.program));
  }
  if (rates.machine != machine) {
    return none(
        fmt::format("the kept rates are of another machine ({}, {} cores)", rates.machine.cpu, rates.machine.cores));
  }
  KeptDecodeRates kept{std::move(rates), {}};
  kept.note = fmt::format("rates of {}", kept.rates->taken);
  const std::string identity = device();
  if (kept.rates->device && kept.rates->device->identity != identity) kept.rates->device.reset();
  if (!kept.rates->device && !identity.empty()) kept.note += fmt::format(", none of this device ({})", kHowTo);
  return kept;
}

double cpu_decode_rate(const DecodeRates& rates, int threads) {
  if (threads >= rates.threads) return rates.all;
  return rates.one + (rates.all - rates.one) * (threads - 1) / (rates.threads - 1);
}

double device_decode_rate(const DeviceDecodeRates& rates, std::int64_t blocks_in_flight) {
  const auto blocks = static_cast<double>(blocks_in_flight);
  const std::vector<DecodeRate>& points = rates.decode;
  const auto above = std::find_if(points.begin(), points.end(),
                                  [&](const DecodeRate& p) { return p.blocks_in_flight >= blocks_in_flight; });
  if (above == points.end()) return points.back().bytes_per_s;
  const DecodeRate below = above == points.begin() ? DecodeRate{} : *std::prev(above);
  const double share = (blocks - static_cast<double>(below.blocks_in_flight)) /
                       static_cast<double>(above->blocks_in_flight - below.blocks_in_flight);
  return below.bytes_per_s + share * (above->bytes_per_s - below.bytes_per_s);
}

DecodePrediction predict_decode(const DecodeRates& rates, const DecodeWork& work) {
  DecodePrediction out;
  out.threads = work.threads;
  out.blocks_in_flight = work.blocks_in_flight;
  out.cpu_s = static_cast<double>(work.stored_bytes) / cpu_decode_rate(rates, work.threads);
  if (rates.device && work.blocks_in_flight > 0) {
    const double decode =
        static_cast<double>(work.by_tile_bytes) / device_decode_rate(*rates.device, work.blocks_in_flight);
    out.device_s = std::max(decode, static_cast<double>(work.by_tile_packed_bytes) / rates.device->copy_in);
  }
  return out;
}

}  // namespace groundshift
