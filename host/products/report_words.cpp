// SPDX-License-Identifier: Apache-2.0
// Numbers to sentences.
#include "host/products/report_words.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "host/products/markup.hpp"

namespace groundshift {
namespace {

using Json = nlohmann::ordered_json;

/// Square metres of what both dates cover, as far as the grid tells.
std::optional<double> compared_area(const Json& summary) {
  const auto km2 = number_at(summary, {"grid", "overlap", "km2"});
  const auto pixels = number_at(summary, {"grid", "overlap", "pixels"}), valid = number_at(summary, {"valid_pixels"});
  if (!km2 || !pixels || !valid || !(*pixels > 0.0)) return std::nullopt;
  return *km2 * 1e6 * *valid / *pixels;
}

std::string compared_text(const Json& summary) {
  if (const auto area = compared_area(summary)) return area_text(*area);
  const auto valid = number_at(summary, {"valid_pixels"});
  return counted(static_cast<std::int64_t>(valid.value_or(0.0)), "pixel", "pixels");
}

struct Phrase {
  const char* name;
  const char* words;
};

constexpr Phrase kScores[] = {
    {"difference", "the mean absolute difference of the bands"},
    {"relative", "the mean relative difference of the bands"},
    {"log-ratio", "the log-ratio of the dates"},
    {"cva", "the length of the change vector over the bands (CVA)"},
    {"scva", "the length of the change vector with each band in units of its no-change noise (SCVA)"},
    {"angle", "the angle between the spectra"},
    {"mahalanobis", "the Mahalanobis distance of the difference from the scene's own differences"},
    {"mad", "multivariate alteration detection (MAD), which ignores changes of brightness that act on the whole scene"},
    {"irmad", "iteratively reweighted multivariate alteration detection (IR-MAD)"},
    {"isfa", "iterative slow feature analysis (ISFA)"},
    {"chronochrome", "what a linear prediction of one date from the other leaves unexplained (chronochrome)"},
    {"hacd", "hyperbolic anomalous change detection (HACD)"},
    {"ssim", "the loss of local structural similarity (SSIM)"},
    {"ncc", "the loss of local correlation (NCC)"},
};

constexpr Phrase kNormalizations[] = {
    {"none", "The dates were compared as they are, without matching their brightness"},
    {"zscore", "The second date was given the first one's mean and spread in every band"},
    {"regression", "The second date was matched to the first by a straight line in every band"},
    {"orthogonal", "The second date was matched to the first by an orthogonal line fit in every band"},
    {"huber", "The second date was matched to the first by a robust (Huber) line fit in every band"},
    {"histogram", "The second date was given the first one's histogram in every band"},
    {"pif",
     "The second date was matched to the first by a line in every band, fitted to ground that IR-MAD finds unchanged"},
    {"contextual",
     "The second date was matched to the first by a line in every band, fitted to ground whose whole "
     "neighbourhood looks unchanged"},
};

template <std::size_t N>
std::string phrase(const Phrase (&phrases)[N], const std::string& name) {
  const auto* found =
      std::find_if(std::begin(phrases), std::end(phrases), [&](const Phrase& p) { return name == p.name; });
  return found != std::end(phrases) ? found->words : name;
}

std::string score_words(const std::string& score) {
  if (score.starts_with("index:")) return "the change of the index " + score.substr(6);
  const auto plus = score.find('+');
  if (plus == std::string::npos) return phrase(kScores, score);
  return fmt::format("the geometric mean of two scores: {}, and {}", phrase(kScores, score.substr(0, plus)),
                     phrase(kScores, score.substr(plus + 1)));
}

void normalization_caveats(const Json& summary, std::vector<std::string>& out) {
  if (text_at(summary, {"normalization", "method"}) == "none") return;
  std::vector<std::size_t> weak;
  std::size_t number = 0;
  for (const Json& band : at(summary, {"normalization", "bands"})) {
    ++number;
    const auto r = number_at(band, {"r"});
    if (r && *r < 0.5) weak.push_back(number);  // less than a quarter of the variance is explained
  }
  if (weak.empty()) return;
  out.push_back(
      fmt::format("The dates hardly resemble each other in band{} {} of those compared (correlation below 0.5): "
                  "the match of their brightness there is unsure, and much of the score may be season, haze or "
                  "sensor rather than ground.",
                  weak.size() == 1 ? "" : "s", fmt::join(weak, ", ")));
}

void threshold_caveat(const Json& summary, std::vector<std::string>& out) {
  const Json& all = at(summary, {"thresholds", "all"});
  if (!all.is_object() || all.size() < 2) return;
  double least = 1.0, most = 0.0;
  for (const auto& [rule, record] : all.items()) {
    const auto share = number_at(record, {"changed_fraction"});
    if (!share) continue;
    least = std::min(least, *share);
    most = std::max(most, *share);
  }
  if (most < 2.0 * least || most - least < 0.002) return;
  out.push_back(
      fmt::format("How much counts as changed depends on the rule that draws the line: from {} to {} of the area. "
                  "Their order hardly depends on it; their number and outlines do.",
                  percent(least), percent(most)));
}

void alignment_caveat(const Json& summary, std::vector<std::string>& out) {
  const Json& alignment = at(summary, {"alignment"});
  if (alignment.is_null()) {
    out.push_back(
        "The dates were taken as lying exactly on each other. A shift between them shows as thin change along "
        "edges; the option --align auto measures it.");
    return;
  }
  const double left = number_at(alignment, {"rms_after_px"}).value_or(0.0);
  if (text_at(alignment, {"model"}) != "none") {
    out.push_back(
        fmt::format("A shift of {:.2f} pixels (RMS) between the dates was measured and taken out of the scores. The "
                    "pictures show the second date without that correction.",
                    number_at(alignment, {"field_rms_px"}).value_or(0.0)));
  }
  if (left > 0.5) {
    out.push_back(
        fmt::format("The dates disagree by {:.2f} pixels (RMS) where their shift was measured: thin change along "
                    "edges may be no change.",
                    left));
  }
}

void mask_caveats(const Json& summary, std::vector<std::string>& out) {
  const Json& masks = at(summary, {"masks"});
  if (masks.is_array() && masks.empty()) {
    out.push_back("No mask was given: clouds, their shadows, haze and snow count as change.");
  }
  const auto valid = number_at(summary, {"valid_pixels"});
  const Json& size = at(summary, {"grid", "size"});
  if (!valid || !size.is_array() || size.size() != 2) return;
  const double share = *valid / (size[0].get<double>() * size[1].get<double>());
  if (share < 0.95) {
    out.push_back(
        fmt::format("{} of the picture has no score, because one of the dates has no usable pixels there. No score "
                    "is not \"no change\".",
                    percent(1.0 - share)));
  }
}

void site_caveats(const ReportSources& sources, std::vector<std::string>& out) {
  if (!sources.sites) return;
  const SiteListing& listing = *sources.sites;
  const auto many = [](std::int64_t n) { return counted(n, "place touches", "places touch"); };
  const auto edge =
      std::count_if(listing.sites.begin(), listing.sites.end(), [](const ListedSite& s) { return s.touches_edge; });
  const auto near_mask = std::count_if(listing.sites.begin(), listing.sites.end(),
                                       [](const ListedSite& s) { return s.near_mask.value_or(0.0) > 0.25; });
  if (edge > 0) out.push_back(fmt::format("{} the edge of the picture and may be larger than shown.", many(edge)));
  if (near_mask > 0) {
    out.push_back(
        fmt::format("{} within two pixels of ground without a score for more than a quarter of its area, where "
                    "leftover cloud edges are common.",
                    counted(near_mask, "place lies", "places lie")));
  }
}

}  // namespace

std::string headline(const Json& summary, const ReportSources& sources) {
  const auto valid = number_at(summary, {"valid_pixels"});
  if (sources.sites) {
    const SiteListing& s = *sources.sites;
    if (s.count == 0) return fmt::format("No place changed, of {} compared", compared_text(summary));
    const std::string share =
        valid && *valid > 0.0 ? percent(double(s.area_px) / *valid) : counted(s.area_px, "pixel", "pixels");
    return fmt::format("{} changed: {} of the {} compared", counted(s.count, "place", "places"), share,
                       compared_text(summary));
  }
  if (const auto changed = number_at(summary, {"thresholds", "used", "changed_fraction"})) {
    return fmt::format("{} of the {} compared lies above the threshold", percent(*changed), compared_text(summary));
  }
  return fmt::format("{} compared", compared_text(summary));
}

std::string method_sentence(const Json& summary) {
  std::string out = phrase(kNormalizations, text_at(summary, {"normalization", "method"})) + ". ";
  out += fmt::format("Each pixel's score is {}", score_words(text_at(summary, {"command", "options", "score"})));
  const Json& smooth = at(summary, {"command", "options", "smooth"});
  if (smooth.is_array() && !smooth.empty() && smooth != Json({1})) {
    std::vector<std::string> sides;
    for (const Json& side : smooth) sides.push_back(fmt::format("{0} x {0}", side.dump()));
    out += fmt::format(", averaged over {} pixels", fmt::join(sides, " and "));
  }
  out += "; larger is more change. ";
  if (const auto value = number_at(summary, {"thresholds", "used", "value"})) {
    out += fmt::format("Scores above {} count as changed (rule \"{}\").", short_number(*value),
                       text_at(summary, {"thresholds", "used", "rule"}));
  }
  return out;
}

std::vector<std::string> caveats(const Json& summary, const ReportSources& sources) {
  std::vector<std::string> out;
  out.push_back(
      "A score says that a place looks different, not why: season, light, moisture and viewing angle change "
      "pictures too. Look at the pictures before you believe a place.");
  normalization_caveats(summary, out);
  threshold_caveat(summary, out);
  alignment_caveat(summary, out);
  mask_caveats(summary, out);
  site_caveats(sources, out);
  for (const Json& input : at(summary, {"inputs"})) {
    if (at(input, {"place", "operation", "ballpark"}) == Json(true)) {
      out.push_back(
          fmt::format("The way from the coordinates of {} to the output's ignores a change of datum: places may be "
                      "off by metres to hundreds of metres.",
                      text_at(input, {"path"})));
    }
  }
  if (!sources.grid().geotransform || sources.grid().crs_wkt.empty()) {
    out.push_back("The pictures have no coordinates: sizes are in pixels, and there are no positions on the ground.");
  }
  if (at(summary, {"statistics", "fit", "sampled"}) == Json(true)) {
    out.push_back("The match of the dates was fitted on a sample of the scene, not on every pixel.");
  }
  const std::string score = text_at(summary, {"command", "options", "score"});
  if (score.find("irmad") != std::string::npos && at(summary, {"statistics", "irmad", "converged"}) == Json(false)) {
    out.push_back("IR-MAD did not settle within its iterations: its scores would still move with more.");
  }
  return out;
}

std::vector<std::string> run_warnings(const Json& summary) {
  std::vector<std::string> out;
  for (const Json& warning : at(summary, {"warnings"})) {
    const auto count = number_at(warning, {"count"}).value_or(1.0);
    const std::string times = count > 1.0 ? fmt::format(" ({} times)", thousands(std::llround(count))) : "";
    out.push_back(text_at(warning, {"message"}) + times);
  }
  return out;
}

std::vector<std::string> missing_parts(const ReportSources& sources) {
  std::vector<std::string> out;
  for (const ReportDate* date : {&sources.before, &sources.after}) {
    if (date->view) continue;
    out.push_back(
        fmt::format("No picture of the {} date: {}. Put the file where the summary names it and make the page "
                    "again with groundshift report.",
                    date->role == "before" ? "first" : "second", date->problem));
  }
  if (!sources.change_class) {
    out.push_back(fmt::format("No picture of what counts as changed: {}. Run detect with --products score,class.",
                              sources.class_problem));
  }
  if (!sources.sites) {
    out.push_back(
        fmt::format("No table of places: {}. Make it with: groundshift sites {} {}", sources.sites_problem,
                    shell_quoted(sources.heatmap_path),
                    shell_quoted(std::filesystem::path(sources.heatmap_path).stem().string() + "_sites.gpkg")));
  }
  return out;
}

}  // namespace groundshift
