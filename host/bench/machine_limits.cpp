// SPDX-License-Identifier: Apache-2.0
// Rates of the machine on the blocks of the pair at hand.
#include "host/bench/machine_limits.hpp"

#include <algorithm>
#include <cctype>
#include <utility>

#include "host/bench/codec_rates.hpp"
#include "host/bench/hash_rates.hpp"
#include "host/bench/memory_rates.hpp"
#include "host/geo/gdal_owners.hpp"
#include "kernels/codec/block_encoder.hpp"

namespace groundshift {
namespace {

constexpr std::int64_t kSampleBytes = std::int64_t{96} << 20;  // of pixels, to take a codec's rate on

/// Decodes units of both dates, spread over the images, two beside each other at once as the jobs do.
Rates decode_rates(DetectPlan& plan, int threads) {
  struct Unit {
    RasterSource* source;
    Window window;
  };
  std::vector<Unit> units;
  std::size_t plane = 0;
  for (const PlannedInput* input : {&plan.before, &plan.after}) {
    RasterSource& source = *input->source;
    const Grid& grid = source.description().grid;
    std::vector<Unit> all;
    const std::int32_t width = std::min(2 * source.unit_width(), grid.width), height = source.unit_height();
    for (std::int32_t y = 0; y < grid.height; y += height) {
      for (std::int32_t x = 0; x < grid.width; x += width) {
        all.push_back({&source, {x, y, std::min(width, grid.width - x), std::min(height, grid.height - y)}});
      }
    }
    plane = std::max(plane, static_cast<std::size_t>(width) * height);
    const std::int64_t unit_bytes =
        std::int64_t{width} * height * plan.band_count * static_cast<std::int64_t>(byte_count(plan.type));
    const auto wanted = static_cast<std::size_t>(
        std::clamp<std::int64_t>(kSampleBytes / unit_bytes, threads, static_cast<std::int64_t>(all.size())));
    for (std::size_t i = 0; i < wanted; ++i) units.push_back(all[(2 * i + 1) * all.size() / (2 * wanted)]);
  }
  const auto pixel_bytes = static_cast<std::size_t>(plan.band_count) * byte_count(plan.type);
  double amount = 0.0;
  for (const Unit& unit : units) {
    amount += static_cast<double>(pixel_count(unit.window)) * static_cast<double>(pixel_bytes);
  }
  limit_gdal_block_cache(0);  // what one round decoded must not serve the next
  limit_gdal_block_cache(std::int64_t{16} << 20);
  const auto rate = [&](int count) {
    std::vector<std::vector<std::byte>> pixels(static_cast<std::size_t>(count),
                                               std::vector<std::byte>(plane * (pixel_bytes + 1)));
    return rate_of(count, amount, [&](int t) {
      std::byte* const to = pixels[static_cast<std::size_t>(t)].data();
      auto* const valid = reinterpret_cast<std::uint8_t*>(to + plane * pixel_bytes);
      for (auto i = static_cast<std::size_t>(t); i < units.size(); i += static_cast<std::size_t>(count)) {
        const Window& w = units[i].window;
        units[i].source->decode(w, to, w.width, static_cast<std::ptrdiff_t>(plane), valid);
      }
    });
  };
  return {rate(1), rate(threads)};
}

std::string lower_case(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::tolower(c); });
  return text.empty() ? "none" : text;
}

}  // namespace

std::optional<StoredBlocks> blocks_of(const std::string& before_path, const std::string& after_path) {
  auto blocks = stored_blocks(before_path, kSampleBytes / 2);
  const auto after = stored_blocks(after_path, kSampleBytes / 2);
  if (blocks && after && after->text() == blocks->text() && after->block_bytes() == blocks->block_bytes() &&
      after->lanes == blocks->lanes) {
    blocks->packed.insert(blocks->packed.end(), after->packed.begin(), after->packed.end());
  }
  return blocks;
}

Limits machine_limits(DetectPlan& plan, const std::filesystem::path& folder) {
  const std::string &before = plan.options.before, &after = plan.options.after;
  Limits limits;
  const int threads = limits.threads = plan.options.resources.threads;
  if (const auto blocks = blocks_of(before, after)) {
    limits.codec = blocks->text();
    limits.unpack = unpack_rates(*blocks, threads);
  } else {
    limits.codec = lower_case(plan.before.description.compression);
  }
  limits.decode = decode_rates(plan, threads);
  limits.hash = hash_rates(threads);
  limits.triad = triad_rates(threads);
  limits.fresh_memory = fresh_memory_rates(threads);
  limits.storage = storage_rates({before, after}, folder, threads);
  return limits;
}

void add_pack_rates(Limits& limits, const std::filesystem::path& heatmap) {
  const auto blocks = stored_blocks(heatmap.string(), kSampleBytes / 2);
  if (!blocks) return;
  limits.pack = pack_rates(*blocks, limits.threads);
  limits.packer = blocks->text() + " by " + packer_of(blocks->codec, contents_after(blocks->predictor));
}

Limits median_of(const std::vector<Limits>& samples) {
  Limits out = samples.front();
  const auto settle = [&](double& value, const auto& rate) {
    std::vector<double> values;
    for (const Limits& sample : samples) values.push_back(rate(sample));
    value = median(std::move(values));
  };
  const auto settle_both = [&](Rates& value, const auto& rates) {
    settle(value.one, [&](const Limits& l) { return rates(l).one; });
    settle(value.all, [&](const Limits& l) { return rates(l).all; });
  };
  for (Rates Limits::*const rates : {&Limits::decode, &Limits::hash, &Limits::triad, &Limits::fresh_memory}) {
    settle_both(out.*rates, [=](const Limits& l) { return l.*rates; });
  }
  for (std::optional<Rates> Limits::*const rates : {&Limits::unpack, &Limits::pack}) {
    if (out.*rates) settle_both(*(out.*rates), [=](const Limits& l) { return (l.*rates).value_or(Rates{}); });
  }
  for (std::optional<double> StorageRates::*const rate : {&StorageRates::cached, &StorageRates::direct}) {
    if (out.storage.*rate)
      settle(*(out.storage.*rate), [=](const Limits& l) { return (l.storage.*rate).value_or(0.0); });
  }
  settle(out.storage.write, [](const Limits& l) { return l.storage.write; });
  return out;
}

}  // namespace groundshift
