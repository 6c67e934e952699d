// SPDX-License-Identifier: Apache-2.0
// Scores, directions and p-values of a tile; classes once the threshold is known.
#include "host/engine/score_pass.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "host/base/error.hpp"
#include "host/engine/normalized_pixels.hpp"

namespace groundshift {
namespace {

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
  if (plan.keeps_scores()) scores_ = std::make_unique<KeptScores>(plan);
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
    normalized_.emplace(plan_, normalized_raster(plan_), path("normalized"), context_);
  }
  if (chosen.direction) {
    angle_ = direction_recipe(ScoreKind::direction);
    rising_ = direction_recipe(ScoreKind::rising_bands);
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
  products_.begin_dates(plan_);
  products_.begin(plan_.grid);
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
  backend_.score(*slot.workspace, slot.tile, fit_.recipe, slot.score);
  const Window& c = slot.tile.core;
  const RasterView<const float> score = read_only(slot.score);
  statistics_of_[slot.index].add(score, slot.tile.valid_view().window(c.x, c.y, c.width, c.height));
  histogram_of_[slot.index].add(score);
  writer_.hash(slot.core, score);
  std::int32_t plane = 1;
  if (direction_) {
    backend_.score(*slot.workspace, slot.tile, angle_, slot.result(plane++));
    backend_.score(*slot.workspace, slot.tile, rising_, slot.result(plane++));
  }
  if (pvalue_) {
    float* p = slot.result(plane++).data;
    for (std::int64_t i = 0; i < pixel_count(slot.core); ++i) p[i] = (*pvalues_)(slot.score.data[i]);
  }
  products_.see(slot.core, slot.tile);
  if (normalized_) normalize_tile(plan_, slot, fit_.band_maps, plane);
  write(slot, true);
}

/// The rasters that compute threads may pack themselves, or the others.
void ScorePass::write(Slot& slot, bool concurrent) {
  if (writer_.concurrent() == concurrent) writer_.write(slot.core, read_only(slot.score));
  std::int32_t plane = 1;
  const auto put = [&](std::optional<RasterProduct>& product, std::int32_t planes) {
    if (!product) return;
    if (product->concurrent() == concurrent) product->write(slot.core, slot.result(plane).data);
    plane += planes;
  };
  put(direction_, 2);
  put(pvalue_, 1);
  put(normalized_, plan_.band_count);
}

void ScorePass::consume(Slot& slot) {
  const RasterView<const float> score = read_only(slot.score);
  write(slot, false);
  products_.add(slot.core, score);
  if (scores_) scores_->keep(slot.tile_index, score.data);
}

LogWindow ScorePass::score_window() const {
  return thresholds_window(histogram_of_[0], statistics_.max(), plan_.method);
}

BandStatistics ScorePass::band_statistics() const {
  const ScoreStatistics& s = statistics_;
  return {s.min(), s.max(), s.mean(), s.std(), s.valid_count()};
}

void ScorePass::write_kept() {
  if (scores_) writer_.write_kept(*scores_, band_statistics());
}

HeatmapFacts ScorePass::facts() const {
  return {plan_.options.out, heatmap_title(plan_), band_statistics(), writer_.stored_scale(), 0.0};
}

std::vector<std::function<void()>> ScorePass::ends() {
  std::vector<std::function<void()>> out;
  for (std::optional<RasterProduct>* product : {&normalized_, &direction_, &pvalue_}) {
    if (*product) out.emplace_back([product] { (*product)->finish(); });
  }
  out.emplace_back([this] { writer_.finish(band_statistics()); });
  return out;
}

void ScorePass::prepare_pictures() { products_.prepare(facts()); }

std::vector<ProductRecord> ScorePass::commit() {
  std::vector<ProductRecord> records{writer_.commit()};
  for (std::optional<RasterProduct>* product : {&pvalue_, &direction_, &normalized_}) {
    if (*product) records.push_back((*product)->commit());
  }
  for (ProductRecord& record : products_.finish(facts())) records.push_back(std::move(record));
  return records;
}

}  // namespace groundshift
