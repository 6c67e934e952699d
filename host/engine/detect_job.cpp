// SPDX-License-Identifier: Apache-2.0
// Passes over the plan: moments, the fit between them, scores.
#include "host/engine/detect_job.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <system_error>

#include <fmt/format.h>

#include "host/base/error.hpp"
#include "host/engine/heatmap_writer.hpp"
#include "host/engine/summary.hpp"
#include "host/geo/gdal_owners.hpp"
#include "host/io/output_file.hpp"
#include "host/io/unit_cache.hpp"
#include "host/pipeline/slot.hpp"
#include "kernels/solve/float_histogram.hpp"
#include "kernels/solve/pair_moments.hpp"
#include "kernels/solve/score_statistics.hpp"

namespace groundshift {
namespace fs = std::filesystem;
namespace {

class DetectRun {
 public:
  DetectRun(DetectPlan& plan, ProductMaker& products, const JobContext& context)
      : plan_(plan),
        products_(products),
        context_(context),
        backend_(*plan.backend.backend),
        before_(std::in_place, *plan.before.source, plan.band_count, plan.type, plan.tiles.before_units),
        after_(std::in_place, *plan.after.source, plan.band_count, plan.type, plan.tiles.after_units),
        slots_(make_slots(backend_, plan.tiles, plan.type, plan.band_count, plan.halo)) {}

  DetectResult run() {
    const auto start = std::chrono::steady_clock::now();
    ScoreRecipe recipe = plan_.passes.size() > 1 ? fitted_recipe() : plain_recipe();
    score_pass(recipe);
    result_.wall_s = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    return std::move(result_);
  }

 private:
  const DetectOptions& options() const { return plan_.options; }

  /// What moments and score passes have in common: tiles, threads, reading with this halo.
  Pass pass_over_tiles(const std::string& name, std::int32_t halo) {
    Pass pass;
    pass.name = name;
    pass.tile_count = static_cast<std::int64_t>(plan_.tiles.tiles.size());
    pass.pixel_count = pixel_count(plan_.grid);
    pass.readers = plan_.tiles.readers;
    pass.computes = plan_.tiles.computes;
    pass.aim = [this, halo](Slot& slot, std::int64_t tile) {
      aim(slot, plan_.tiles, tile, halo, plan_.grid.width, plan_.grid.height, plan_.type, plan_.band_count);
    };
    pass.read = [this](Slot& slot) { read(slot); };
    pass.consume = [](Slot&) {};
    return pass;
  }

  void read(Slot& slot) {
    const PairTile& tile = slot.tile;
    std::fill_n(slot.valid, tile.row_pitch * tile.height, std::uint8_t{1});
    const Window window{slot.core.x - tile.core.x, slot.core.y - tile.core.y, tile.width, tile.height};
    const auto where = [&](const char* role) {
      return fmt::format("reading {} for tile at ({},{})", role, slot.core.x, slot.core.y);
    };
    with_context(where("BEFORE"),
                 [&] { before_->read(window, slot.before, tile.row_pitch, tile.band_pitch, slot.valid); });
    with_context(where("AFTER"),
                 [&] { after_->read(window, slot.after, tile.row_pitch, tile.band_pitch, slot.valid); });
  }

  bool needs_median() const {
    const bool ratio = options().score == ScoreKind::log_ratio || options().score == ScoreKind::relative;
    return ratio && !options().epsilon && plan_.type == PixelType::f32;
  }

  ScoreRecipe plain_recipe() {
    result_.fits.assign(static_cast<std::size_t>(plan_.band_count), BandNormalization{});
    ScoreRecipe recipe{options().score, std::vector<BandFit>(static_cast<std::size_t>(plan_.band_count)), 1.0f,
                       options().smooth};
    set_epsilon(recipe);
    return recipe;
  }

  ScoreRecipe fitted_recipe() {
    PairMoments moments(plan_.type, plan_.band_count);
    Pass pass = pass_over_tiles("moments", 0);
    const bool median = needs_median();
    for (Slot& slot : slots_) std::fill(slot.bins.begin(), slot.bins.end(), 0);
    pass.compute = [&](Slot& slot) {
      backend_.moments(*slot.workspace, slot.tile, slot.moments);
      if (median) backend_.value_histogram(*slot.workspace, slot.tile, slot.bins);
    };
    pass.consume = [&](Slot& slot) { moments.add(slot.moments); };
    result_.passes.push_back(run_pass(pass, slots_, context_));
    const MomentSummary summary = moments.summary();
    result_.valid_pixels = summary.count;
    if (summary.count == 0) throw_nothing_valid();
    try {
      result_.fits = fit_bands(options().normalize, summary);
    } catch (const std::domain_error& e) {
      throw InputError(
          fmt::format("{} to {}: normalization {} is impossible: {}; use --normalize none, or choose other "
                      "bands",
                      options().after, options().before, name_of(options().normalize), e.what()));
    }
    ScoreRecipe recipe{options().score, {}, 1.0f, options().smooth};
    const bool scaled = options().score == ScoreKind::scva;
    for (std::int32_t b = 0; b < plan_.band_count; ++b) {
      recipe.fits.push_back(to_band_fit(result_.fits[b], summary, b, scaled));
      if (scaled && !result_.fits[b].differs()) {
        context_.warnings->add("identical_band", fmt::format("band {}: the two dates do not differ; it adds nothing to "
                                                             "the score",
                                                             b + 1));
      }
    }
    set_epsilon(recipe);
    return recipe;
  }

