// SPDX-License-Identifier: Apache-2.0
// The command line's names of the options.
#include "host/engine/detect_options.hpp"

namespace groundshift {

const char* name_of(const AlignChoice& choice) {
  constexpr const char* kNames[] = {"auto", "global", "local"};
  return choice.on ? kNames[static_cast<int>(choice.mode)] : "off";
}

const char* name_of(ResampleMethod method) {
  constexpr const char* kNames[] = {"nearest", "bilinear", "cubic", "lanczos"};
  return kNames[static_cast<int>(method)];
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

const char* name_of(DecodeChoice choice) {
  constexpr const char* kNames[] = {"auto", "cpu", "cuda"};
  return kNames[static_cast<int>(choice)];
}

}  // namespace groundshift
