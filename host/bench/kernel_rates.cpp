// SPDX-License-Identifier: Apache-2.0
// The verbs of a backend on tiles that are already decoded.
#include "host/bench/kernel_rates.hpp"

#include <algorithm>
#include <cstring>
#include <functional>

#include "host/engine/resources.hpp"
#include "kernels/solve/weight_table.hpp"

namespace groundshift {
namespace {

/// Weights as a turn of IR-MAD asks for them: as many forms as bands, of all bands of both dates.
WeightRule table_rule(std::int32_t band_count, std::int32_t box) {
  WeightRule rule;
  rule.kind = WeightKind::table;
  const WeightTable table = chi2_weight_table(band_count);
  rule.table = table.weights;
  rule.inverse_step = table.inverse_step;
  rule.box = box;
  Projection& form = rule.form;
  form.variable_count = 2 * band_count;
  form.center.assign(static_cast<std::size_t>(form.variable_count), 1000.0f);
  form.bias.assign(static_cast<std::size_t>(band_count), 0.0f);
  form.matrix.assign(form.bias.size() * form.center.size(), 0.001f);
  form.group_end = {band_count};
  return rule;
}

}  // namespace

void BenchTiles::fill(DetectPlan& plan, PairTile& tile, std::byte* memory, int index, int count) {
  const std::int64_t plane = std::int64_t{tile.width} * tile.height;
  const auto date_bytes = static_cast<std::size_t>(plane * plan.band_count) * byte_count(plan.type);
  std::memset(memory, 0, 2 * date_bytes);
  auto* valid = reinterpret_cast<std::uint8_t*>(memory + 2 * date_bytes);
  const auto read = [&](PlannedInput& input, std::byte* to) {
    const Grid& grid = input.description.grid;
    Window window{0, 0, std::min(tile.width, grid.width), std::min(tile.height, grid.height)};
    // Down the image's diagonal, in whole tiles.
    const auto place = [&](std::int32_t side, std::int32_t length) {
      const std::int32_t steps = std::max(length / side, 1);
      return side * static_cast<std::int32_t>(std::int64_t{index} * steps / count);
    };
    window.x = std::min(place(window.width, grid.width), grid.width - window.width);
    window.y = std::min(place(window.height, grid.height), grid.height - window.height);
    input.source->decode(window, to, tile.row_pitch, tile.band_pitch, valid);
  };
  read(plan.before, memory);
  read(plan.after, memory + date_bytes);
  std::memset(valid, 1, static_cast<std::size_t>(plane));
  tile.before = memory;
  tile.after = memory + date_bytes;
  tile.valid = valid;
}

BenchTiles::BenchTiles(DetectPlan& plan, Backend& backend, int count) {
  PairTile shape;
  shape.type = plan.type;
  shape.band_count = plan.band_count;
  shape.width = std::min(plan.tiles.tile_width, plan.grid.width);
  shape.height = std::min(plan.tiles.tile_height, plan.grid.height);
  shape.row_pitch = shape.width;
  shape.band_pitch = std::ptrdiff_t{shape.width} * shape.height;
  shape.core = {0, 0, shape.width, shape.height};
  bytes_ = shape.band_pitch * (2 * shape.band_count * static_cast<std::int64_t>(byte_count(shape.type)) + 1);
  const WorkspaceShape workspace = workspace_shape(plan);
  for (int i = 0; i < count; ++i) {
    memory_.push_back(backend.allocate_host(static_cast<std::size_t>(bytes_)));
    workspaces_.push_back(backend.make_workspace(workspace));
    tiles_.push_back(shape);
    fill(plan, tiles_.back(), static_cast<std::byte*>(memory_.back().data()), i, count);
  }
  host_tiles_ = tiles_;
  if (!backend.has_device_memory()) return;
  device_ = backend.reserve_device_tiles(workspace, count);
  for (std::size_t i = 0; i < device_.size(); ++i) {
    backend.keep_on_device(*workspaces_[i], *device_[i], tiles_[i]);
    tiles_[i].device = device_[i].get();
  }
}

std::optional<DeviceRates> BenchTiles::device_rates(Backend& backend) {
  if (device_.empty()) return std::nullopt;
  DeviceRates rates;
  const auto bytes = static_cast<double>(bytes_);
  rates.copy_in = rate_of(1, bytes, [&](int) { backend.keep_on_device(*workspaces_[0], *device_[0], host_tiles_[0]); });
  rates.copy_out = rate_of(1, bytes, [&](int) { backend.copy_back(*workspaces_[0], tiles_[0], HostPlanes::all); });
  rates.copy = backend.device_copy_rate();
  return rates;
}

KernelRates kernel_rates(DetectPlan& plan, const ScoreRecipe& recipe, int threads) {
  using Verb = std::function<void(Backend&, const BenchTiles&, std::size_t)>;
  constexpr std::int64_t kFromMemory = std::int64_t{64} << 20;  // more than a core's share of the caches
  Backend& job = *plan.backend.backend;
  const bool device = job.has_device_memory();
  const std::unique_ptr<Backend> alone = device ? nullptr : make_cpu_backend(1);
  const FitNeeds needs = fit_needs(plan.options, plan.method, plan.type);
  KernelRates out;
  for (const bool all : {false, true}) {
    const int callers = all ? threads : 1;
    Backend& backend = all || device ? job : *alone;
    const std::int64_t tile_bytes = std::int64_t{plan.tiles.tile_width} * plan.tiles.tile_height * 2 * plan.band_count *
                                    static_cast<std::int64_t>(byte_count(plan.type));
    const auto tiles_each = static_cast<int>(std::clamp<std::int64_t>(kFromMemory / tile_bytes / callers, 1, 8));
    const BenchTiles tiles(plan, backend, callers * tiles_each);
    std::vector<std::vector<std::uint64_t>> bins(tiles.count(), std::vector<std::uint64_t>(kFloatBins));
    std::vector<TileGram> grams(tiles.count()), held(tiles.count());
    std::vector<HostBuffer> scores;
    for (int t = 0; t < callers; ++t) {
      scores.push_back(backend.allocate_host(static_cast<std::size_t>(tiles.pixels()) * sizeof(float)));
    }
    const auto rate = [&](const Verb& verb) {
      return rate_of(callers, static_cast<double>(tiles.pixels()) * static_cast<double>(tiles.count()), [&](int t) {
        for (auto i = static_cast<std::size_t>(t); i < tiles.count(); i += static_cast<std::size_t>(callers)) {
          verb(backend, tiles, i);
        }
      });
    };
    const auto gram_rate = [&](const GramRecipe& gram) {
      return rate([&](Backend& b, const BenchTiles& from, std::size_t i) {
        b.gram(from.workspace(i), from.tile(i), gram, grams[i]);
      });
    };
    const auto set = [&](Rates& rates, double value) { (all ? rates.all : rates.one) = value; };
    GramRecipe unit;
    unit.products = needs.products;
    set(out.moments, needs.held_out ? rate([&](Backend& b, const BenchTiles& from, std::size_t i) {
          b.gram_and_held_out(from.workspace(i), from.tile(i), unit, grams[i], held[i]);
        })
                                    : gram_rate(unit));
    const WeightRule rule = table_rule(plan.band_count, 1);
    GramRecipe weighted, smoothed;
    weighted.weight = rule;
    smoothed.weight = table_rule(plan.band_count, 5);
    set(out.weighted, gram_rate(weighted));
    if (plan.halo >= smoothed.weight.halo()) set(out.smoothed, gram_rate(smoothed));
    set(out.histogram, rate([&](Backend& b, const BenchTiles& from, std::size_t i) {
          b.form_histogram(from.workspace(i), from.tile(i), rule, bins[i]);
        }));
    set(out.score, rate([&](Backend& b, const BenchTiles& from, std::size_t i) {
          const PairTile& tile = from.tile(i);
          auto* score = static_cast<float*>(scores[i % static_cast<std::size_t>(callers)].data());
          b.score(from.workspace(i), tile, recipe, {score, tile.width, tile.height, tile.width});
        }));
  }
  return out;
}

std::optional<DeviceRates> device_rates(DetectPlan& plan) {
  Backend& backend = *plan.backend.backend;
  if (!backend.has_device_memory()) return std::nullopt;
  return BenchTiles(plan, backend, 1).device_rates(backend);
}

}  // namespace groundshift
