// SPDX-License-Identifier: Apache-2.0
// A table in HTML.
#include "host/products/batch_page.hpp"

#include <string_view>

#include <fmt/format.h>

namespace groundshift {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view kHead =
    "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
    "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>groundshift batch</title>\n"
    "<style>\n"
    ":root { color-scheme: light dark; font: 16px/1.45 system-ui, sans-serif; }\n"
    "body { margin: 1.5rem auto; max-width: 78rem; padding: 0 1rem; }\n"
    ".scroll { overflow-x: auto; }\n"
    "table { border-collapse: collapse; width: 100%; }\n"
    "caption { text-align: left; padding: 0.3rem 0; }\n"
    "th, td { border-bottom: 1px solid #8886; padding: 0.5rem; text-align: left; vertical-align: top; }\n"
    "td.number { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }\n"
    "td img { display: block; max-width: 10rem; max-height: 10rem; }\n"
    ".status { font-weight: 600; }\n"
    ".failed { color: #a31515; }\n"
    "tbody th { min-width: 12rem; }\n"
    "td.state { min-width: 14rem; }\n"
    ".why, .dates { font-size: 0.875rem; font-weight: normal; overflow-wrap: anywhere; white-space: pre-line; }\n"
    "@media (prefers-color-scheme: dark) { .failed { color: #ff8a80; } }\n"
    "@media (max-width: 40rem) { td img { max-width: 6rem; } }\n"
    "@media print { body { max-width: none; } tr { break-inside: avoid; } }\n"
    "</style>\n</head>\n<body>\n<main>\n<h1>groundshift batch</h1>\n";

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      case '\'': out += "&#39;"; break;
      default: out += c;
    }
  }
  return out;
}

std::string text_of(const Json& job, const char* key) {
  const auto found = job.find(key);
  return found != job.end() && found->is_string() ? found->get<std::string>() : std::string{};
}

/// "12.5 %" of 0.125 with scale 100; a dash where there is no number.
std::string number_of(const Json& job, const char* key, double scale, int digits, const char* unit) {
  const auto found = job.find(key);
  if (found == job.end() || !found->is_number()) return "<span aria-label=\"none\">&ndash;</span>";
  return fmt::format("{:.{}f}{}", found->get<double>() * scale, digits, unit);
}

std::string status_words(const std::string& status) {
  if (status == "kept") return "done before";
  if (status == "left") return "not run yet";
  return status;
}

std::string row_of(const Json& job) {
  const std::string name = escaped(text_of(job, "name")), status = text_of(job, "status");
  std::string row = "<tr>\n<td>";
  if (const std::string picture = text_of(job, "quicklook"); !picture.empty()) {
    const std::string image =
        fmt::format("<img src=\"{}\" alt=\"Heatmap of {}\" loading=\"lazy\">", escaped(picture), name);
    row += fmt::format("<a href=\"{}\">{}</a>", escaped(picture), image);
  }
  row += fmt::format("</td>\n<th scope=\"row\">{}<div class=\"dates\">{}<br>{}</div></th>\n", name,
                     escaped(text_of(job, "before")), escaped(text_of(job, "after")));
  row += fmt::format("<td class=\"state\"><span class=\"status {}\">{}</span>", escaped(status),
                     escaped(status_words(status)));
  if (const std::string why = text_of(job, "why"); !why.empty()) {
    row += fmt::format("<div class=\"why\">{}</div>", escaped(why));
  }
  row += fmt::format("</td>\n<td class=\"number\">{}</td>\n<td class=\"number\">{}</td>\n",
                     number_of(job, "changed_fraction", 100.0, 2, " %"), number_of(job, "sites", 1.0, 0, ""));
  row += fmt::format("<td class=\"number\">{}</td>\n<td class=\"number\">{}</td>\n<td>",
                     number_of(job, "warnings", 1.0, 0, ""), number_of(job, "wall_s", 1.0, 1, " s"));
  for (const char* key : {"report", "heatmap", "layer", "summary"}) {
    if (const std::string link = text_of(job, key); !link.empty()) {
      row += fmt::format("<a href=\"{}\" aria-label=\"{} of {}\">{}</a> ", escaped(link), key, name, key);
    }
  }
  return row + "</td>\n</tr>\n";
}

}  // namespace

std::string batch_page(const Json& index) {
  std::string page(kHead);
  const Json& counts = index.at("counts");
  page +=
      fmt::format("<p>{} jobs: {} done, {} done before, {} failed, {} not run yet.</p>\n", index.at("jobs").size(),
                  counts.value("done", 0), counts.value("kept", 0), counts.value("failed", 0), counts.value("left", 0));
  page +=
      "<div class=\"scroll\" role=\"region\" aria-label=\"Jobs\" tabindex=\"0\">\n<table>\n"
      "<caption>Changed: share of the valid pixels above the threshold that the job used.</caption>\n"
      "<thead>\n<tr>";
  for (const char* column : {"Heatmap", "Job", "Status", "Changed", "Sites", "Warnings", "Time", "Files"}) {
    page += fmt::format("<th scope=\"col\">{}</th>", column);
  }
  page += "</tr>\n</thead>\n<tbody>\n";
  for (const Json& job : index.at("jobs")) page += row_of(job);
  return page + "</tbody>\n</table>\n</div>\n</main>\n</body>\n</html>\n";
}

}  // namespace groundshift
