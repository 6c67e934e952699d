// SPDX-License-Identifier: Apache-2.0
// Scores, directions and p-values of a tile; classes once the threshold is known.
#include "host/engine/score_pass.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "host/base/error.hpp"
#include "host/engine/normalize_job.hpp"

namespace groundshift {
namespace {

constexpr std::uint8_t kUnchanged = 0, kChanged = 1, kNoClass = 255;
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

RasterView<const float> read_only(const RasterView<float>& view) {
  return {view.data, view.width, view.height, view.row_pitch};
}

}  // namespace

ScorePass::ScorePass(const DetectPlan& plan, const PairFit& fit, ProductMaker& products, const JobContext& context)
    : plan_(plan),
      fit_(fit),
      products_(products),
      context_(context),
      backend_(*plan.backend.backend),
      writer_(plan, fit.fits, context) {
  const std::size_t slots = static_cast<std::size_t>(plan.tiles.slot_count);
  statistics_of_.resize(slots);
  histogram_of_.resize(slots);
  add_products();
  if (!plan.keeps_scores()) return;
  const std::int64_t bytes =
      std::int64_t{plan.tiles.tile_width} * plan.tiles.tile_height * static_cast<std::int64_t>(sizeof(float));
  scores_ = std::make_unique<TileStore>(backend_, bytes, plan.score_store_bytes, plan.scratch_folder);
  scores_->grow(static_cast<std::int64_t>(plan.tiles.tiles.size()));
}

void ScorePass::add_products() {
  const ProductChoice& chosen = plan_.options.products;
  const auto path = [&](const char* name) { return product_path(plan_.options.out, name); };
  if (chosen.pvalue) {
    const auto null = plan_.method.options.null == NullKind::scaled_f ? fit_.null : std::nullopt;
    pvalues_.emplace(fit_.degrees_of_freedom, null);
    const std::string model = null ? fmt::format("{:.6g} F({}, {:.6g})", null->k, fit_.degrees_of_freedom, null->nu)
                                   : fmt::format("chi-square({})", fit_.degrees_of_freedom);
    pvalue_.emplace(
        plan_,
        RasterProductSpec{"pvalue", PixelType::f32, kNan, {"p-value where nothing changed, T ~ " + model}, {}, {}},
        path("pvalue"), context_);
  }
  if (chosen.normalized) {
    normalized_.emplace(plan_, RasterProductSpec{"normalized", PixelType::f32, kNan, normalized_names(plan_), {}, {}},
                        path("normalized"), context_);
  }
  if (chosen.direction) {
    angle_ = direction_recipe(ScoreKind::direction);
    rising_ = direction_recipe(ScoreKind::rising_bands);
    ignored_bins_.assign(statistics_of_.size(), std::vector<std::uint64_t>(kFloatBins, 0));
    direction_.emplace(plan_,
                       RasterProductSpec{"direction",
                                         PixelType::f32,
                                         kNan,
                                         {"angle of the change vector to (1, ..., 1), unit: radian",
                                          "sum of 2^b over the bands b = 0, 1, ... that rose"},
                                         {},
                                         {}},
                       path("direction"), context_);
  }
}

ScoreRecipe ScorePass::direction_recipe(ScoreKind kind) const {
  ScoreRecipe recipe;
  ScoreTerm term;
  term.kind = kind;
  term.fits = fit_.band_maps;
  recipe.terms.push_back(std::move(term));
  return recipe;
}

void ScorePass::run(PairTiles& tiles) {
  products_.begin(plan_.grid);
  tiles.clear_bins();
  tiles.each_of_grid(
      "score", [this](Slot& slot) { compute(slot); }, [this](Slot& slot) { consume(slot); },
      normalized_ ? HostPlanes::all : HostPlanes::validity);
  for (std::size_t i = 0; i < statistics_of_.size(); ++i) {
    statistics_.merge(statistics_of_[i]);
    if (i > 0) histogram_of_[0].merge(histogram_of_[i]);
  }
  thresholds_ = thresholds_of(histogram_of_[0], statistics_.max(), plan_.method, fit_.degrees_of_freedom, fit_.null);
}

void ScorePass::compute(Slot& slot) {
  backend_.score(*slot.workspace, slot.tile, fit_.recipe, slot.score, slot.bins);
  const Window& c = slot.tile.core;
  const RasterView<const float> score = read_only(slot.score);
  statistics_of_[slot.index].add(score, slot.tile.valid_view().window(c.x, c.y, c.width, c.height));
  histogram_of_[slot.index].add(score);
  writer_.hash(slot.core, score);
  std::int32_t plane = 1;
  if (direction_) {
    auto& bins = ignored_bins_[slot.index];
    backend_.score(*slot.workspace, slot.tile, angle_, slot.result(plane++), bins);
    backend_.score(*slot.workspace, slot.tile, rising_, slot.result(plane++), bins);
  }
  if (pvalue_) {
    float* p = slot.result(plane++).data;
    for (std::int64_t i = 0; i < pixel_count(slot.core); ++i) p[i] = (*pvalues_)(slot.score.data[i]);
  }
  if (normalized_) normalize_tile(slot, fit_.band_maps, plane);
}

void ScorePass::consume(Slot& slot) {
  const RasterView<const float> score = read_only(slot.score);
  writer_.write(slot.core, score);
  products_.add(slot.core, score);
  std::int32_t plane = 1;
  if (direction_) {
    direction_->write(slot.core, slot.result(plane).data);
    plane += 2;
  }
  if (pvalue_) pvalue_->write(slot.core, slot.result(plane++).data);
  if (normalized_) normalized_->write(slot.core, slot.result(plane).data);
  if (!scores_) return;
  if (std::byte* kept = scores_->resident(slot.tile_index)) {
    std::copy_n(score.data, pixel_count(slot.core), reinterpret_cast<float*>(kept));
  } else {
    scores_->spill(slot.tile_index, reinterpret_cast<const std::byte*>(score.data));
  }
}

void ScorePass::classify() {
  const auto limit = static_cast<float>(thresholds_->used.value);
  class_.emplace(plan_,
                 RasterProductSpec{
                     "class",
                     PixelType::u8,
                     kNoClass,
                     {fmt::format("change: score above {:.6g} ({})", thresholds_->used.value, thresholds_->used.rule)},
                     {{kUnchanged, "unchanged", 235, 235, 235}, {kChanged, "changed", 215, 25, 28}},
                     {{"GROUNDSHIFT_THRESHOLD", fmt::format("{:.9g}", thresholds_->used.value)}}},
                 product_path(plan_.options.out, "class"), context_);
  std::vector<float> buffer;
  std::vector<std::uint8_t> classes;
  std::int64_t changed = 0, scored = 0;
  for (std::size_t t = 0; t < plan_.tiles.tiles.size(); ++t) {
    throw_if_stopped(context_.stop);
    const Window& core = plan_.tiles.tiles[t];
    const auto tile = static_cast<std::int64_t>(t);
    const auto* scores = reinterpret_cast<const float*>(scores_->resident(tile));
    if (scores == nullptr) {
      buffer.resize(static_cast<std::size_t>(scores_->record_bytes()) / sizeof(float));
      scores_->fetch(tile, reinterpret_cast<std::byte*>(buffer.data()));
      scores = buffer.data();
    }
    classes.resize(static_cast<std::size_t>(pixel_count(core)));
    for (std::size_t i = 0; i < classes.size(); ++i) {
      classes[i] = std::isnan(scores[i]) ? kNoClass : scores[i] > limit ? kChanged : kUnchanged;
      scored += classes[i] != kNoClass;
      changed += classes[i] == kChanged;
    }
    class_->write(core, classes.data());
  }
  thresholds_->used.changed_fraction = scored > 0 ? static_cast<double>(changed) / static_cast<double>(scored) : 0.0;
  score_scratch_bytes_ = scores_->scratch_bytes();
  scores_.reset();
}

void ScorePass::finish() {
  const ScoreStatistics& s = statistics_;
  writer_.finish({s.min(), s.max(), s.mean(), s.std(), s.valid_count()});
  if (pvalue_) pvalue_->finish();
  if (direction_) direction_->finish();
  if (normalized_) normalized_->finish();
  if (!scores_) return;
  if (!thresholds_) throw InputError("there is no scored pixel to classify");
  classify();
  class_->finish();
}

std::vector<ProductRecord> ScorePass::commit() {
  std::vector<ProductRecord> records{writer_.commit()};
  for (std::optional<RasterProduct>* product : {&class_, &pvalue_, &direction_, &normalized_}) {
    if (*product) records.push_back((*product)->commit());
  }
  const BandStatistics statistics{statistics_.min(), statistics_.max(), statistics_.mean(), statistics_.std(),
                                  statistics_.valid_count()};
  const HeatmapFacts facts{plan_.options.out, heatmap_title(plan_), statistics, writer_.stored_scale(), 0.0};
  for (ProductRecord& record : products_.finish(facts)) records.push_back(std::move(record));
  return records;
}

}  // namespace groundshift
