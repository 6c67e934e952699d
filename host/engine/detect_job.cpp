// SPDX-License-Identifier: Apache-2.0
// Fit, scores, products, summary: one job from plan to files.
#include "host/engine/detect_job.hpp"

#include <algorithm>
#include <chrono>
#include <functional>
#include <span>
#include <system_error>
#include <thread>

#include <fmt/format.h>

#include "host/base/error.hpp"
#include "host/base/parallel_for.hpp"
#include "host/engine/pair_tiles.hpp"
#include "host/engine/raster_product.hpp"
#include "host/engine/score_pass.hpp"
#include "host/engine/site_product.hpp"
#include "host/engine/summary.hpp"
#include "host/geo/gdal_owners.hpp"
#include "host/io/output_file.hpp"

namespace groundshift {
namespace fs = std::filesystem;
namespace {

class DetectRun {
 public:
  DetectRun(DetectPlan& plan, ProductMaker& products, const JobContext& context)
      : plan_(plan), products_(products), context_(context) {}

  DetectResult run() {
    const auto start = std::chrono::steady_clock::now();
    PairTiles tiles(plan_, context_);
    std::optional<QualityProduct> quality;
    if (plan_.tells_quality()) {
      quality.emplace(plan_, context_);
      tiles.tell_reasons(
          [&](const Slot& slot, const std::uint8_t* reasons) { quality->add(slot.core, slot.tile, reasons); });
    }
    result_.fit = fit_pair(plan_, tiles, context_);
    result_.residency = tiles.residency();
    ScorePass scores(plan_, result_.fit, products_, context_);
    scores.run(tiles);
    check(scores.statistics());
    std::optional<SiteProduct> sites;
    if (plan_.finds_places()) {
      if (!scores.thresholds()) throw InputError("there is no scored pixel to classify");
      const std::int64_t memory = plan_.options.resources.memory_bytes;
      const std::int64_t room = std::max((memory - plan_.tiles.planned_bytes) / 4, memory / 8);
      sites.emplace(plan_, result_.fit, *scores.thresholds(), room, context_);
    }
    std::jthread giving_back;
    close(tiles, scores, sites, quality, giving_back);
    result_.thresholds = scores.thresholds();
    if (sites) {
      result_.sites = sites->findings();
      const SiteCounts& counts = result_.sites->counts;
      result_.thresholds->used.changed_fraction =
          static_cast<double>(counts.changed) / static_cast<double>(std::max<std::int64_t>(counts.scored, 1));
    }
    prepare_commit(plan_, context_);
    result_.products = scores.commit();
    if (sites) {
      for (ProductRecord& record : sites->commit()) result_.products.push_back(std::move(record));
    }
    if (quality) {
      if (auto record = quality->commit()) result_.products.push_back(std::move(*record));
    }
    result_.wall_s = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    return std::move(result_);
  }

 private:
  /// Once the scores are there: places, then the ends of all files. giving_back : returns the tiles' memory
  void close(PairTiles& tiles, ScorePass& scores, std::optional<SiteProduct>& sites,
             std::optional<QualityProduct>& quality, std::jthread& giving_back) {
    const bool scaled = plan_.options.type != ScoreType::float32;
    // The files' pages want the tiles' memory: on a virtual machine, memory that was never touched costs more
    // than the copying itself. They need not wait for all of it to be given back.
    const auto give_back = [&] {
      giving_back = std::jthread([&tiles] {
        tiles.release();
        return_free_memory();
      });
    };
    const auto pictures = [&] { scores.prepare_pictures(); };
    const bool early = sites && !scaled;
    if (early) {
      const std::function<void()> beside[] = {[&] { find_places(tiles, scores, sites); }, pictures};
      run_beside(beside);
    } else {
      find_places(tiles, scores, sites);
    }
    give_back();
    if (scaled) scores.write_kept();
    scores.drop_kept();
    // The end of a file is GDAL's and PROJ's work, which this thread has used before and which takes a thread that has
    // not some milliseconds more: it takes the first. Pictures and sites are one thread's work each.
    std::vector<std::function<void()>> ends = scores.ends();
    if (!early) ends.insert(ends.begin() + 1, pictures);
    if (sites) ends.insert(ends.begin(), [&] { sites->write(); });
    if (quality) ends.emplace_back([&] { quality->finish(); });
    run_beside(ends);
    if (quality) result_.quality = quality->counts();
  }

  void run_beside(std::span<const std::function<void()>> works) const {
    parallel_for(static_cast<std::int64_t>(works.size()), plan_.options.resources.threads, context_.stop,
                 [&](std::int64_t i, int) { works[static_cast<std::size_t>(i)](); });
  }

  /// The last that reads tiles.
  void find_places(PairTiles& tiles, ScorePass& scores, std::optional<SiteProduct>& sites) {
    if (sites) {
      sites->find(*scores.kept(), scores.score_window());
      sites->look_at_dates(tiles);
    }
    if (scores.kept() != nullptr) result_.residency.scratch_bytes += scores.kept()->scratch_bytes();
    result_.passes = tiles.timings();
    result_.decode = tiles.decode_counts();
    tell_refused_blocks(result_.decode, *context_.warnings);
    result_.decoded_bytes_before = tiles.decoded_bytes_before();
    result_.decoded_bytes_after = tiles.decoded_bytes_after();
  }

  void check(const ScoreStatistics& s) {
    const DetectOptions& o = plan_.options;
    result_.valid_pixels = s.valid_count() + s.undefined_count();
    if (result_.valid_pixels == 0) {
      throw InputError(fmt::format("{} and {}: no pixel is valid on both dates (nodata, NaN, mask or alpha everywhere)",
                                   o.before, o.after));
    }
    if (s.undefined_count() == 0) return;
    const std::string score = score_text(plan_.method);
    context_.warnings->add("undefined_score", fmt::format("valid pixels where {} is not defined have no score", score),
                           s.undefined_count());
    if (s.valid_count() == 0) {
      throw InputError(fmt::format("{} and {}: {} is defined at no pixel", o.before, o.after, score));
    }
  }

  DetectPlan& plan_;
  ProductMaker& products_;
  const JobContext& context_;
  DetectResult result_;
};

bool same_file(const fs::path& a, const std::string& b) {
  std::error_code error;
  return fs::equivalent(a, b, error) || (!error && a == b);
}

}  // namespace

fs::path summary_path(const fs::path& out) { return fs::path(out).replace_extension(".json"); }

void prepare_commit(const DetectPlan& plan, const JobContext& context) {
  throw_if_stopped(context.stop);
  std::error_code ignored;
  if (plan.options.overwrite) fs::remove(summary_path(plan.options.out), ignored);
}

void check_outputs(const DetectOptions& options, const ProductMaker& products) {
  check_creation_options(options.creation_options, options.format);
  std::vector<fs::path> outputs = products.outputs(options.out);
  const std::vector<fs::path> rasters = product_paths(options);
  outputs.insert(outputs.begin(), rasters.begin(), rasters.end());
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
  limit_gdal_block_cache(plan.gdal_cache_bytes());
  try {
    DetectResult result = DetectRun(plan, products, context).run();
    const std::vector<ProductRecord> documents =
        products.document(summary_json(plan, result, *context.warnings), summary_path(plan.options.out), context);
    result.products.insert(result.products.end(), documents.begin(), documents.end());
    write_summary(plan, result, *context.warnings);
    return result;
  } catch (const DeviceFault& fault) {
    throw DeviceError(fmt::format("backend {}: {}", plan.backend.backend->name(), fault.what()));
  }
}

}  // namespace groundshift
