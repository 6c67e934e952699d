// SPDX-License-Identifier: Apache-2.0
// From words to DetectOptions.
#include "host/cli/detect_arguments.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>

#include <fmt/format.h>

#include "host/base/error.hpp"
#include "host/cli/arguments.hpp"

namespace groundshift::cli {
namespace {

constexpr ScoreType kTypes[] = {ScoreType::float32, ScoreType::uint16, ScoreType::byte};
constexpr RasterFormat kFormats[] = {RasterFormat::cog, RasterFormat::gtiff};
constexpr ResampleMethod kResamplings[] = {ResampleMethod::nearest, ResampleMethod::bilinear, ResampleMethod::cubic,
                                           ResampleMethod::lanczos};
constexpr DecodeChoice kDecodes[] = {DecodeChoice::automatic, DecodeChoice::cpu, DecodeChoice::cuda};
constexpr BackendChoice kBackends[] = {BackendChoice::automatic, BackendChoice::cpu, BackendChoice::cuda};

/// "1,2,red" as its entries; nothing for an empty text.
std::vector<std::string> band_names(const std::string& list) {
  return list.empty() ? std::vector<std::string>{} : split(list, ',');
}

ProductChoice parse_products(const std::string& list) {
  ProductChoice products;
  const std::pair<const char*, bool ProductChoice::*> known[] = {{"class", &ProductChoice::change_class},
                                                                 {"pvalue", &ProductChoice::pvalue},
                                                                 {"direction", &ProductChoice::direction},
                                                                 {"normalized", &ProductChoice::normalized},
                                                                 {"quality", &ProductChoice::quality},
                                                                 {"sites", &ProductChoice::sites},
                                                                 {"report", &ProductChoice::report},
                                                                 {"stac", &ProductChoice::stac},
                                                                 {"all", &ProductChoice::all}};
  for (const std::string& word : split(lower(list), ',')) {
    if (word == "score") continue;
    const auto* found =
        std::find_if(std::begin(known), std::end(known), [&](const auto& k) { return word == k.first; });
    if (found == std::end(known)) {
      std::string names = "score";
      for (const auto& [name, member] : known) names += std::string(", ") + name;
      throw_unknown_choice("--products", word, names);
    }
    products.*found->second = true;
  }
  return products;
}

/// "off", "on", "beta[,sweeps[,priors]]"
std::optional<IcmOptions> parse_icm(const std::string& text) {
  const std::vector<std::string> words = split(lower(text), ',');
  if (words.front() == "off" && words.size() == 1) return std::nullopt;
  IcmOptions out;
  if (words.front() == "on" && words.size() == 1) return out;
  const auto refuse = [&] {
    throw UsageError(
        fmt::format("--icm {}: off, on, or BETA[,SWEEPS[,priors]] with a beta from 0 and 1 to 64 sweeps", text));
  };
  if (words.size() > 3 || (words.size() == 3 && words[2] != "priors")) refuse();
  out.beta = parse_number("--icm", words[0]);
  if (words.size() > 1) {
    const double sweeps = parse_number("--icm", words[1]);
    if (!(sweeps >= 1.0 && sweeps <= 64.0) || sweeps != std::floor(sweeps)) refuse();
    out.sweeps = static_cast<std::int32_t>(sweeps);
  }
  if (!(out.beta >= 0.0 && std::isfinite(out.beta))) refuse();
  out.priors = words.size() == 3;
  return out;
}

SiteChoice parse_sites(const DetectArguments& a) {
  SiteChoice sites = a.sites;
  sites.icm = parse_icm(a.icm);
  sites.min_area = parse_area("--min-area", a.min_area);
  sites.max_hole = parse_area("--max-hole", a.max_hole);
  sites.connectivity = parse_connectivity(a.connectivity);
  return sites;
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
  o.sites = parse_sites(*this);
  if (!hysteresis.empty()) {
    const double factor = parse_number("--hysteresis", hysteresis);
    if (!(factor >= 1.0 && std::isfinite(factor))) {
      throw UsageError(fmt::format("--hysteresis {}: a factor is at least 1 (off)", hysteresis));
    }
    if (factor > 1.0 && o.sites.icm) throw UsageError("--hysteresis, --icm: choose one");
    o.method.hysteresis = factor;
  }
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
  o.resources.decode = choice("--decode", decode, kDecodes);
  o.resources.threads = threads;
  o.resources.memory_bytes = memory.empty() ? 0 : parse_bytes(memory);
  o.resources.tile = parse_tile(tile);
  return o;
}

void declare_output(CLI::App& verb, DetectArguments& a, PairVerb kind) {
  if (kind == PairVerb::detect) {
    verb.add_option("--ot", a.type, "Float32, UInt16 or Byte (-ot as in GDAL)")->capture_default_str();
  }
  verb.add_option("--of", a.format, "COG or GTiff (-of as in GDAL)")->capture_default_str();
  verb.add_option("--co", a.creation_options, "GDAL creation option NAME=VALUE (-co as in GDAL), repeatable")
      ->expected(1)
      ->take_all();
  verb.add_flag("--overwrite", a.overwrite, "Replace existing outputs");
}

void declare_decode(CLI::App& verb, DetectArguments& a) {
  verb.add_option("--decode", a.decode,
                  "Who unpacks the files' blocks: auto, cpu or cuda (experimental; an error where it cannot)")
      ->capture_default_str();
}

void declare_resources(CLI::App& verb, DetectArguments& a) {
  verb.add_option("--scratch", a.scratch, "Folder for scratch files; default beside OUT");
  verb.add_option("--backend", a.backend, "auto, cpu or cuda[:N]")
      ->envname("GROUNDSHIFT_BACKEND")
      ->capture_default_str();
  verb.add_option("--threads", a.threads, "Worker threads; default every core")->check(CLI::Range(1, 1024));
  verb.add_option("--memory", a.memory, "Memory budget, e.g. 4GiB; default half of the memory, at most 8 GiB")
      ->envname("GROUNDSHIFT_MEMORY");
  verb.add_option("--tile", a.tile, "Side of a tile in pixels (a multiple of 256), auto or whole")
      ->capture_default_str();
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
    verb.add_option(
            "--products", a->products,
            "What is made: score, and beside it class (0 unchanged, 1 changed, 255 nodata), sites (ranked polygons), "
            "report (a page), pvalue, direction, normalized, quality (why a pixel has no score, or one to be "
            "careful with), stac (an item for catalogues), or all")
        ->capture_default_str();
    verb.add_option(
        "--hysteresis", a->hysteresis,
        "Scores above threshold / FACTOR count where they touch one above it; default the preset's, 1 = off");
    verb.add_option("--icm", a->icm, "Regularise the labels by their neighbours: off, on, or BETA[,SWEEPS[,priors]]")
        ->capture_default_str();
    verb.add_option("--open", a->sites.open_radius, "Open the mask by a disk of this radius in pixels")
        ->check(CLI::Range(0, 1000))
        ->capture_default_str();
    verb.add_option("--close", a->sites.close_radius, "Close the mask by a disk of this radius in pixels")
        ->check(CLI::Range(0, 1000))
        ->capture_default_str();
    verb.add_option("--min-area", a->min_area, "Smaller places are dropped: 400m2, 1.5ha, 16px; 0 = none")
        ->capture_default_str();
    verb.add_option("--max-hole", a->max_hole, "Holes up to this area are filled; 0 = none")->capture_default_str();
    verb.add_option("--connectivity", a->connectivity, "4 or 8 neighbours make a place")->capture_default_str();
    verb.add_option("--simplify", a->sites.simplify, "Simplify the outlines of sites by this distance in CRS units")
        ->check(CLI::NonNegativeNumber)
        ->capture_default_str();
    verb.add_option("--top", a->sites.top, "Sites in the layer, first ranks first; 0 = all")
        ->check(CLI::NonNegativeNumber)
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
  if (with_output) declare_output(verb, *a, kind);
  declare_resources(verb, *a);
  if (kind != PairVerb::align) declare_decode(verb, *a);
  verb.add_flag("--json", a->json, "Print the result as JSON on standard output");
}

}  // namespace groundshift::cli
