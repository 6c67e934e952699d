// SPDX-License-Identifier: Apache-2.0
// The options that name a method: preset, normalization, scores, smoothing, threshold.
#pragma once

#include <string>

#include <CLI/CLI.hpp>

#include "host/engine/method.hpp"

namespace groundshift::cli {

/// The words of the command line; empty: the preset's or the score's own.
struct MethodArguments {
  std::string preset = "auto", pixel_size, normalize, score, smooth, texture, window, data_range = "auto",
              epsilon = "auto", weights = "auto", chronochrome = "forward", irmad = "consistent", irmad_tolerance,
              fit_pixels = "auto", threshold, null = "f";
  int irmad_passes = 50, tolerate_shift = 0, local_contrast = 1;

  /// Throws UsageError for a value that does not fit.
  MethodOptions options() const;
};

/// Declares normalization and what it is fitted with.
void declare_normalization(CLI::App& verb, MethodArguments& a);
/// Declares the rest: preset, scores, smoothing, threshold.
void declare_scores(CLI::App& verb, MethodArguments& a);

}  // namespace groundshift::cli
