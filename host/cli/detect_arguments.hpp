// SPDX-License-Identifier: Apache-2.0
// The options that `detect` and `plan` share.
#pragma once

#include <memory>
#include <string>

#include <CLI/CLI.hpp>

#include "host/engine/detect_options.hpp"

namespace groundshift::cli {

/// The words of the command line; options() turns them into a job.
struct DetectArguments {
  std::string before, after, out;
  std::string normalize = "orthogonal", score = "scva", epsilon = "auto", src_nodata;
  std::string bands, before_bands, after_bands;  ///< "1,2,red"
  int smooth = 3;
  std::vector<std::string> creation_options;
  std::string type = "Float32", format = "COG", backend = "auto", memory, tile = "auto", scratch;
  int threads = 0;
  bool overwrite = false;
  bool json = false;

  /// Throws UsageError for a value that does not fit.
  DetectOptions options() const;
};

/// Declares the options on a verb. `with_output`: OUT is a third positional argument.
void declare(CLI::App& verb, const std::shared_ptr<DetectArguments>& arguments, bool with_output);

}  // namespace groundshift::cli
