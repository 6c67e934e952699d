// SPDX-License-Identifier: Apache-2.0
// Figures of a DecodePlan in words and JSON.
#include "host/engine/decode_facts.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace groundshift {
namespace {

using Json = nlohmann::ordered_json;

// source : docs/device-decode.md; what the lanes' decoder was laid out for, not measured.
constexpr std::int64_t kWantedInFlight = 512;

std::int64_t batch_device_bytes(const DecodeShape& shape) {
  return static_cast<std::int64_t>(shape.packed_bytes + shape.raw_bytes +
                                   shape.block_count * (sizeof(codec::PackedBlock) + sizeof(codec::DecodeStatus)));
}

/// What kept rates say of the pair decoded once, by either way, and why the choice may be another.
std::string prediction_text(const DecodePlan& d) {
  if (!d.prediction) return fmt::format("        not predicted: {}\n", d.rates);
  const DecodePrediction& p = *d.prediction;
  std::string text =
      fmt::format("        predicted, the pair once: {:.2f} s by {} threads of the CPU", p.cpu_s, p.threads);
  if (p.device_s) {
    text += fmt::format(
        ", {:.2f} s by the device with {} blocks in flight: the {} is ahead{}", *p.device_s, p.blocks_in_flight,
        p.device_is_ahead() ? "device" : "CPU",
        p.device_is_ahead() && !d.on_device ? ", but experimental, and --decode cuda was not asked for" : "");
  }
  return text + fmt::format(" ({})\n", d.rates);
}

Json prediction_json(const DecodePlan& d) {
  if (!d.prediction) return nullptr;
  const DecodePrediction& p = *d.prediction;
  return {{"cpu_s", p.cpu_s},
          {"threads", p.threads},
          {"device_s", p.device_s ? Json(*p.device_s) : Json(nullptr)},
          {"blocks_in_flight", p.blocks_in_flight}};
}

}  // namespace

std::string way_in(const PlannedInput& input, const DecodePlan& decode) {
  return input.source->way_in() + (decode.on_device ? ", decoded by the device" : "");
}

std::string decode_text(const DetectPlan& plan) {
  constexpr double kMiB = 1 << 20;
  const DecodePlan& d = plan.decode;
  if (!d.on_device) {
    return fmt::format("decode  all {} tiles by the CPU ({})\n", plan.tiles.tiles.size(), d.why) + prediction_text(d);
  }
  const std::int64_t in_flight = blocks_in_flight(plan, d.a_pass);
  std::string text = fmt::format("decode  all {} tiles by the device ({}); a block that it refuses by the CPU\n",
                                 plan.tiles.tiles.size(), d.why);
  text += prediction_text(d);
  text += fmt::format(
      "        a tile's blocks: at most {}, {:.1f} MiB of each slot's memory, {:.1f} MiB on the device; some {} blocks "
      "in "
      "flight{}\n",
      d.shape.block_count, double(PackedBatch::byte_count(d.shape)) / kMiB, double(batch_device_bytes(d.shape)) / kMiB,
      in_flight,
      in_flight < kWantedInFlight
          ? fmt::format(", of {} that it is made for: larger tiles or more slots give more", kWantedInFlight)
          : "");
  text += fmt::format("        {} blocks stored, {} unpacked by a pass over the grid{}\n", d.stored.block_count,
                      d.a_pass.block_count,
                      d.a_pass.block_count > d.stored.block_count ? ": those that tiles share, once for each" : "");
  const std::int64_t decoded = decoded_tile_bytes(plan);
  if (plan.keep != KeptTiles::none && !plan.sampled() && d.stored.packed_bytes < decoded) {
    text += fmt::format(
        "        kept packed the pair would take {:.0f} MiB, decoded it takes {:.0f} MiB; it is kept decoded\n",
        double(d.stored.packed_bytes) / kMiB, double(decoded) / kMiB);
  }
  return text;
}

Json decode_json(const DetectPlan& plan) {
  const DecodePlan& d = plan.decode;
  return {{"by", d.on_device ? plan.backend.backend->name() : "cpu"},
          {"why", d.why},
          {"experimental", d.on_device},
          {"batch",
           {{"blocks", d.shape.block_count},
            {"host_bytes", d.on_device ? PackedBatch::byte_count(d.shape) : 0},
            {"device_bytes", batch_device_bytes(d.shape)}}},
          {"stored_blocks", d.stored.block_count},
          {"stored_bytes", d.stored.packed_bytes},
          {"blocks_a_pass", d.a_pass.block_count},
          {"blocks_in_flight", d.on_device ? blocks_in_flight(plan, d.a_pass) : 0},
          {"rates", d.rates},
          {"prediction", prediction_json(d)}};
}

Json decode_counts_json(const DecodeCounts& counts) {
  return {{"device_blocks", counts.device_blocks},
          {"cpu_blocks", counts.cpu_blocks},
          {"refused_blocks", counts.refused_blocks}};
}

}  // namespace groundshift
