// SPDX-License-Identifier: Apache-2.0
// What a summary says, in sentences: plain text, to be escaped by whoever puts it into a page.
#pragma once

#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "host/products/report_sources.hpp"

namespace groundshift {

/// "23 places changed: 1.2 % of the 144 km² compared".
std::string headline(const nlohmann::ordered_json& summary, const ReportSources& sources);
/// What was done to get the score and the threshold, in a few sentences.
std::string method_sentence(const nlohmann::ordered_json& summary);
/// What a reader should know before believing the findings: weak fits, missing masks, disagreeing thresholds ...
std::vector<std::string> caveats(const nlohmann::ordered_json& summary, const ReportSources& sources);
/// The run's own warnings: "message (3 times)".
std::vector<std::string> run_warnings(const nlohmann::ordered_json& summary);
/// What is missing on the page, and how to get it.
std::vector<std::string> missing_parts(const ReportSources& sources);

/// The command line that repeats the run, quoted for a POSIX shell.
std::string repeat_command(const nlohmann::ordered_json& summary);
std::string shell_quoted(const std::string& word);

}  // namespace groundshift
