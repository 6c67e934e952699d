// SPDX-License-Identifier: Apache-2.0
// The planted changes: where they are, what shape they have and what they do to the pixels of AFTER.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "host/synth/building.hpp"
#include "host/synth/patch.hpp"
#include "host/synth/radiometry.hpp"
#include "host/synth/town.hpp"

namespace groundshift::synth {

enum class ChangeKind : std::uint8_t { building, cleared, burnt };
inline constexpr std::size_t kChangeKindCount = 3;
const char* name_of(ChangeKind kind);

struct ChangeSite {
  ChangeKind kind = ChangeKind::building;
  double x = 0.0, y = 0.0;
  float core = 0.0f;    ///< metres; its usual radius
  float radius = 0.0f;  ///< metres; nothing of it, shadow included, is farther from (x, y)
  std::uint32_t id = 0;
  Building hall;  ///< building only
  ChangeSurface surface = ChangeSurface::bright_soil;
};

/// Sites whose middle lies within the bounds. In each 2 x 2 block of cells every kind stands once, in hashed order, and
/// one cell stays empty; a site that finds no fitting ground is left out. Pure in the world.
std::vector<ChangeSite> sites_within(const World& world, const Bounds& bounds);

/// The farthest a change reaches from its middle, metres.
inline constexpr double kFarthestChange = 160.0;

/// What the changes do to a patch. A pixel is changed when at least half of it is covered; others stay untouched.
/// kind    : 0 unchanged, else 1 + ChangeKind
/// cover   : share of the new surface in the pixel, 0..1; surface: which one
/// light   : factor on the direct light of AFTER (the shadow of new buildings)
/// tone    : brightness of the new surface, own light included
struct ChangeLayer {
  bool any = false;
  std::array<std::uint8_t, kPatchPixels> kind;
  std::array<std::uint8_t, kPatchPixels> surface;
  Field cover, light, tone;
};

void draw_changes(const World& world, const Frame& frame, const std::vector<ChangeSite>& sites, ChangeLayer& out);

/// Mixes the changes into the reflectance of AFTER in one band. contrast 1: the full change; 0: none.
void apply_changes(const ChangeLayer& changes, const Ground& ground, const Band& band, float contrast,
                   Field& reflectance);

}  // namespace groundshift::synth
