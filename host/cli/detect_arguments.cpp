// SPDX-License-Identifier: Apache-2.0
// From words to DetectOptions.
#include "host/cli/detect_arguments.hpp"

#include <cmath>

#include <algorithm>

#include <fmt/format.h>

#include "host/base/error.hpp"
#include "host/cli/arguments.hpp"

namespace groundshift::cli {
namespace {

template <class T, std::size_t N>
T choice(const char* option, const std::string& word, const std::pair<const char*, T> (&known)[N]) {
  std::string list;
  for (const auto& [name, value] : known) {
    if (CLI::detail::to_lower(word) == CLI::detail::to_lower(name)) return value;
    list += (list.empty() ? "" : ", ") + std::string(name);
  }
  throw UsageError(fmt::format("{} {}: this version has {}", option, word, list));
}

/// "1,2,red" as its entries; nothing for an empty text.
std::vector<std::string> band_names(const std::string& list) {
  std::vector<std::string> names;
  for (std::size_t at = 0; !list.empty() && at <= list.size();) {
    const std::size_t comma = std::min(list.find(',', at), list.size());
    names.push_back(list.substr(at, comma - at));
    at = comma + 1;
  }
  return names;
}

constexpr std::pair<const char*, NormalizationKind> kNormalizations[] = {{"none", NormalizationKind::none},
                                                                         {"zscore", NormalizationKind::zscore},
                                                                         {"regression", NormalizationKind::regression},
                                                                         {"orthogonal", NormalizationKind::orthogonal}};
constexpr std::pair<const char*, ScoreKind> kScores[] = {{"difference", ScoreKind::difference},
                                                         {"relative", ScoreKind::relative},
                                                         {"log-ratio", ScoreKind::log_ratio},
                                                         {"cva", ScoreKind::cva},
                                                         {"scva", ScoreKind::scva},
                                                         {"angle", ScoreKind::angle}};
constexpr std::pair<const char*, ScoreType> kTypes[] = {
    {"Float32", ScoreType::float32}, {"UInt16", ScoreType::uint16}, {"Byte", ScoreType::byte}};
constexpr std::pair<const char*, RasterFormat> kFormats[] = {{"COG", RasterFormat::cog},
                                                             {"GTiff", RasterFormat::gtiff}};
constexpr std::pair<const char*, BackendChoice> kBackends[] = {
    {"auto", BackendChoice::automatic}, {"cpu", BackendChoice::cpu}, {"cuda", BackendChoice::cuda}};

}  // namespace

DetectOptions DetectArguments::options() const {
  DetectOptions o;
  o.before = before;
  o.after = after;
  o.out = out;
  o.normalize = choice("--normalize", normalize, kNormalizations);
  o.score = choice("--score", score, kScores);
  if (smooth < 1 || smooth % 2 == 0 || smooth > 999) {
    throw UsageError(fmt::format("--smooth {}: the side of the box is an odd number from 1 (off) to 999", smooth));
  }
  o.smooth = smooth;
  if (epsilon != "auto") {
    o.epsilon = parse_number("--epsilon", epsilon);
    if (!(*o.epsilon > 0.0 && std::isfinite(*o.epsilon))) {
      throw UsageError(fmt::format("--epsilon {}: must be above 0 and finite", epsilon));
    }
  }
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

void declare(CLI::App& verb, const std::shared_ptr<DetectArguments>& a, bool with_output) {
  verb.add_option("BEFORE", a->before, "Raster of the first date")->required();
  verb.add_option("AFTER", a->after, "Raster of the second date, on the same grid")->required();
  if (with_output) verb.add_option("OUT", a->out, "Heatmap to write")->required();
  verb.add_option("--normalize", a->normalize, "none, zscore, regression or orthogonal")->capture_default_str();
  verb.add_option("--score", a->score, "difference, relative, log-ratio, cva, scva or angle")->capture_default_str();
  verb.add_option("--smooth", a->smooth, "Side of the box mean of the score, odd, 1 = off")->capture_default_str();
  verb.add_option("--epsilon", a->epsilon,
                  "Floor of relative and log-ratio; auto: 1 for integers, 1 % of the joint median for floats")
      ->capture_default_str();
  verb.add_option("--bands", a->bands, "Bands of both dates by number or description, e.g. 1,2,red");
  verb.add_option("--before-bands", a->before_bands, "Bands of BEFORE");
  verb.add_option("--after-bands", a->after_bands, "Bands of AFTER");
  verb.add_option("--src-nodata", a->src_nodata, "Nodata value of both dates instead of the files' own, or none");
  if (with_output) {
    verb.add_option("--ot", a->type, "Float32, UInt16 or Byte (-ot as in GDAL)")->capture_default_str();
    verb.add_option("--of", a->format, "COG or GTiff (-of as in GDAL)")->capture_default_str();
    verb.add_option("--co", a->creation_options, "GDAL creation option NAME=VALUE (-co as in GDAL), repeatable")
        ->expected(1)
        ->take_all();
    verb.add_option("--scratch", a->scratch, "Folder for scratch files; default beside OUT");
    verb.add_flag("--overwrite", a->overwrite, "Replace existing outputs");
  }
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