  void set_epsilon(ScoreRecipe& recipe) {
    if (options().score != ScoreKind::log_ratio && options().score != ScoreKind::relative) return;
    double epsilon = 1.0;
    if (options().epsilon) {
      epsilon = *options().epsilon;
    } else if (needs_median()) {
      const std::optional<double> median = quantile(merged_bins(), 0.5);
      epsilon = 0.01 * median.value_or(0.0);
      if (!(epsilon > 0.0)) {
        throw InputError(
            fmt::format("{} and {}: the joint median of the values is {}, so that 1 % of it is no useful "
                        "floor; give one with --epsilon",
                        options().before, options().after, median.value_or(0.0)));
      }
    }
    recipe.epsilon = static_cast<float>(epsilon);
    result_.epsilon = epsilon;
  }

  std::vector<std::uint64_t> merged_bins() const {
    std::vector<std::uint64_t> all(kFloatBins, 0);
    for (const Slot& slot : slots_) {
      for (std::int32_t i = 0; i < kFloatBins; ++i) all[i] += slot.bins[i];
    }
    return all;
  }

  void score_pass(const ScoreRecipe& recipe) {
    HeatmapWriter writer(plan_, result_.fits, context_);
    products_.begin(plan_.grid);
    std::vector<ScoreStatistics> statistics(slots_.size());
    for (Slot& slot : slots_) std::fill(slot.bins.begin(), slot.bins.end(), 0);
    Pass pass = pass_over_tiles("score", plan_.halo);
    pass.compute = [&](Slot& slot) {
      backend_.score(*slot.workspace, slot.tile, recipe, slot.score, slot.bins);
      const Window& c = slot.tile.core;
      const RasterView<const float> score{slot.score.data, slot.score.width, slot.score.height, slot.score.row_pitch};
      statistics[slot.index].add(score, slot.tile.valid_view().window(c.x, c.y, c.width, c.height));
      writer.hash(slot.core, score);
    };
    pass.consume = [&](Slot& slot) {
      const RasterView<const float> score{slot.score.data, slot.score.width, slot.score.height, slot.score.row_pitch};
      writer.write(slot.core, score);
      products_.add(slot.core, score);
    };
    result_.passes.push_back(run_pass(pass, slots_, context_));
    for (std::size_t i = 1; i < statistics.size(); ++i) statistics[0].merge(statistics[i]);
    finish(writer, statistics[0]);
  }

  void finish(HeatmapWriter& writer, const ScoreStatistics& s) {
    result_.valid_pixels = s.valid_count() + s.undefined_count();
    if (result_.valid_pixels == 0) throw_nothing_valid();
    if (s.undefined_count() > 0) {
      context_.warnings->add(
          "undefined_score",
          fmt::format("valid pixels where {} is not defined have no score", name_of(options().score)),
          s.undefined_count());
      if (s.valid_count() == 0) {
        throw InputError(fmt::format("{} and {}: {} is defined at no pixel", options().before, options().after,
                                     name_of(options().score)));
      }
    }
    result_.decoded_bytes_before = before_->decoded_bytes();
    result_.decoded_bytes_after = after_->decoded_bytes();
    slots_.clear();  // GDAL's COG copy wants the memory
    before_.reset();
    after_.reset();
    return_free_memory();
    const BandStatistics statistics{s.min(), s.max(), s.mean(), s.std(), s.valid_count()};
    writer.finish(statistics);
    throw_if_stopped(context_.stop);
    std::error_code ignored;
    if (options().overwrite) fs::remove(summary_path(options().out), ignored);
    result_.products.push_back(writer.commit());
    const HeatmapFacts facts{options().out, heatmap_title(plan_), statistics, writer.stored_scale(), 0.0};
    for (ProductRecord& record : products_.finish(facts)) result_.products.push_back(std::move(record));
  }

  [[noreturn]] void throw_nothing_valid() const {
    throw InputError(fmt::format("{} and {}: no pixel is valid on both dates (nodata, NaN, mask or alpha everywhere)",
                                 options().before, options().after));
  }

  DetectPlan& plan_;
  ProductMaker& products_;
  const JobContext& context_;
  Backend& backend_;
  std::optional<UnitCache> before_, after_;  ///< gone once the last pass is over
  std::vector<Slot> slots_;
  DetectResult result_;
};

bool same_file(const fs::path& a, const std::string& b) {
  std::error_code error;
  return fs::equivalent(a, b, error) || (!error && a == b);
}

}  // namespace

fs::path summary_path(const fs::path& out) { return fs::path(out).replace_extension(".json"); }

void check_outputs(const DetectOptions& options, const ProductMaker& products) {
  check_creation_options(options.creation_options, options.format);
  std::vector<fs::path> outputs = products.outputs(options.out);
  outputs.insert(outputs.begin(), {options.out, summary_path(options.out)});
  for (const fs::path& output : outputs) {
    for (const std::string& input : {options.before, options.after}) {
      if (same_file(output, input)) {
        throw OutputError(fmt::format("{}: is an input of this run; choose another output", output.string()));
      }
    }
    check_output_path(output, options.overwrite);
  }
  for (std::size_t i = 1; i < outputs.size(); ++i) {
    if (options.out == outputs[i]) {
      throw OutputError(
          fmt::format("{}: is the name of the summary or of a product; give the heatmap a .tif", options.out.string()));
    }
  }
  if (!options.scratch.empty()) check_output_path(options.scratch / options.out.filename(), true);
}

DetectResult run_detect(DetectPlan& plan, ProductMaker& products, const JobContext& context) {
  check_outputs(plan.options, products);
  limit_gdal_block_cache(plan.tiles.gdal_cache_bytes);
  try {
    DetectResult result = DetectRun(plan, products, context).run();
    write_summary(plan, result, *context.warnings);
    return result;
  } catch (const DeviceFault& fault) {
    throw DeviceError(fmt::format("backend {}: {}", plan.backend.backend->name(), fault.what()));
  }
}

}  // namespace groundshift
