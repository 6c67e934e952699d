// SPDX-License-Identifier: Apache-2.0
// The options of a summary back to a command line.
#include <algorithm>
#include <string_view>

#include <fmt/format.h>

#include "host/products/report_words.hpp"

namespace groundshift {
namespace {

using Json = nlohmann::ordered_json;

/// Options that a run has by itself: left out of the command where they have this value.
struct Default {
  const char* key;
  const char* json;
};
constexpr Default kDefaults[] = {
    {"window", "1"},
    {"epsilon", "\"auto\""},
    {"data_range", "\"auto\""},
    {"chronochrome", "\"forward\""},
    {"irmad_passes", "50"},
    {"irmad", "\"consistent\""},
    {"fit_pixels", "16777216"},
    {"tolerate_shift", "0"},
    {"null", "\"f\""},
    {"irmad_tolerance", "0.0001"},
    {"local_contrast", "1"},
    {"grid", "\"before\""},
    {"max_shift", "20.0"},
    {"resampling", "\"cubic\""},
    {"backend", "\"auto\""},
    {"tile", "\"auto\""},
    {"ot", "\"Float32\""},
    {"of", "\"COG\""},
    {"align", "\"off\""},
    {"open", "0"},
    {"close", "0"},
    {"min_area", "\"4px\""},
    {"max_hole", "\"0px\""},
    {"connectivity", "8"},
    {"simplify", "0.0"},
    {"top", "0"},
};

/// Not options, or facts of the machine that cannot change a pixel.
constexpr std::string_view kLeftOut[] = {"before", "after", "out", "threads", "memory_bytes", "scratch"};

bool left_out(const std::string& key, const Json& value) {
  if (std::find(std::begin(kLeftOut), std::end(kLeftOut), key) != std::end(kLeftOut)) return true;
  if (value.is_null() || (value.is_array() && value.empty()) || (value.is_object() && value.empty())) return true;
  return std::any_of(std::begin(kDefaults), std::end(kDefaults),
                     [&](const Default& d) { return key == d.key && value == Json::parse(d.json); });
}

std::string word(const Json& value) { return value.is_string() ? value.get<std::string>() : value.dump(); }

std::string joined(const Json& list, const char* separator) {
  std::string out;
  for (const Json& item : list) out += (out.empty() ? "" : separator) + word(item);
  return out;
}

void append(std::string& command, const std::string& key, const Json& value) {
  std::string name = "--" + key;
  if (key != "t_srs") std::replace(name.begin(), name.end(), '_', '-');
  const auto one = [&](const std::string& text) { command += fmt::format(" {} {}", name, shell_quoted(text)); };
  if (key == "texture") {
    one(value == Json(true) ? "on" : "off");
  } else if (value.is_boolean()) {
    if (value.get<bool>()) command += " " + name;
  } else if (key == "te" || key == "tr") {
    command += fmt::format(" {} {}", name, joined(value, " "));
  } else if (key == "mask" || key == "before_mask" || key == "after_mask" || key == "co") {
    for (const Json& item : value) one(word(item));
  } else {
    one(value.is_array() ? joined(value, ",") : word(value));
  }
}

}  // namespace

std::string shell_quoted(const std::string& word) {
  const auto plain = [](char ch) {
    return (ch >= '0' && ch <= '9') || (ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z') ||
           std::string_view("_-./,:=+%@").find(ch) != std::string_view::npos;
  };
  if (!word.empty() && std::all_of(word.begin(), word.end(), plain)) return word;
  std::string out = "'";
  for (const char ch : word) out += ch == '\'' ? std::string("'\\''") : std::string(1, ch);
  return out + "'";
}

std::string repeat_command(const Json& summary) {
  const Json& options = at(summary, {"command", "options"});
  std::string command = "groundshift " + text_at(summary, {"command", "verb"});
  for (const char* key : {"before", "after", "out"}) command += " " + shell_quoted(text_at(options, {key}));
  if (!options.is_object()) return command;
  for (const auto& [key, value] : options.items()) {
    if (!left_out(key, value)) append(command, key, value);
  }
  return command;
}

}  // namespace groundshift
