// SPDX-License-Identifier: Apache-2.0
// Fit or coefficients, one pass over AFTER, one raster, one summary.
#include "host/engine/normalize_job.hpp"

#include <algorithm>
#include <chrono>
#include <fstream>

#include <fmt/format.h>

#include "host/base/error.hpp"
#include "host/engine/decode_facts.hpp"
#include "host/engine/detect_job.hpp"
#include "host/engine/normalized_pixels.hpp"
#include "host/engine/pair_tiles.hpp"
#include "host/engine/raster_product.hpp"
#include "host/engine/summary.hpp"
#include "host/geo/gdal_owners.hpp"
#include "host/io/output_file.hpp"

namespace groundshift {

DetectPlan plan_normalize(DetectOptions options, bool apply, Warnings& warnings, const std::stop_token& stop,
                          BackendShelf* shelf) {
  MethodOptions& m = options.method;
  m.scores = {ScoreName::difference};
  m.smooth = {1};
  if (!m.normalize) m.normalize = m.irmad == IrmadMode::canty ? NormalizationKind::pif : NormalizationKind::contextual;
  if (apply || *m.normalize == NormalizationKind::none) {
    if (!apply) throw UsageError("--normalize none: leaves nothing to do");
    m.normalize = NormalizationKind::none;
  }
  options.products.normalized = true;
  const std::optional<PixelType> type = options.normalized_type;
  DetectPlan plan = plan_detect(std::move(options), warnings, stop, shelf);
  if (apply) plan.normalized = pixels_like_before(plan.before, type);  // by coefficients that no fit of this run made
  plan.passes.back() = {"normalize", "AFTER on BEFORE's radiometry, write"};
  return plan;
}

std::vector<BandNormalization> read_coefficients(const std::filesystem::path& path, std::size_t band_count) {
  std::ifstream file(path);
  if (!file) throw InputError(fmt::format("{}: cannot be read", path.string()));
  const auto json = nlohmann::json::parse(file, nullptr, false);
  const auto bad = [&](const std::string& why) { return InputError(fmt::format("{}: {}", path.string(), why)); };
  if (!json.is_object() || !json.contains("normalization") || !json["normalization"].contains("bands")) {
    throw bad("holds no fit; give the summary (.json) of an earlier normalize or detect run");
  }
  const auto& normalization = json["normalization"];
  if (normalization.value("method", "") == "histogram") {
    throw bad("is of a histogram match, which has no coefficients that another scene could take");
  }
  std::vector<BandNormalization> fits;
  for (const auto& band : normalization["bands"]) {
    if (!band.contains("gain") || !band["gain"].is_number() || !band.contains("offset") ||
        !band["offset"].is_number()) {
      throw bad("a band has no gain and offset");
    }
    fits.emplace_back();
    fits.back().gain = band["gain"];
    fits.back().offset = band["offset"];
  }
  if (fits.size() != band_count) {
    throw bad(fmt::format("has coefficients of {} bands, and AFTER gives {}; choose with --after-bands", fits.size(),
                          band_count));
  }
  return fits;
}

namespace {

/// Coefficients of an earlier run, in the form of the pixel loop.
PairFit fit_of(const std::vector<BandNormalization>& coefficients) {
  PairFit fit;
  fit.fits = coefficients;
  for (const BandNormalization& band : coefficients) {
    BandFit map;
    map.gain = static_cast<float>(band.gain);
    map.offset = static_cast<float>(band.offset);
    fit.band_maps.push_back(map);
  }
  return fit;
}

void write_normalize_summary(const DetectPlan& plan, const NormalizeResult& result, const JobContext& context,
                             const std::optional<std::filesystem::path>& coefficients) {
  auto json = plan_json(plan);
  json["command"]["verb"] = "normalize";
  json["command"]["options"]["ot"] = gdal_name(plan.normalized.type);
  if (coefficients) json["command"]["options"]["apply"] = coefficients->string();
  json["plan"]["decode"].update(decode_counts_json(result.decode));
  json["normalization"] = normalization_json(plan, result.fit);
  if (coefficients) json["normalization"]["method"] = "applied";
  json["statistics"] = statistics_json(plan, result.fit);
  json["products"] = {product_json(result.product)};
  json["warnings"] = warnings_json(*context.warnings);
  json["timing"] = {{"wall_s", result.wall_s}};
  json["peak_memory_bytes"] = peak_memory_bytes();
  write_text_file(summary_path(plan.options.out), json.dump(2) + "\n");
}

NormalizeResult run(DetectPlan& plan, const std::optional<std::filesystem::path>& coefficients,
                    const JobContext& context) {
  const auto start = std::chrono::steady_clock::now();
  NormalizeResult result;
  PairTiles tiles(plan, context);
  result.fit = coefficients ? fit_of(read_coefficients(*coefficients, plan.after.selection.bands.size()))
                            : fit_normalization(plan, tiles, context);
  RasterProduct product(plan, normalized_raster(plan), plan.options.out, context);
  std::int64_t valid = 0;
  tiles.each_after(
      "normalize",
      [&](Slot& slot) {
        normalize_tile(plan, slot, result.fit.band_maps, 0);
        if (product.concurrent()) product.write(slot.core, slot.result(0).data);
      },
      [&](Slot& slot) {
        const Window& c = slot.tile.core;
        for (std::int32_t y = c.y; y < c.y + c.height; ++y) {
          const std::uint8_t* row = slot.tile.valid_view().row(y) + c.x;
          valid += std::count_if(row, row + c.width, [](std::uint8_t v) { return v != 0; });
        }
        if (!product.concurrent()) product.write(slot.core, slot.result(0).data);
      });
  if (valid == 0) throw InputError(fmt::format("{}: no pixel is valid", plan.options.after));
  result.decode = tiles.decode_counts();
  tell_refused_blocks(result.decode, *context.warnings);
  tiles.release();
  result.passes = tiles.timings();
  product.finish();
  prepare_commit(plan, context);
  result.product = product.commit();
  result.wall_s = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return result;
}

}  // namespace

NormalizeResult run_normalize(DetectPlan& plan, const std::optional<std::filesystem::path>& coefficients,
                              const JobContext& context) {
  DetectOptions outputs = plan.options;
  outputs.products = {};
  check_outputs(outputs, NoPictures());
  limit_gdal_block_cache(plan.gdal_cache_bytes());
  try {
    NormalizeResult result = run(plan, coefficients, context);
    write_normalize_summary(plan, result, context, coefficients);
    return result;
  } catch (const DeviceFault& fault) {
    throw DeviceError(fmt::format("backend {}: {}", plan.backend.backend->name(), fault.what()));
  }
}

}  // namespace groundshift
