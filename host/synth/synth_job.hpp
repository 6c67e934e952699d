// SPDX-License-Identifier: Apache-2.0
// The generator's interface: what scene to make, and what was made.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "host/base/progress.hpp"
#include "kernels/view/pixel_type.hpp"

namespace groundshift {

/// A scene is a function of these; folder, threads, tile_size, creation_options and overwrite do not touch its pixels.
struct SynthOptions {
  std::filesystem::path folder;
  std::int32_t width = 2048, height = 2048;
  std::int32_t band_count = 4;      ///< 1..16
  PixelType type = PixelType::u16;  ///< u8, u16 or f32
  std::uint64_t seed = 1;
  float contrast = 1.0f;  ///< of the planted changes, 0 < c <= 1: 1 easy, 0.5 medium, 0.25 faint, 0.1 barely
  std::array<double, 2> shift = {0, 0};  ///< pixels by which the content of AFTER lies right and down of BEFORE's
  float clouds = 0.02f;                  ///< share of each date hidden by clouds, 0..0.9
  bool nodata_border = true;             ///< slanted footprint with no data around; depends on the size of the scene
  float season = 1.0f;                   ///< 0..2: radiometric difference of the dates, ripening, sun
  float noise = 1.0f;                    ///< 0..20: sensor noise; 1 is about 1 % of the signal
  float pixel_size = 3.0f;               ///< metres, 0.2..100
  /// Which kinds of change are planted (building, cleared, burnt); without a kind the pair is the same elsewhere.
  std::array<bool, 3> planted{true, true, true};
  int threads = 0;               ///< 0: as many as the machine has
  std::int32_t tile_size = 512;  ///< multiple of 64
  std::vector<std::string> creation_options;
  bool overwrite = false;
};

struct SynthKind {
  std::string name;
  std::int64_t sites = 0;   ///< whose middle lies in the image
  std::int64_t pixels = 0;  ///< labelled 2
};

struct SynthReport {
  std::int64_t unlabelled = 0, unchanged = 0, changed = 0;  ///< pixels of truth.tif
  double changed_share = 0.0;                               ///< of the labelled pixels
  std::vector<SynthKind> kinds;
  std::vector<std::string> band_names;
  std::vector<std::pair<std::string, std::int64_t>> files;  ///< name in the folder, bytes
};

/// Writes before.tif, after.tif and truth.tif into options.folder (made if missing; its parent must exist). Tiled 512,
/// DEFLATE, EPSG:32633; nodata is 0 for integers and NaN for f32. truth.tif is u8: 0 unlabelled (no data or cloud at
/// either date), 1 unchanged, 2 changed. Changed are exactly the ground pixels that a planted change alters: a new
/// building and its new shadow, cleared ground, a burnt patch. New crops, season, light, haze and noise are not
/// changes. Memory: one tile a thread, whatever the scene's size. Throws UsageError (option out of range), OutputError,
/// Error(interrupted).
SynthReport run_synth(const SynthOptions& options, const JobContext& context);

}  // namespace groundshift
