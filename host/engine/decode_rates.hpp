// SPDX-License-Identifier: Apache-2.0
// What decoding was measured to take on a machine, in a file between runs, and what a job should take by it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

namespace groundshift {

/// Bytes of pixels a second that a device decodes with so many blocks in flight.
struct DecodeRate {
  std::int64_t blocks_in_flight = 0;
  double bytes_per_s = 0.0;
};

/// identity : Backend::device_identity()
/// copy_in  : bytes a second to the device
/// decode   : of whole calls, copy of packed bytes and all; blocks ascending, at least one
struct DeviceDecodeRates {
  std::string identity;
  double copy_in = 0.0;
  std::vector<DecodeRate> decode;
};

/// What rates hold for, beside the device.
struct MachineKey {
  std::string cpu;
  int cores = 1;        ///< that the process may use
  std::string program;  ///< version and commit
  bool operator==(const MachineKey&) const = default;
};
MachineKey this_machine();

/// Of DEFLATE blocks. one, all : bytes of pixels a second of one thread of the reader and of `threads`
/// taken : UTC, "2026-11-30T04:15:00Z"; content : of the blocks, "deflate, predictor 2"
struct DecodeRates {
  MachineKey machine;
  std::string taken, content;
  int threads = 1;
  double one = 0.0, all = 0.0;
  std::optional<DeviceDecodeRates> device;
};

/// GROUNDSHIFT_RATES, else groundshift/decode-rates.json in $XDG_CACHE_HOME or ~/.cache; empty where the environment
/// names none of them.
std::filesystem::path decode_rates_file();

nlohmann::ordered_json decode_rates_json(const DecodeRates& rates);
/// Makes the file's folder where it is missing. Throws OutputError when nothing can be written there.
void prepare_decode_rates_file(const std::filesystem::path& file);
/// Writes the file, over an older one. Throws OutputError.
void keep_decode_rates(const DecodeRates& rates, const std::filesystem::path& file);

/// rates : absent where there is no file, or one that is damaged, or of another machine or program; its device's rates
///         are absent where they are of another device. note : which of these, in words for a plan
struct KeptDecodeRates {
  std::optional<DecodeRates> rates;
  std::string note;
};
/// device : Backend::device_identity() of the job's backend, asked where the machine's rates are there. Throws what
/// that throws.
KeptDecodeRates kept_decode_rates(const std::filesystem::path& file, const MachineKey& machine,
                                  const std::function<std::string()>& device);

/// What decoding a pair once asks for. Bytes of pixels out of packed blocks, and packed bytes.
/// stored : of all blocks under the grid, by the CPU; by_tile : of every tile's blocks, by the device
struct DecodeWork {
  std::int64_t stored_bytes = 0, by_tile_bytes = 0, by_tile_packed_bytes = 0;
  std::int64_t blocks_in_flight = 0;
  int threads = 1;
};

/// Seconds of decoding a pair once. device_s : absent without rates of the job's device
struct DecodePrediction {
  double cpu_s = 0.0;
  std::optional<double> device_s;
  std::int64_t blocks_in_flight = 0;
  int threads = 1;

  bool device_is_ahead() const { return device_s && *device_s < cpu_s; }
};

/// Between one thread and as many as were measured the rate is taken to grow evenly; beyond them not at all.
double cpu_decode_rate(const DecodeRates& rates, int threads);
/// Below the fewest blocks measured the rate is taken to fall with their number, between two to grow evenly, beyond the
/// most not at all.
double device_decode_rate(const DeviceDecodeRates& rates, std::int64_t blocks_in_flight);
/// The CPU: stored / rate. The device: by_tile / rate, and no less than its packed bytes take to be copied.
DecodePrediction predict_decode(const DecodeRates& rates, const DecodeWork& work);

}  // namespace groundshift
