// SPDX-License-Identifier: Apache-2.0
// From two paths and options to a plan.
#include "host/engine/detect_plan.hpp"

#include <algorithm>
#include <cctype>
#include <map>
#include <stdexcept>
#include <utility>

#include <fmt/format.h>

#include "host/base/error.hpp"
#include "host/engine/align_dates.hpp"
#include "host/engine/date_reader.hpp"
#include "host/engine/device_decode.hpp"
#include "host/engine/normalized_pixels.hpp"
#include "host/engine/product_choice.hpp"
#include "host/engine/score_solution.hpp"
#include "host/io/band_names.hpp"
#include "kernels/solve/contextual.hpp"
#include "kernels/solve/resample_weights.hpp"

namespace groundshift {
namespace {

PlannedInput open_input(const char* role, const std::string& path, const std::vector<std::string>& bands,
                        const DetectOptions& options) {
  PlannedInput input;
  input.role = role;
  input.description = describe_raster(path);
  input.selection.bands = select_bands(input.description, bands);
  input.selection.nodata = options.src_nodata;
  input.selection.ignore_nodata = options.ignore_nodata;
  return input;
}

/// Brings AFTER's bands into BEFORE's order where both dates name theirs.
void match_dates(DetectPlan& plan, const DetectOptions& options, Warnings& warnings) {
  const bool unpaired = pairs_no_bands(options.method) && !options.products.direction;
  MatchedBands matched =
      match_bands(plan.before.description, plan.before.selection.bands, plan.after.description,
                  plan.after.selection.bands, unpaired ? DifferentBands::kept : DifferentBands::refused);
  if (matched.different) warnings.add("different_bands", matched.note);
  plan.before.selection.bands = std::move(matched.before);
  plan.after.selection.bands = std::move(matched.after);
  plan.matched_bands = std::move(matched.note);
}

/// Decides the grid and puts both dates on it.
void place_dates(DetectPlan& plan, const GridOptions& options, Warnings& warnings) {
  GridRequest request{
      options.choice, {}, options.extent, options.resolution, options.target_crs, options.aligned, {}, {}};
  if (options.choice == GridChoice::file) request.file = located(describe_raster(options.file));
  plan.common =
      decide_common_grid(located(plan.before.description), located(plan.after.description), request, warnings);
  plan.grid = plan.common.grid;
  plan.before.place = std::move(plan.common.before);
  plan.after.place = std::move(plan.common.after);
  for (PlannedInput* input : {&plan.before, &plan.after}) set_weights(*input, options.resampling);
}

UnitGeometry unit_geometry(const PlannedInput& input) {
  UnitGeometry out{input.source->unit_width(), input.source->unit_height(), input.source->thread_bytes()};
  const DateOnGrid& place = input.place;
  out.ratio_x = place.ratio_largest[0];
  out.ratio_y = place.ratio_largest[1];
  out.on_grid = place.relation != GridRelation::resampled && place.offset_x == 0 && place.offset_y == 0;
  return out;
}

std::vector<PlannedPass> passes_for(const DetectPlan& plan, const FitNeeds& needs) {
  std::vector<PlannedPass> passes;
  const Method& m = plan.method;
  if (needs.any) {
    passes.push_back({"statistics", "decode; moments of both dates, extremes" +
                                        std::string(needs.several ? ", and keep the tiles for the passes below" : "")});
  }
  if (needs.irmad) {
    passes.push_back({"irmad", needs.contextual
                                   ? "6 turns of consistent IR-MAD, to start the contextual refit"
                                   : fmt::format("up to {} turns of {} IR-MAD, tolerance {:g}", m.options.irmad_passes,
                                                 name_of(m.options.irmad), m.irmad_tolerance)});
  }
  if (needs.contextual)
    passes.push_back({"contextual", "8 turns of the fit with neighbourhood weights, 2 passes each"});
  if (m.normalize == NormalizationKind::huber) passes.push_back({"huber", "Huber's weights, band by band"});
  if (m.normalize == NormalizationKind::histogram)
    passes.push_back({"histogram", "distribution of every band and date"});
  if (m.has(ScoreName::isfa)) passes.push_back({"isfa", "iteratively reweighted slow features"});
  if (m.texture) passes.push_back({"texture", "mean and spread of the texture channel"});
  if (needs.null_model) passes.push_back({"null", "distribution of T, for p-values"});
  passes.push_back({"score", "normalize, score, smooth, write"});
  if (plan.finds_places()) passes.push_back({"sites", "kept scores above the threshold, cleaned; class and sites"});
  if (plan.options.products.sites)
    passes.push_back({"dates", "means of both dates over the sites, from tiles that hold one"});
  if (plan.options.type != ScoreType::float32) {
    passes.push_back({"scale", "kept scores to integers, once the largest is known; write"});
  }
  return passes;
}

double tile_share(const DetectPlan& plan) {
  const double pair = 2.0 * plan.band_count * static_cast<double>(byte_count(plan.type)) + 1.0;
  return plan.keeps_scores() ? pair / (pair + sizeof(float)) : 1.0;
}

/// What slots and caches leave of the budget for what is kept between passes; a quarter is the sites'.
std::int64_t room_to_keep(const DetectPlan& plan) {
  const std::int64_t left = plan.options.resources.memory_bytes - plan.tiles.planned_bytes;
  return plan.finds_places() ? left - left / 4 : left;
}

/// Tiles kept for one more pass, in memory that was never touched: where few of them fit, that costs as much as it
/// saves (of a 32768 pair a tenth: 3 % more; of a 16384 pair two fifths: 8 % less).
bool keeps_too_few(const DetectPlan& plan, std::int64_t memory_bytes) {
  constexpr std::int64_t kLeastShare = 4;  // one in so many
  return !plan.backend.backend->has_device_memory() && decoded_tile_bytes(plan) / kLeastShare > memory_bytes;
}

void plan_kept_tiles(DetectPlan& plan, const FitNeeds& needs) {
  const std::int64_t left = room_to_keep(plan);
  if (needs.several) {
    plan.keep = KeptTiles::spilled;
  } else if (needs.any && !plan.sampled()) {
    plan.keep = KeptTiles::memory;
  }
  const auto room = static_cast<std::int64_t>(tile_share(plan) * static_cast<double>(left));
  if (plan.keep == KeptTiles::memory && keeps_too_few(plan, room)) plan.keep = KeptTiles::none;
  plan.store_bytes = plan.keep == KeptTiles::none ? 0 : room;
  plan.score_store_bytes = plan.keeps_scores() ? left - plan.store_bytes : 0;
  const std::filesystem::path beside =
      plan.options.out.has_parent_path() ? plan.options.out.parent_path() : std::filesystem::path(".");
  plan.scratch_folder = plan.options.scratch.empty() ? beside : plan.options.scratch;
}

/// What the windows of --align have decoded stays where kept tiles and scores do not need the room.
void plan_kept_units(DetectPlan& plan) {
  TilePlan& t = plan.tiles;
  const std::int64_t left = room_to_keep(plan);
  const auto tiles = static_cast<std::int64_t>(t.tiles.size());
  std::int64_t records = 0;
  if (plan.keep != KeptTiles::none && plan.sampled()) {
    // As if half of the pixels were valid. A fit that looks at more cells finds a smaller store, and spills.
    const std::int64_t cells = 2 * plan.method.fit_pixels / (kCellSize * kCellSize) + 1;
    records =
        cells * cell_set(plan.grid.width, plan.grid.height, plan.fit_halo).record_bytes(plan.type, plan.band_count);
  } else if (plan.keep != KeptTiles::none) {
    records = decoded_tile_bytes(plan);
  }
  const std::int64_t scores =
      plan.keeps_scores() ? tiles * t.tile_width * t.tile_height * static_cast<std::int64_t>(sizeof(float)) : 0;
  const std::int64_t scores_in_memory = std::min(plan.score_store_bytes, scores);
  keep_units(plan, left - std::min(plan.store_bytes, records) - scores_in_memory);
  plan.store_bytes = std::min(plan.store_bytes, left - scores_in_memory - plan.kept_unit_bytes);
  // Blocks that one pass decodes stay for the next where no tile is kept for it and the room has no other use.
  const bool decodes_again = plan.sampled() || (plan.keep == KeptTiles::none && plan.options.products.sites);
  if (!decodes_again || plan.before.units != nullptr) return;
  const std::int64_t spare = left - std::min(plan.store_bytes, records) - scores_in_memory;
  for (const auto& [input, units] : {std::pair{&plan.before, &t.before_units}, {&plan.after, &t.after_units}}) {
    const std::int64_t more = std::max<std::int64_t>(0, spare) / 2 / unit_bytes(*input, plan.type);
    *units = static_cast<std::int32_t>(std::max<std::int64_t>(*units, std::min(unit_count(*input), *units + more)));
    if (more > 0) (input == &plan.before ? t.before_stays : t.after_stays) = true;
  }
  plan.store_bytes = std::min(plan.store_bytes, records);
}

/// Room for the larger of both dates' source windows.
SourceShape slot_source(const DetectPlan& plan, std::int32_t width, std::int32_t height) {
  const SourceShape before = source_shape(plan.before, plan.grid, width, height);
  const SourceShape after = source_shape(plan.after, plan.grid, width, height);
  return {std::max(before.width, after.width), std::max(before.height, after.height)};
}

/// Float planes with room for this many bytes a pixel.
std::int32_t planes_of(std::int64_t pixel_bytes) {
  constexpr auto kFloat = static_cast<std::int64_t>(sizeof(float));
  return static_cast<std::int32_t>((pixel_bytes + kFloat - 1) / kFloat);
}

/// Tiles, slots and caches for the dates where they lie now. Throws BudgetError.
void cut_into_tiles(DetectPlan& plan) {
  const DetectOptions& options = plan.options;
  PlanRequest request;
  request.width = plan.grid.width;
  request.height = plan.grid.height;
  request.halo = plan.halo;
  request.type = plan.type;
  request.band_count = plan.band_count;
  request.before = unit_geometry(plan.before);
  request.after = unit_geometry(plan.after);
  request.tile = options.resources.tile;
  request.memory_bytes = options.resources.memory_bytes;
  request.result_planes = 1 + (options.products.pvalue ? 1 : 0) + (options.products.direction ? 2 : 0) +
                          (options.products.normalized ? planes_of(plan.normalized_bytes()) : 0);
  request.threads = options.resources.threads;
  request.waiting_workers = plan.backend.backend->name() == "cpu" ? 0 : 2;
  struct SlotExtras {
    SourceShape source;
    DecodeShape decode;
  };
  std::map<std::pair<std::int32_t, std::int32_t>, SlotExtras> extras;  // of tile sizes: looked up once each
  request.extra_bytes = [&](std::int32_t width, std::int32_t height) {
    const auto [known, added] = extras.try_emplace({width, height});
    if (added) known->second = {slot_source(plan, width, height), decode_shape(plan, width, height)};
    const auto& [source, decode] = known->second;
    WorkspaceShape shape = workspace_shape(plan, source, width, height);
    shape.decode = decode;
    return static_cast<std::int64_t>(plan.backend.backend->workspace_bytes(shape)) +
           SourceBuffer::byte_count(source, plan.type, plan.band_count, SourceBuffer::plane(width, height)) +
           PackedBatch::byte_count(decode) +
           (plan.tells_quality() ? 2 * SourceBuffer::plane(width, height) : 0) +  // reasons, and a plane of scratch
           plan.rules.read_bytes(width, height);
  };
  plan.tiles = plan_tiles(request);
  plan.source = extras[{plan.tiles.slot.width, plan.tiles.slot.height}].source;
  plan.decode.shape = extras[{plan.tiles.slot.width, plan.tiles.slot.height}].decode;
}

}  // namespace

PixelType kernel_type(const PlannedInput& input) {
  PixelType type = input.description.bands[input.selection.bands.front() - 1].pixel_type;
  for (const std::int32_t b : input.selection.bands)
    type = common_type(type, input.description.bands[b - 1].pixel_type);
  return type;
}

std::int32_t DetectPlan::raster_count() const {
  const ProductChoice& p = options.products;
  return 1 + (p.change_class ? 1 : 0) + (p.pvalue ? 1 : 0) + (p.quality ? 1 : 0) + (p.direction ? 1 : 0) +
         (p.normalized ? 1 : 0);
}

bool DetectPlan::packs_bits() const {
  return keep == KeptTiles::memory && byte_count(type) == 2 && !backend.backend->has_device_memory();
}

WorkspaceShape workspace_shape(const DetectPlan& plan, const SourceShape& source, std::int32_t width,
                               std::int32_t height) {
  WorkspaceShape shape{plan.type, plan.band_count, width, height, plan.halo, plan.window_scores};
  shape.decode = plan.decode.shape;
  for (const PlannedInput* input : {&plan.before, &plan.after}) {
    if (input->place.relation != GridRelation::resampled) continue;
    const ResampleShape own =
        ResampleShape::of(source.width, source.height, width, height, input->place.lattice.step_log2, input->weights);
    shape.resample.source_width = own.source_width;
    shape.resample.source_height = own.source_height;
    shape.resample.node_count = std::max(shape.resample.node_count, own.node_count);
    shape.resample.weight_count = std::max(shape.resample.weight_count, own.weight_count);
  }
  return shape;
}

WorkspaceShape workspace_shape(const DetectPlan& plan) {
  return workspace_shape(plan, plan.source, plan.tiles.slot.width, plan.tiles.slot.height);
}

void set_weights(PlannedInput& input, ResampleMethod method) {
  if (input.place.relation != GridRelation::resampled) return;
  const auto [across, down] = input.place.ratio_center;
  try {
    input.weights = resample_weights(method, across, down);
  } catch (const std::invalid_argument& e) {
    throw InputError(
        fmt::format("{}: has {:.3g} x {:.3g} pixels to one of the output grid, too many to resample at once ({}); give "
                    "the overview "
                    "nearest to the grid, or make one with gdal_translate -tr",
                    input.description.path, across, down, e.what()));
  }
}

IndexBands index_bands(const std::string& name) {
  std::string word;
  for (const char c : name) {
    if (c != ' ') word += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  if (word == "ndvi") return {"nir", "red"};
  if (word == "nbr") return {"nir", "swir2"};
  if (word == "ndbi") return {"swir1", "nir"};
  if (word == "ndwi") return {"green", "nir"};
  if (word == "mndwi") return {"green", "swir1"};
  // (A-B)/(A+B)
  const auto minus = word.find('-');
  const auto close = word.find(")/(");
  if (word.size() > 2 && word.front() == '(' && word.back() == ')' && minus != std::string::npos &&
      close != std::string::npos && minus < close) {
    const IndexBands bands{word.substr(1, minus - 1), word.substr(minus + 1, close - minus - 1)};
    if (!bands.a.empty() && !bands.b.empty() &&
        word == "(" + bands.a + "-" + bands.b + ")/(" + bands.a + "+" + bands.b + ")") {
      return bands;
    }
  }
  throw UsageError(fmt::format(
      "--score index:{}: this version has ndvi, nbr, ndbi, ndwi, mndwi, and (A-B)/(A+B) with bands by number or name",
      name));
}

FitNeeds fit_needs(const DetectOptions& options, const Method& m, PixelType type) {
  FitNeeds needs;
  const bool ratio = m.has(ScoreName::log_ratio) || m.has(ScoreName::relative) || m.has(ScoreName::index);
  const bool quadratic = std::any_of(m.scores.begin(), m.scores.end(), is_quadratic);
  const bool range = (m.has(ScoreName::ssim) || m.has(ScoreName::ncc)) && !m.options.data_range;
  needs.contextual = m.normalize == NormalizationKind::contextual;
  needs.irmad = needs.contextual || m.normalize == NormalizationKind::pif || m.weights == WeightSource::irmad ||
                m.has(ScoreName::irmad);
  needs.null_model = m.has(ScoreName::irmad) || options.products.pvalue || m.threshold.rule == ThresholdRule::p ||
                     m.threshold.rule == ThresholdRule::fdr;
  needs.several = needs.irmad || needs.null_model || m.has(ScoreName::isfa) || m.texture ||
                  m.normalize == NormalizationKind::huber || m.normalize == NormalizationKind::histogram;
  needs.warm_start =
      m.options.irmad == IrmadMode::consistent &&
      (m.normalize == NormalizationKind::pif || m.weights == WeightSource::irmad || m.has(ScoreName::irmad));
  needs.median = ratio && !m.options.epsilon && type == PixelType::f32;
  needs.held_out = m.normalize == NormalizationKind::zscore || m.normalize == NormalizationKind::regression ||
                   m.normalize == NormalizationKind::orthogonal;
  // What a method solves across bands starts from these moments; maps of one band each do not.
  if (!needs.irmad && !quadratic) needs.products = GramProducts::own_band;
  needs.any = needs.several || m.normalize != NormalizationKind::none || m.has(ScoreName::scva) || quadratic || range ||
              needs.median;
  return needs;
}

std::int64_t decoded_tile_bytes(const DetectPlan& plan) {
  return static_cast<std::int64_t>(plan.tiles.tiles.size()) *
         tiles_of(plan.tiles, plan.halo).record_bytes(plan.type, plan.band_count);
}

DetectPlan plan_detect(DetectOptions options, Warnings& warnings, const std::stop_token& stop, BackendShelf* shelf) {
  DetectPlan plan;
  options.resources = resolved(options.resources);
  check_decode(options.resources);
  const bool index = std::find(options.method.scores.begin(), options.method.scores.end(), ScoreName::index) !=
                     options.method.scores.end();
  if (index) {
    if (!options.before_bands.empty() || !options.after_bands.empty()) {
      throw UsageError("--bands: an index names its bands itself, as in index:(4-3)/(4+3)");
    }
    const IndexBands bands = index_bands(options.method.index);
    options.before_bands = options.after_bands = {bands.a, bands.b};
  }
  plan.before = open_input("before", options.before, options.before_bands, options);
  plan.after = open_input("after", options.after, options.after_bands, options);
  if (options.before_bands.empty() && options.after_bands.empty()) match_dates(plan, options, warnings);
  place_dates(plan, options.grid, warnings);
  const BandCounts bands = plan.bands();
  plan.band_count = std::max(bands.before, bands.after);
  plan.source_type = common_type(kernel_type(plan.before), kernel_type(plan.after));
  const std::string pair = fmt::format("{} and {}: ", options.before, options.after);
  plan.method = resolve_method(options.method, {pixel_size_in_metres(plan.grid), bands.before, bands.after, pair});
  plan.type = plan.method.normalize == NormalizationKind::histogram ? PixelType::f32 : plan.source_type;
  options.products = resolved_products(options.products, plan.method, bands);
  check_products(options.products, plan.method, bands);
  if (plan.method.normalize != NormalizationKind::none) {
    plan.normalized = pixels_like_before(plan.before, options.normalized_type);
  }
  const FitNeeds needs = fit_needs(options, plan.method, plan.type);
  const ScoreRecipe frame = recipe_frame(plan.method);
  plan.fit_halo = plan.method.texture ? 2 * kTextureRadius : needs.contextual ? ContextualSettings{}.box / 2 : 0;
  plan.score_halo = frame.halo();
  plan.halo = std::max(plan.score_halo, plan.fit_halo);
  if (!plan.sampled()) plan.fit_halo = plan.halo;
  plan.window_scores = plan.method.window > 1 || plan.method.texture || frame.tolerate_shift > 0 ||
                       frame.local_contrast > 1 || frame.terms.size() * frame.smooth.size() > 1;
  for (PlannedInput* input : {&plan.before, &plan.after}) {
    input->selection.type = plan.type;
    input->source = make_raster_source(input->description, input->selection, warnings);
  }
  plan.rules = plan_rules(options.rules, plan, warnings);
  plan.options = options;
  check_sites(options, plan.grid, warnings);
  plan.backend = shelf != nullptr ? shelf->choose(options.resources) : choose_backend(options.resources);
  if (options.resources.backend == BackendChoice::automatic && capabilities().cuda_built &&
      plan.backend.backend->name() == "cpu") {
    warnings.add("cpu_backend", plan.backend.why);
  }

  if (options.align.on) {
    cut_into_tiles(plan);  // a budget that is too small is told before pixels are read
    align_dates(plan, warnings, stop);
  }
  plan_decode(plan);
  if (plan.resamples()) plan.source_type = plan.type;  // floats between pixels hold no integers
  cut_into_tiles(plan);
  count_packed_blocks(plan);
  predict_decode(plan, kept_decode_rates(decode_rates_file(), this_machine(),
                                         [&] { return plan.backend.backend->device_identity(); }));
  if (plan.tiles.decodes_again) {
    warnings.add("decodes_again",
                 "--memory does not hold what neighbouring tiles share: blocks are decoded more than "
                 "once a pass");
  }
  plan_kept_tiles(plan, needs);
  plan_kept_units(plan);
  plan.passes = passes_for(plan, needs);
  return plan;
}

}  // namespace groundshift
