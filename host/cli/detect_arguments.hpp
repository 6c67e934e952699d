// SPDX-License-Identifier: Apache-2.0
// The options that `detect`, `plan` and `normalize` share.
#pragma once

#include <memory>
#include <string>

#include <CLI/CLI.hpp>

#include "host/cli/method_arguments.hpp"
#include "host/engine/detect_options.hpp"

namespace groundshift::cli {

/// The words of the command line; options() turns them into a job.
struct DetectArguments {
  std::string before, after, out;
  MethodArguments method;
  std::string products = "score", src_nodata;
  std::string bands, before_bands, after_bands;  ///< "1,2,red"
  std::string grid = "before", target_crs, resampling = "cubic";
  std::vector<double> extent, resolution;
  bool aligned = false;
  RuleOptions rules;
  std::string align = "off";
  double max_shift = 20.0;
  std::vector<std::string> creation_options;
  std::string type = "Float32", format = "COG", backend = "auto", decode = "auto", memory, tile = "auto", scratch;
  std::string hysteresis, icm = "off", min_area = "4px", max_hole = "0";
  int connectivity = 8;
  SiteChoice sites;
  int threads = 0;
  bool overwrite = false;
  bool json = false;

  /// Throws UsageError for a value that does not fit.
  DetectOptions options() const;
};

/// What a verb does with a pair; decides which options it declares.
enum class PairVerb : std::uint8_t { detect, plan, normalize, align };
void declare(CLI::App& verb, const std::shared_ptr<DetectArguments>& arguments, PairVerb kind);
/// Parts of it that `bench` declares alone: type (of detect), format, creation options, overwrite; and what may be
/// used.
void declare_output(CLI::App& verb, DetectArguments& arguments, PairVerb kind);
void declare_resources(CLI::App& verb, DetectArguments& arguments);
void declare_decode(CLI::App& verb, DetectArguments& arguments);

}  // namespace groundshift::cli
