// SPDX-License-Identifier: Apache-2.0
// What else than the files' own nodata decides which pixels count: masks, the area of interest, saturation.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "host/io/aoi.hpp"
#include "host/io/mask_source.hpp"
#include "kernels/api/pair_tile.hpp"

namespace groundshift {

/// The user's words. masks, before_masks, after_masks : as parse_mask() takes them; those of one date say nothing of
/// the other, but a pixel must count on both. aoi : as AreaOfInterest takes it; saturated : a value or "auto"; empty:
/// none
struct RuleOptions {
  std::vector<std::string> masks, before_masks, after_masks;
  std::string aoi;
  std::string saturated;
  bool any() const {
    return !masks.empty() || !before_masks.empty() || !after_masks.empty() || !aoi.empty() || !saturated.empty();
  }
};

/// One mask on the output grid. reasons : kMaskedBefore, kMaskedAfter or both
struct PlannedMask {
  std::string option;
  std::uint8_t reasons = 0;
  MaskSource source;
};

struct PixelRules {
  std::vector<PlannedMask> masks;
  std::optional<AreaOfInterest> aoi;
  std::optional<double> saturated_before, saturated_after;

  /// Memory that applying them to a tile of this size takes while it lasts.
  std::int64_t read_bytes(std::int32_t width, std::int32_t height) const;
  bool empty() const { return masks.empty() && !aoi && !saturated_before && !saturated_after; }
};

struct DetectPlan;

/// Opens masks and area on the plan's grid. Throws what they throw.
PixelRules plan_rules(const RuleOptions& options, const DetectPlan& plan, Warnings& warnings);

/// Applies the rules to a decoded tile, a window of the output grid: validity becomes 0 where a mask or the area says
/// so, 2 where a pixel is saturated. scratch : a plane like the validity's; reasons : one like it that gets the
/// QualityBits, or null. after_only : BEFORE's pixels are not there
void apply_rules(PixelRules& rules, const Window& window, const PairTile& tile, bool after_only, std::uint8_t* scratch,
                 std::uint8_t* reasons);

/// Marks valid pixels of the tile's core whose window of this radius holds a pixel without validity or reaches beyond
/// the grid.
void mark_incomplete_windows(const PairTile& tile, const Window& window, std::int32_t radius, std::int32_t grid_width,
                             std::int32_t grid_height, std::uint8_t* reasons);

}  // namespace groundshift
