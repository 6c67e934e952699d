// SPDX-License-Identifier: Apache-2.0
// What lies on each pixel of a patch: shares of materials at either date and the light that falls on them.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "host/synth/patch.hpp"

namespace groundshift::synth {

/// The first four change with the crop of a parcel between the dates; the others are the same at both.
enum class Material : std::uint8_t {
  soil,
  crop,
  dry,
  grass,
  broadleaf,
  conifer,
  asphalt,
  concrete,
  roof_red,
  roof_gray,
  roof_metal,
  water,
  silt,
  sand,
};
inline constexpr std::size_t kMaterialCount = 14;
inline constexpr std::size_t kSeasonalCount = 4;

/// share[m]       : share of the pixel, BEFORE; all materials sum to 1
/// share_after[m] : the same at AFTER for the first kSeasonalCount materials
/// light, light_after : direct sunlight relative to flat, unshaded ground (0 in full shadow)
/// tone           : brightness of the surface, both dates
/// used[m]        : false when share[m] is 0 everywhere (share is then not to be read)
struct Ground {
  std::array<Field, kMaterialCount> share;
  std::array<Field, kSeasonalCount> share_after;
  Field light, light_after, tone;
  std::array<bool, kMaterialCount> used;
  Field rest;  ///< share not yet taken while layers are laid from the top down

  /// Nothing laid yet.
  void clear();
  Field& of(Material m);
  /// Lays `cover` of what is left of pixel `i` with a material that is the same at both dates.
  void lay(Material m, std::int32_t i, float cover) {
    const float taken = cover * rest[static_cast<std::size_t>(i)];
    share[static_cast<std::size_t>(m)][static_cast<std::size_t>(i)] += taken;
    rest[static_cast<std::size_t>(i)] -= taken;
  }
};

inline void Ground::clear() {
  used.fill(false);
  rest.fill(1.0f);
  light.fill(1.0f);
  light_after.fill(1.0f);
  tone.fill(1.0f);
}

/// The field of a material, zeroed when it is first asked for; both dates' for the seasonal ones.
inline Field& Ground::of(Material m) {
  const auto index = static_cast<std::size_t>(m);
  if (!used[index]) {
    used[index] = true;
    share[index].fill(0.0f);
    if (index < kSeasonalCount) share_after[index].fill(0.0f);
  }
  return share[index];
}

}  // namespace groundshift::synth
