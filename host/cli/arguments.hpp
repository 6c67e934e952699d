// SPDX-License-Identifier: Apache-2.0
// The command line before the parser sees it, and the values that several verbs parse alike.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace groundshift::cli {

/// argv[1..] with GDAL's single-dash spellings (-of -co -ot -q) turned into long options, which the parser needs.
/// Throws UsageError for an option of this program that this version does not have yet, naming it.
std::vector<std::string> normalised_arguments(int argc, const char* const* argv);

/// "4GiB", "400MiB", "512MB", "1.5G", "1048576": binary for K, KiB ..., decimal for KB, MB, GB. Throws UsageError.
std::int64_t parse_bytes(const std::string& text);

/// A number and nothing else; throws UsageError naming the option.
double parse_number(const std::string& option, const std::string& text);

/// "auto", "whole", or a side in pixels.
std::int32_t parse_tile(const std::string& text);

}  // namespace groundshift::cli
