// SPDX-License-Identifier: Apache-2.0
// What a user asks of `detect`, every field resolved.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "host/io/raster_sink.hpp"
#include "host/plan/plan.hpp"
#include "kernels/api/score_recipe.hpp"
#include "kernels/solve/band_normalization.hpp"

namespace groundshift {

enum class BackendChoice : std::uint8_t { automatic, cpu, cuda };

/// Where the arithmetic runs and what it may use.
struct ResourceOptions {
  BackendChoice backend = BackendChoice::automatic;
  int device = 0;
  int threads = 0;                ///< 0: every core this process may use
  std::int64_t memory_bytes = 0;  ///< 0: half of the machine's or the cgroup's memory, at most 8 GiB
  std::int32_t tile = kAutoTile;
};

/// The stored score: float32 as it is, or linearly scaled to integers with the scale in the file.
enum class ScoreType : std::uint8_t { float32, uint16, byte };

struct DetectOptions {
  std::string before, after;
  std::filesystem::path out;
  NormalizationKind normalize = NormalizationKind::orthogonal;
  ScoreKind score = ScoreKind::scva;
  std::int32_t smooth = 3;
  std::optional<double> epsilon;  ///< absent: 1 for integers, 1 % of the joint median for float32
  std::vector<std::string> before_bands, after_bands;
  std::optional<double> src_nodata;
  bool ignore_nodata = false;
  ScoreType type = ScoreType::float32;
  RasterFormat format = RasterFormat::cog;
  std::vector<std::string> creation_options;
  std::filesystem::path scratch;  ///< empty: beside the output
  bool overwrite = false;
  ResourceOptions resources;
};

const char* name_of(NormalizationKind kind);
const char* name_of(ScoreKind kind);
const char* name_of(ScoreType type);
const char* name_of(RasterFormat format);
const char* name_of(BackendChoice choice);

/// Unit of a score for the band description, e.g. "sigma", "radian", "input units", "1".
const char* unit_of(ScoreKind kind);

}  // namespace groundshift
