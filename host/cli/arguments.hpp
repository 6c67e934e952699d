// SPDX-License-Identifier: Apache-2.0
// The command line before the parser sees it, and the values that several verbs parse alike.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "host/sites/find_sites.hpp"

namespace groundshift::cli {

/// argv[1..] with GDAL's single-dash spellings (-of -co -ot -q) turned into long options, which the parser needs.
/// Throws UsageError for an option of this program that this version does not have yet, naming it.
std::vector<std::string> normalised_arguments(int argc, const char* const* argv);

/// "4GiB", "400MiB", "512MB", "1.5G", "1048576": binary for K, KiB ..., decimal for KB, MB, GB. Throws UsageError.
std::int64_t parse_bytes(const std::string& text);

/// "400m2", "1.5ha", "2km2", "16px", "0". Throws UsageError naming the option.
AreaLimit parse_area(const std::string& option, const std::string& text);
/// 4 or 8; throws UsageError.
Connectivity parse_connectivity(int connectivity);

/// A number and nothing else; throws UsageError naming the option.
double parse_number(const std::string& option, const std::string& text);

/// Lower case of ASCII letters.
std::string lower(std::string text);
/// Parts between separators; empty parts stay.
std::vector<std::string> split(const std::string& text, char separator);

/// Refuses a word that is none of the known ones.
[[noreturn]] void throw_unknown_choice(const char* option, const std::string& word, const std::string& known);

/// The value whose name_of() is the word, letters of either case; throws UsageError with the list.
template <class T, std::size_t N>
T choice(const char* option, const std::string& word, const T (&known)[N]) {
  std::string list;
  for (const T value : known) {
    if (lower(word) == lower(name_of(value))) return value;
    list += (list.empty() ? "" : ", ") + std::string(name_of(value));
  }
  throw_unknown_choice(option, word, list);
}

/// "auto", "whole", or a side in pixels.
std::int32_t parse_tile(const std::string& text);

}  // namespace groundshift::cli
