// SPDX-License-Identifier: Apache-2.0
// From words to DetectOptions.
#include "host/cli/detect_arguments.hpp"

#include <cmath>

#include <fmt/format.h>

#include "host/base/error.hpp"
#include "host/cli/arguments.hpp"

namespace groundshift::cli {
namespace {

constexpr ScoreType kTypes[] = {ScoreType::float32, ScoreType::uint16, ScoreType::byte};
constexpr RasterFormat kFormats[] = {RasterFormat::cog, RasterFormat::gtiff};
constexpr ResampleMethod kResamplings[] = {ResampleMethod::nearest, ResampleMethod::bilinear, ResampleMethod::cubic,
                                           ResampleMethod::lanczos};
constexpr BackendChoice kBackends[] = {BackendChoice::automatic, BackendChoice::cpu, BackendChoice::cuda};

/// "1,2,red" as its entries; nothing for an empty text.
std::vector<std::string> band_names(const std::string& list) {
  return list.empty() ? std::vector<std::string>{} : split(list, ',');
}

ProductChoice parse_products(const std::string& list) {
  ProductChoice products;
  for (const std::string& word : split(lower(list), ',')) {
    if (word == "class") {
      products.change_class = true;
    } else if (word == "pvalue") {
      products.pvalue = true;
    } else if (word == "direction") {
      products.direction = true;
    } else if (word == "quality") {
      products.quality = true;
    } else if (word == "normalized") {
      products.normalized = true;
    } else if (word != "score") {
      throw UsageError(
          fmt::format("--products {}: this version has score, class, pvalue, direction, normalized, quality", word));
    }
  }
  return products;
}

GridOptions parse_grid(const DetectArguments& a) {
  GridOptions grid;
  if (lower(a.grid) == "after") {
    grid.choice = GridChoice::after;
  } else if (lower(a.grid) != "before") {
    grid.choice = GridChoice::file;
    grid.file = a.grid;
  }
  if (!a.extent.empty()) grid.extent = {a.extent[0], a.extent[1], a.extent[2], a.extent[3]};
  if (!a.resolution.empty()) grid.resolution = {a.resolution[0], a.resolution[1]};
  grid.target_crs = a.target_crs;
  grid.aligned = a.aligned;
  // GDAL's own word for it is "near".
  grid.resampling = choice("-r", lower(a.resampling) == "near" ? "nearest" : a.resampling, kResamplings);
  return grid;
}

AlignChoice parse_align(const DetectArguments& a) {
  AlignChoice align;
  align.max_shift = a.max_shift;
  align.on = lower(a.align) != "off";
  if (!align.on) return align;
  for (const AlignMode mode : {AlignMode::automatic, AlignMode::global, AlignMode::local}) {
    align.mode = mode;
    if (lower(a.align) == name_of(align)) return align;
  }
  throw_unknown_choice("--align", a.align, "off, auto, global, local");
}

}  // namespace

DetectOptions DetectArguments::options() const {
  DetectOptions o;
  o.before = before;
  o.after = after;
  o.out = out;
  o.method = method.options();
  o.products = parse_products(products);
  o.grid = parse_grid(*this);
  o.rules = rules;
  o.align = parse_align(*this);
  if (!bands.empty() && (!before_bands.empty() || !after_bands.empty())) {
    throw UsageError("--bands chooses for both dates: give it, or --before-bands and --after-bands");
  }
  o.before_bands = band_names(before_bands.empty() ? bands : before_bands);
  o.after_bands = band_names(after_bands.empty() ? bands : after_bands);
  o.ignore_nodata = src_nodata == "none";
  if (!src_nodata.empty() && !o.ignore_nodata) o.src_nodata = parse_number("--src-nodata", src_nodata);
  o.type = choice("-ot", type, kTypes);
  o.format = choice("-of", format, kFormats);
  o.creation_options = creation_options;
  o.scratch = scratch;
  o.overwrite = overwrite;
  const auto colon = backend.find(':');
  o.resources.backend = choice("--backend", backend.substr(0, colon), kBackends);
  if (colon != std::string::npos) {
    const double device = parse_number("--backend cuda:", backend.substr(colon + 1));
    if (o.resources.backend != BackendChoice::cuda || device < 0 || device != static_cast<int>(device)) {
      throw UsageError(fmt::format("--backend {}: a device is cuda:N", backend));
    }
    o.resources.device = static_cast<int>(device);
  }
  o.resources.threads = threads;
  o.resources.memory_bytes = memory.empty() ? 0 : parse_bytes(memory);
  o.resources.tile = parse_tile(tile);
  return o;
}

void declare(CLI::App& verb, const std::shared_ptr<DetectArguments>& a, PairVerb kind) {
  const bool with_output = kind != PairVerb::plan;
  verb.add_option("BEFORE", a->before, "Raster of the first date")->required();
  verb.add_option("AFTER", a->after, "Raster of the second date")->required();
  if (with_output) {
    const char* what = kind == PairVerb::detect  ? "Heatmap to write"
                       : kind == PairVerb::align ? "AFTER on the grid to write"
                                                 : "Normalized AFTER to write";
    verb.add_option("OUT", a->out, what)->required();
  }
  if (kind != PairVerb::align) declare_normalization(verb, a->method);
  if (kind == PairVerb::detect || kind == PairVerb::plan) {
    declare_scores(verb, a->method);
    verb.add_option("--products", a->products,
                    "What is made: score, and beside it class (0 unchanged, 1 changed, 255 nodata), pvalue, direction, "
                    "normalized, quality (why a pixel has no score, or one to be careful with)")
        ->capture_default_str();
  }
  verb.add_option("--bands", a->bands, "Bands of both dates by number or description, e.g. 1,2,red");
  verb.add_option("--before-bands", a->before_bands, "Bands of BEFORE");
  verb.add_option("--after-bands", a->after_bands, "Bands of AFTER");
  verb.add_option("--grid", a->grid, "Whose pixels the output has: before, after, or those of a raster FILE")
      ->capture_default_str();
  verb.add_option("--te", a->extent, "XMIN YMIN XMAX YMAX of the output in its CRS (-te as in gdalwarp)")->expected(4);
  verb.add_option("--tr", a->resolution, "Pixel size of the output, across and down (-tr as in gdalwarp)")->expected(2);
  verb.add_option("--t_srs", a->target_crs, "CRS of the output (-t_srs as in gdalwarp)");
  verb.add_flag("--tap", a->aligned, "Edges of the output at multiples of --tr (-tap as in gdalwarp)");
  verb.add_option("-r,--resampling", a->resampling,
                  "nearest, bilinear, cubic or lanczos, of a date that does not lie on the grid")
      ->capture_default_str();
  verb.add_option(
          "--align", a->align,
          "Co-registration of AFTER: off, auto (where the shift is worth it), global (one map), local (a field)")
      ->capture_default_str();
  verb.add_option("--max-shift", a->max_shift,
                  "Largest shift that is taken out, in pixels of the grid; more is refused")
      ->check(CLI::Range(0.5, 1000.0))
      ->capture_default_str();
  const auto mask = [&](const char* name, std::vector<std::string>& into, const char* of) {
    verb.add_option(name, into,
                    std::string("Mask of ") + of +
                        ": FILE[:LAYOUT][:bits=3,4][:values=0,1][:band=N][:invert][:dilate=3px|30m][:outside=clear], "
                        "LAYOUT udm2, scl, qa_pixel, qa_radsat, or none (0 is masked); repeatable")
        ->expected(1)
        ->take_all();
  };
  mask("--mask", a->rules.masks, "both dates");
  mask("--before-mask", a->rules.before_masks, "BEFORE");
  mask("--after-mask", a->rules.after_masks, "AFTER");
  verb.add_option("--aoi", a->rules.aoi,
                  "Area of interest: polygons of FILE[:layer], or xmin,ymin,xmax,ymax in the output's CRS");
  verb.add_option("--saturated", a->rules.saturated,
                  "Value from which on pixels are kept out of all statistics, or auto: the type's largest");
  verb.add_option("--src-nodata", a->src_nodata, "Nodata value of both dates instead of the files' own, or none");
  if (with_output) {
    if (kind == PairVerb::detect) {
      verb.add_option("--ot", a->type, "Float32, UInt16 or Byte (-ot as in GDAL)")->capture_default_str();
    }
    verb.add_option("--of", a->format, "COG or GTiff (-of as in GDAL)")->capture_default_str();
    verb.add_option("--co", a->creation_options, "GDAL creation option NAME=VALUE (-co as in GDAL), repeatable")
        ->expected(1)
        ->take_all();
    verb.add_flag("--overwrite", a->overwrite, "Replace existing outputs");
  }
  verb.add_option("--scratch", a->scratch, "Folder for scratch files; default beside OUT");
  verb.add_option("--backend", a->backend, "auto, cpu or cuda[:N]")
      ->envname("GROUNDSHIFT_BACKEND")
      ->capture_default_str();
  verb.add_option("--threads", a->threads, "Worker threads; default every core")->check(CLI::Range(1, 1024));
  verb.add_option("--memory", a->memory, "Memory budget, e.g. 4GiB; default half of the memory, at most 8 GiB")
      ->envname("GROUNDSHIFT_MEMORY");
  verb.add_option("--tile", a->tile, "Side of a tile in pixels (a multiple of 256), auto or whole")
      ->capture_default_str();
  verb.add_flag("--json", a->json, "Print the result as JSON on standard output");
}

}  // namespace groundshift::cli
