// SPDX-License-Identifier: Apache-2.0
// The command line's names of the options.
#include "host/engine/detect_options.hpp"

namespace groundshift {

const char* name_of(NormalizationKind kind) {
  switch (kind) {
    case NormalizationKind::none: return "none";
    case NormalizationKind::zscore: return "zscore";
    case NormalizationKind::regression: return "regression";
    case NormalizationKind::orthogonal: return "orthogonal";
  }
  return "?";
}

const char* name_of(ScoreKind kind) {
  switch (kind) {
    case ScoreKind::difference: return "difference";
    case ScoreKind::relative: return "relative";
    case ScoreKind::log_ratio: return "log-ratio";
    case ScoreKind::cva: return "cva";
    case ScoreKind::scva: return "scva";
    case ScoreKind::angle: return "angle";
  }
  return "?";
}

const char* name_of(ScoreType type) {
  switch (type) {
    case ScoreType::float32: return "Float32";
    case ScoreType::uint16: return "UInt16";
    case ScoreType::byte: return "Byte";
  }
  return "?";
}

const char* name_of(RasterFormat format) { return format == RasterFormat::cog ? "COG" : "GTiff"; }

const char* name_of(BackendChoice choice) {
  switch (choice) {
    case BackendChoice::automatic: return "auto";
    case BackendChoice::cpu: return "cpu";
    case BackendChoice::cuda: return "cuda";
  }
  return "?";
}

const char* unit_of(ScoreKind kind) {
  switch (kind) {
    case ScoreKind::difference:
    case ScoreKind::cva: return "input units";
    case ScoreKind::scva: return "sigma";
    case ScoreKind::angle: return "radian";
    case ScoreKind::relative:
    case ScoreKind::log_ratio: break;
  }
  return "1";
}

}  // namespace groundshift
