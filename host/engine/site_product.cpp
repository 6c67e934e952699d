// SPDX-License-Identifier: Apache-2.0
// Strips of kept scores into sites, tiles of both dates into their attributes, files at the end.
#include "host/engine/site_product.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "host/sites/class_raster.hpp"
#include "host/sites/icm.hpp"
#include "host/sites/strips.hpp"
#include "kernels/solve/null_model.hpp"

namespace groundshift {
namespace fs = std::filesystem;
namespace {

constexpr double kGreener = 0.1;  ///< change of NDVI that is named
constexpr std::int64_t kStripShare = 16;

SiteOptions site_options(const DetectPlan& plan, double threshold, std::int64_t memory_bytes) {
  const SiteChoice& choice = plan.options.sites;
  SiteOptions out;
  out.threshold = threshold;
  // ICM has decided already; a threshold of 0 or below cannot be lowered by a factor.
  const bool grows = !choice.icm && threshold > 0.0;
  out.hysteresis_factor = grows ? plan.method.hysteresis : 1.0;
  out.open_radius = choice.open_radius;
  out.close_radius = choice.close_radius;
  out.min_area = choice.min_area;
  out.max_hole = choice.max_hole;
  out.connectivity = choice.connectivity;
  out.memory_bytes = memory_bytes;
  out.scratch_folder = plan.scratch_folder;
  return out;
}

SiteLayerOptions layer_options(const DetectPlan& plan) {
  const SiteChoice& choice = plan.options.sites;
  return {site_layer_path(plan.options.out), choice.simplify, choice.top, plan.options.overwrite};
}

/// Position in the selection of the band with this common name.
std::optional<std::size_t> band_named(const PlannedInput& input, std::string_view name) {
  for (std::size_t i = 0; i < input.selection.bands.size(); ++i) {
    const auto band = static_cast<std::size_t>(input.selection.bands[i] - 1);
    if (input.description.bands[band].common_name == name) return i;
  }
  return std::nullopt;
}

/// Indices of the plan's tiles that hold a pixel of a site.
std::vector<std::int64_t> tiles_with_sites(const DetectPlan& plan, FindSites& sites) {
  const TilePlan& t = plan.tiles;
  const std::int32_t across = (plan.grid.width - 1) / t.tile_width + 1,
                     down = (plan.grid.height - 1) / t.tile_height + 1;
  std::vector<char> held(static_cast<std::size_t>(across) * static_cast<std::size_t>(down), 0);
  std::vector<Run> runs;
  for (std::int32_t row = 0; row < plan.grid.height; ++row) {
    sites.read_row(row, runs);
    char* tile_row = held.data() + std::ptrdiff_t{row / t.tile_height} * across;
    for (const Run& run : runs) {
      for (std::int32_t x = run.begin / t.tile_width; x <= (run.end - 1) / t.tile_width; ++x) tile_row[x] = 1;
    }
  }
  std::vector<std::int64_t> out;
  for (std::size_t i = 0; i < t.tiles.size(); ++i) {
    const Window& core = t.tiles[i];
    const std::size_t place = static_cast<std::size_t>(core.y / t.tile_height) * static_cast<std::size_t>(across) +
                              static_cast<std::size_t>(core.x / t.tile_width);
    if (held[place] != 0) out.push_back(static_cast<std::int64_t>(i));
  }
  return out;
}

}  // namespace

SiteProduct::SiteProduct(const DetectPlan& plan, const PairFit& fit, const ScoreThresholds& thresholds,
                         std::int64_t memory_bytes, const JobContext& context)
    : plan_(plan),
      fit_(fit),
      thresholds_(thresholds),
      memory_bytes_(memory_bytes),
      context_(context),
      sites_(site_options(plan, thresholds.used.value, memory_bytes), plan.grid) {}

void SiteProduct::find(KeptScores& scores, const LogWindow& window) {
  const Grid& grid = plan_.grid;
  const StripShape shape{grid.width, grid.height, plan_.tiles.tile_width, plan_.tiles.tile_height,
                         memory_bytes_ / kStripShare};
  const auto read = [&](const Window& w, float* to, std::ptrdiff_t row_pitch) { scores.read(w, to, row_pitch); };
  if (plan_.method.hysteresis > 1.0 && sites_.options().hysteresis_factor == 1.0 && !plan_.options.sites.icm) {
    context_.warnings->add("hysteresis_off", "the threshold is not above 0: a lower one cannot be had by a factor");
  }
  context_.progress->begin("sites", pixel_count(grid));
  if (plan_.options.sites.icm) {
    add_labelled(scores, window, shape.rows());
  } else {
    for_each_strip(
        shape,
        [&](std::int32_t, std::int32_t) {
          throw_if_stopped(context_.stop);
          return true;
        },
        read,
        [&](std::int32_t y, std::int32_t count, const float* rows) {
          sites_.add_rows(y, count, rows);
          context_.progress->advance(std::int64_t{grid.width} * count);
        });
  }
  sites_.finish();
  context_.progress->end();
  if (!plan_.options.products.sites) return;
  for_each_strip(
      shape,
      [&](std::int32_t y, std::int32_t count) {
        throw_if_stopped(context_.stop);
        return sites_.has_sites(y, count);
      },
      read, [&](std::int32_t y, std::int32_t count, const float* rows) { sites_.measure_rows(y, count, rows); });
  if (sites_.areas() && !sites_.areas()->caution.empty()) {
    context_.warnings->add("areas_approximate", sites_.areas()->caution);
  }
  const NullModel null{fit_.degrees_of_freedom,
                       plan_.method.options.null == NullKind::scaled_f ? fit_.null : std::nullopt};
  if (!has_null(plan_.method, null)) return;
  for (const SiteScores& site : sites_.scores()) dates_.p_min.push_back(null.p_value(double{site.max}));
}

/// Labels instead of scores: above every threshold, below every one, or none.
void SiteProduct::add_labelled(KeptScores& scores, const LogWindow& window, std::int32_t strip_rows) {
  const Grid& grid = plan_.grid;
  const auto model = two_class_model(window, thresholds_.used.value / window.scale);
  if (!model) {
    context_.warnings->add("icm_skipped", "one class holds every score: there is nothing to regularise");
  }
  const IcmOptions options = *plan_.options.sites.icm;
  std::optional<Icm> icm;
  // The model is of scores in the window's unit.
  const auto unit = static_cast<float>(window.scale);
  if (model) icm.emplace(*model, static_cast<float>(thresholds_.used.value / window.scale), options);
  const std::int32_t halo = icm ? icm->halo() : 0;
  std::vector<float> rows;
  std::vector<std::uint8_t> labels;
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  for (std::int32_t y = 0; y < grid.height; y += strip_rows) {
    throw_if_stopped(context_.stop);
    const std::int32_t count = std::min(strip_rows, grid.height - y);
    const std::int32_t top = std::max(0, y - halo), bottom = std::min(grid.height, y + count + halo);
    rows.resize(static_cast<std::size_t>(bottom - top) * static_cast<std::size_t>(grid.width));
    scores.read_rows(top, bottom - top, rows.data());
    float* const inner = rows.data() + std::ptrdiff_t{y - top} * grid.width;
    if (icm) {
      if (unit != 1.0f) std::transform(rows.begin(), rows.end(), rows.begin(), [&](float v) { return v / unit; });
      labels.resize(static_cast<std::size_t>(count) * static_cast<std::size_t>(grid.width));
      icm->label({rows.data(), grid.width, bottom - top, grid.width}, y - top, count, labels.data());
      for (std::size_t i = 0; i < labels.size(); ++i) {
        if (labels[i] != Icm::kNoLabel) inner[i] = labels[i] == Icm::kChanged ? kInfinity : -kInfinity;
      }
    }
    sites_.add_rows(y, count, inner);
    context_.progress->advance(std::int64_t{grid.width} * count);
  }
}

void SiteProduct::look_at_dates(PairTiles& tiles) {
  const std::size_t count = sites_.sites().size();
  if (!plan_.options.products.sites || count == 0) return;
  const BandCounts bands = plan_.bands();
  if (bands.before != bands.after) return;
  const auto both = static_cast<std::size_t>(plan_.band_count);
  std::vector<double> before(count * both, 0.0), after(count * both, 0.0);
  std::vector<Run> runs;
  tiles.each_of(
      "dates", tiles_with_sites(plan_, sites_), [](Slot&) {},
      [&](Slot& slot) {
        with_pixel_type(plan_.type, [&](auto tag) {
          using T = typename decltype(tag)::type;
          const Window &core = slot.core, &inner = slot.tile.core;
          const auto add = [&](const PlanarView<const T>& date, std::int32_t y, std::int32_t date_bands,
                               std::vector<double>& sums) {
            for (const Run& run : runs) {
              const std::int32_t begin = std::max(run.begin - core.x, 0), end = std::min(run.end - core.x, core.width);
              double* const of_site = sums.data() + static_cast<std::size_t>(run.label - 1) * both;
              for (std::int32_t b = 0; b < date_bands; ++b) {
                const T* row = date.band(b).row(inner.y + y) + inner.x;
                for (std::int32_t x = begin; x < end; ++x) of_site[b] += static_cast<double>(row[x]);
              }
            }
          };
          for (std::int32_t y = 0; y < core.height; ++y) {
            sites_.read_row(core.y + y, runs);
            std::erase_if(runs, [&](const Run& r) { return r.end <= core.x || r.begin >= core.x + core.width; });
            add(slot.tile.template before_as<T>(), y, bands.before, before);
            add(slot.tile.template after_as<T>(), y, bands.after, after);
          }
        });
      });
  for (std::size_t s = 0; s < count; ++s) {
    const auto area = static_cast<double>(sites_.sites()[s].area);
    for (std::size_t b = 0; b < both; ++b) {
      for (std::vector<double>* sums : {&before, &after}) {
        // Sums of floats end in other digits in another order of tiles; these digits are not told.
        double& mean = (*sums)[s * both + b];
        mean = static_cast<double>(static_cast<float>(mean / area));
      }
    }
  }
  dates_.band_count = plan_.band_count;
  dates_.before = std::move(before);
  dates_.after = std::move(after);
  set_directions();
}

void SiteProduct::set_directions() {
  const auto bands = static_cast<std::size_t>(dates_.band_count);
  const auto red = band_named(plan_.before, "red"), nir = band_named(plan_.before, "nir");
  const auto ndvi = [](double r, double n) { return n + r > 0.0 ? (n - r) / (n + r) : 0.0; };
  for (std::size_t s = 0; s < sites_.sites().size(); ++s) {
    const double* before = dates_.before.data() + s * bands;
    std::vector<double> after(bands);
    double change = 0.0;
    for (std::size_t b = 0; b < bands; ++b) {
      const double mean = dates_.after[s * bands + b];
      after[b] =
          b < fit_.band_maps.size() ? double{fit_.band_maps[b].normalized_after(static_cast<float>(mean))} : mean;
      change += after[b] - before[b];
    }
    const double greener = red && nir ? ndvi(after[*red], after[*nir]) - ndvi(before[*red], before[*nir]) : 0.0;
    dates_.direction.emplace_back(greener > kGreener    ? "greener"
                                  : greener < -kGreener ? "barer"
                                  : change > 0.0        ? "brighter"
                                  : change < 0.0        ? "darker"
                                                        : "");
  }
}

void SiteProduct::write_class() {
  const ThresholdRecord& used = thresholds_.used;
  class_.emplace(plan_,
                 RasterProductSpec{"class",
                                   PixelType::u8,
                                   static_cast<double>(kNoClass),
                                   {class_title(used.value, used.rule)},
                                   class_categories(),
                                   {{"GROUNDSHIFT_THRESHOLD", fmt::format("{:.9g}", used.value)}}},
                 product_path(plan_.options.out, "class"), context_);
  std::vector<std::uint8_t> classes;
  for (const Window& core : plan_.tiles.tiles) {
    throw_if_stopped(context_.stop);
    classes.resize(static_cast<std::size_t>(pixel_count(core)));
    paint_classes(sites_, core, classes.data());
    class_->write(core, classes.data());
  }
  class_->finish();
}

void SiteProduct::write() {
  if (plan_.options.products.change_class) write_class();
  if (!plan_.options.products.sites) return;
  layer_ = write_site_layer(sites_, dates_, layer_options(plan_), context_);
}

std::vector<ProductRecord> SiteProduct::commit() {
  std::vector<ProductRecord> records;
  if (class_) records.push_back(class_->commit());
  if (layer_ != nullptr) {
    ProductRecord record;
    record.name = "sites";
    record.path = site_layer_path(plan_.options.out);
    record.byte_count = layer_->commit();
    records.push_back(std::move(record));
  }
  return records;
}

SiteFindings SiteProduct::findings() const {
  SiteFindings out;
  out.counts = sites_.counts();
  out.site_count = static_cast<std::int64_t>(sites_.sites().size());
  if (layer_ != nullptr) {
    const std::int64_t top = plan_.options.sites.top;
    out.written = top > 0 ? std::min(top, out.site_count) : out.site_count;
  }
  if (sites_.areas()) {
    std::int64_t units = 0;
    for (const ComponentFacts& c : sites_.sites()) units += c.area_units;
    out.area_m2 = static_cast<double>(units) * sites_.areas()->unit_m2;
  }
  return out;
}

}  // namespace groundshift
