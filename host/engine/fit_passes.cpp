// SPDX-License-Identifier: Apache-2.0
// Passes over the fit's tiles.
#include "host/engine/fit_passes.hpp"

#include <algorithm>
#include <stdexcept>

#include <fmt/format.h>

#include "host/base/error.hpp"
#include "kernels/solve/float_histogram.hpp"

namespace groundshift {
namespace {

constexpr double kClippedShare = 0.01;  ///< source : RECIPES 1

/// A tile's pair of one band.
PairTile band_of(const PairTile& tile, std::int32_t band) {
  PairTile one = tile;
  const std::ptrdiff_t skipped = band * tile.band_pitch * static_cast<std::ptrdiff_t>(byte_count(tile.type));
  one.band_count = 1;
  one.device_band = band;
  if (tile.before != nullptr) one.before = static_cast<const std::byte*>(tile.before) + skipped;
  if (tile.after != nullptr) one.after = static_cast<const std::byte*>(tile.after) + skipped;
  return one;
}

GramRecipe at(GramRecipe recipe, const Slot& slot) {
  recipe.origin_x = slot.core.x - slot.tile.core.x;
  recipe.origin_y = slot.core.y - slot.tile.core.y;
  return recipe;
}

}  // namespace

FitPasses::FitPasses(const DetectPlan& plan, PairTiles& tiles, const JobContext& context)
    : plan_(plan),
      tiles_(tiles),
      context_(context),
      backend_(*plan.backend.backend),
      extremes_(plan.band_count),
      everything_(plan.type, 2 * plan.band_count),
      held_out_(plan.type, 2 * plan.band_count),
      held_(tiles.slots().size()),
      extremes_of_(tiles.slots().size(), PairExtremes(plan.band_count)) {}

void FitPasses::take(Slot& slot) {
  GramRecipe recipe = at({}, slot);
  recipe.products = needs_.products;
  if (needs_.held_out) {
    backend_.gram_and_held_out(*slot.workspace, slot.tile, recipe, slot.gram, held_[slot.index]);
  } else {
    backend_.gram(*slot.workspace, slot.tile, recipe, slot.gram);
  }
  if (lattice_) lattice_->add(slot.tile);
  if (needs_.median) backend_.value_histogram(*slot.workspace, slot.tile, slot.bins);
}

void FitPasses::merge(const Slot& slot) {
  everything_.add(slot.gram);
  if (needs_.held_out) held_out_.add(held_[slot.index]);
}

const FitLattice* FitPasses::lattice() const {
  constexpr std::int64_t kPointsPerSquare = 100;  // fewer a squared band count, and IR-MAD's guards end it
  const std::int64_t least = kPointsPerSquare * plan_.band_count * plan_.band_count;
  const bool worth = sample_.valid_pixels >= FitLattice::kLeastPixels && lattice_ && lattice_->valid_points() >= least;
  return worth ? &*lattice_ : nullptr;
}

MomentSummary FitPasses::lattice_moments(const WeightRule& rule) {
  return lattice_->moments(backend_, *tiles_.slots().front().workspace, rule);
}

void FitPasses::load(const FitNeeds& needs) {
  needs_ = needs;
  const std::int64_t pixels = pixel_count(plan_.grid);
  const std::int64_t most = plan_.sampled() ? std::min(pixels, plan_.method.fit_pixels) : pixels;
  if (needs.warm_start && most >= FitLattice::kLeastPixels) lattice_.emplace(plan_.type, plan_.band_count, most);
  start_statistics();
  const auto compute = [&](Slot& slot) {
    take(slot);
    PairExtremes own(plan_.band_count);
    own.add(slot.tile);
    extremes_of_[slot.index] = std::move(own);
  };
  const auto consume = [&](Slot& slot) {
    merge(slot);
    extremes_.merge(extremes_of_[slot.index]);
  };
  const std::int64_t across = (plan_.grid.width + kCellSize - 1) / kCellSize;
  const std::int64_t down = (plan_.grid.height + kCellSize - 1) / kCellSize;
  sample_.sampled = plan_.sampled();
  sample_.cells_of_grid = across * down;
  if (!sample_.sampled) {
    sample_.cells = sample_.cells_of_grid;
    tiles_.load(compute, consume);
  } else {
    constexpr std::int64_t kCellPixels = std::int64_t{kCellSize} * kCellSize;
    const std::int64_t wanted = plan_.method.fit_pixels;
    while (extremes_.valid() < wanted) {
      const std::int64_t round = (wanted - extremes_.valid() + kCellPixels - 1) / kCellPixels;
      const std::int64_t added = tiles_.add_cells(round);
      if (added == 0) break;
      sample_.cells += added;
      tiles_.load(compute, consume);
    }
  }
  sample_.valid_pixels = extremes_.valid();
  if (needs_.median) values_ = tiles_.merged_bins();
  const auto clipped = static_cast<double>(extremes_.clipped());
  if (extremes_.valid() > 0 && clipped > kClippedShare * static_cast<double>(extremes_.valid())) {
    clipped_ = extremes_.clipped();
    context_.warnings->add(
        "clipped_pixels",
        "pixels hold the smallest value of every band on both dates (fill or clipping): they are kept "
        "out of all statistics",
        clipped_);
    tiles_.prepare_with([minimum = extremes_.minimum()](const PairTile& tile) { keep_out_clipped(tile, minimum); },
                        true);
    statistics_again();
  }
}

void FitPasses::start_statistics() {
  everything_ = PairGram(plan_.type, 2 * plan_.band_count, needs_.products);
  held_out_ = everything_;
  tiles_.clear_bins();
  if (lattice_) lattice_->clear();
}

void FitPasses::statistics_again() {
  start_statistics();
  tiles_.each(
      "statistics", [&](Slot& slot) { take(slot); }, [&](Slot& slot) { merge(slot); },
      lattice_ ? HostPlanes::all : HostPlanes::none);
  if (needs_.median) values_ = tiles_.merged_bins();
}

FitGrams FitPasses::grams(const GramRecipe& recipe, const std::string& name, std::optional<std::int32_t> band,
                          bool held_out) {
  const bool texture = recipe.texture.has_value();
  const PairGram none(texture ? PixelType::f32 : plan_.type, texture || band ? 2 : 2 * plan_.band_count);
  FitGrams total{none, none};
  tiles_.each(
      name,
      [&](Slot& slot) {
        const PairTile tile = band ? band_of(slot.tile, *band) : slot.tile;
        if (held_out) {
          backend_.gram_and_held_out(*slot.workspace, tile, at(recipe, slot), slot.gram, held_[slot.index]);
        } else {
          backend_.gram(*slot.workspace, tile, at(recipe, slot), slot.gram);
        }
      },
      [&](Slot& slot) {
        total.everything.add(slot.gram);
        if (held_out) total.held_out.add(held_[slot.index]);
      },
      HostPlanes::none);
  return total;
}

PairGram FitPasses::gram(const WeightRule& rule, const std::string& name, std::optional<std::int32_t> band) {
  GramRecipe recipe;
  recipe.weight = rule;
  return grams(recipe, name, band, false).everything;
}

FitGrams FitPasses::gram_and_held_out(const WeightRule& rule, const std::string& name,
                                      std::optional<std::int32_t> band) {
  GramRecipe recipe;
  recipe.weight = rule;
  return grams(recipe, name, band, true);
}

PairGram FitPasses::texture(const std::vector<BandFit>& fits, const WeightRule& rule) {
  GramRecipe recipe;
  recipe.weight = rule;
  recipe.texture = TextureFits{fits};
  return grams(recipe, "texture", {}, false).everything;
}

std::vector<std::uint64_t> FitPasses::form_histogram(const WeightRule& form, const std::string& name,
                                                     std::optional<std::int32_t> band) {
  tiles_.clear_bins();
  tiles_.each(
      name,
      [&](Slot& slot) {
        backend_.form_histogram(*slot.workspace, band ? band_of(slot.tile, *band) : slot.tile, form, slot.bins);
      },
      [](Slot&) {}, HostPlanes::none);
  return tiles_.merged_bins();
}

std::optional<double> FitPasses::median() const { return quantile(values_, 0.5); }

std::vector<ValueMap> FitPasses::match_histograms() {
  std::vector<ValueMap> maps;
  for (std::int32_t b = 0; b < plan_.band_count; ++b) {
    std::vector<std::vector<std::uint64_t>> dates;
    for (const Date date : {Date::before, Date::after}) {
      tiles_.clear_bins();
      tiles_.each(
          "histogram",
          [&](Slot& slot) {
            backend_.band_histogram(*slot.workspace, slot.tile, date, b, plan_.source_type, slot.bins);
          },
          [](Slot&) {}, HostPlanes::none);
      dates.push_back(tiles_.merged_bins());
    }
    try {
      maps.emplace_back(plan_.source_type, dates[0], dates[1]);
    } catch (const std::domain_error& e) {
      throw InputError(fmt::format("{} to {}: normalization histogram is impossible: band {}: {}", plan_.options.after,
                                   plan_.options.before, b + 1, e.what()));
    }
  }
  tiles_.prepare_with(
      [maps](const PairTile& tile) {
        // The tile's memory is the slot's or the store's own, filled by the reader that calls this.
        auto* after = static_cast<float*>(const_cast<void*>(tile.after));
        for (std::int32_t b = 0; b < tile.band_count; ++b) {
          for (std::int32_t y = 0; y < tile.height; ++y) {
            float* row = after + b * tile.band_pitch + y * tile.row_pitch;
            const std::uint8_t* valid = tile.valid_view().row(y);
            for (std::int32_t x = 0; x < tile.width; ++x) {
              if (valid[x] != 0) row[x] = maps[static_cast<std::size_t>(b)](row[x]);
            }
          }
        }
      },
      false);
  statistics_again();
  return maps;
}

}  // namespace groundshift
