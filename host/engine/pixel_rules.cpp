// SPDX-License-Identifier: Apache-2.0
// Masks, area and saturation on the validity of a tile.
#include "host/engine/pixel_rules.hpp"

#include <algorithm>

#include "host/engine/detect_plan.hpp"
#include "host/io/quality_bits.hpp"
#include "host/io/saturation.hpp"

namespace groundshift {
namespace {

void apply_mask(PlannedMask& mask, const Window& window, const PairTile& tile, std::uint8_t* valid,
                std::uint8_t* verdicts, std::uint8_t* reasons) {
  mask.source.read(window, verdicts, tile.row_pitch);
  for (std::int32_t y = 0; y < tile.height; ++y) {
    const std::ptrdiff_t row = y * tile.row_pitch;
    for (std::ptrdiff_t i = row; i < row + tile.width; ++i) {
      if (verdicts[i] == static_cast<std::uint8_t>(MaskVerdict::masked)) {
        valid[i] = 0;
        if (reasons != nullptr) reasons[i] |= mask.reasons;
      } else if (verdicts[i] == static_cast<std::uint8_t>(MaskVerdict::saturated) && valid[i] == 1) {
        valid[i] = 2;
      }
    }
  }
}

void mark_date(const PairTile& tile, const void* pixels, double value, std::uint8_t* valid) {
  mark_saturated(tile.type, pixels, tile.width, tile.height, tile.band_count, tile.row_pitch, tile.band_pitch, value,
                 valid);
}

}  // namespace

std::int64_t PixelRules::read_bytes(std::int32_t width, std::int32_t height) const {
  std::int64_t most = 0;
  for (const PlannedMask& mask : masks) most = std::max(most, mask.source.read_bytes(width, height));
  return most;
}

PixelRules plan_rules(const RuleOptions& options, const DetectPlan& plan, Warnings& warnings) {
  PixelRules rules;
  const auto add = [&](const std::vector<std::string>& texts, const char* option, unsigned reasons) {
    for (const std::string& text : texts) {
      rules.masks.push_back(
          {option, static_cast<std::uint8_t>(reasons), MaskSource(parse_mask(text, option), plan.grid, warnings)});
    }
  };
  add(options.masks, "--mask", kMaskedBefore | kMaskedAfter);
  add(options.before_masks, "--before-mask", kMaskedBefore);
  add(options.after_masks, "--after-mask", kMaskedAfter);
  if (!options.aoi.empty()) rules.aoi.emplace(options.aoi, plan.grid, warnings);
  if (!options.saturated.empty()) {
    const auto value = [&](const PlannedInput& input) {
      return saturation_value(options.saturated, input.description, input.selection.bands);
    };
    rules.saturated_before = value(plan.before);
    rules.saturated_after = value(plan.after);
  }
  return rules;
}

void apply_rules(PixelRules& rules, const Window& window, const PairTile& tile, bool after_only, std::uint8_t* scratch,
                 std::uint8_t* reasons) {
  // The tile's memory is the slot's or the store's own, filled by the reader that calls this.
  auto* valid = const_cast<std::uint8_t*>(tile.valid);
  for (PlannedMask& mask : rules.masks) apply_mask(mask, window, tile, valid, scratch, reasons);
  if (rules.saturated_before && !after_only) mark_date(tile, tile.before, *rules.saturated_before, valid);
  if (rules.saturated_after) mark_date(tile, tile.after, *rules.saturated_after, valid);
  if (rules.aoi) rules.aoi->draw(window, scratch, tile.row_pitch);
  for (std::int32_t y = 0; y < tile.height; ++y) {
    const std::ptrdiff_t row = y * tile.row_pitch;
    for (std::ptrdiff_t i = row; i < row + tile.width; ++i) {
      if (rules.aoi && scratch[i] == 0) {
        valid[i] = 0;
        if (reasons != nullptr) reasons[i] = kOutsideAoi;
      } else if (reasons != nullptr && valid[i] == 2) {
        reasons[i] |= kSaturated;
      }
    }
  }
}

void mark_incomplete_windows(const PairTile& tile, const Window& window, std::int32_t radius, std::int32_t grid_width,
                             std::int32_t grid_height, std::uint8_t* reasons) {
  if (radius == 0) return;
  const Window& core = tile.core;
  // Invalid pixels within the radius along a row, then of those rows along a column.
  std::vector<std::int32_t> in_column(static_cast<std::size_t>(core.width), 0);
  const auto count_row = [&](std::int32_t y, std::int32_t sign) {
    if (y < 0 || y >= tile.height) return;
    const std::uint8_t* valid = tile.valid + y * tile.row_pitch;
    std::int32_t inside = 0;
    const auto invalid = [&](std::int32_t x) { return x >= 0 && x < tile.width && valid[x] == 0 ? 1 : 0; };
    for (std::int32_t x = core.x - radius; x < core.x + radius; ++x) inside += invalid(x);
    for (std::int32_t x = 0; x < core.width; ++x) {
      inside += invalid(core.x + x + radius);
      in_column[static_cast<std::size_t>(x)] += sign * inside;
      inside -= invalid(core.x + x - radius);
    }
  };
  for (std::int32_t y = core.y - radius; y < core.y + radius; ++y) count_row(y, 1);
  for (std::int32_t y = 0; y < core.height; ++y) {
    count_row(core.y + y + radius, 1);
    const std::int32_t grid_y = window.y + core.y + y;
    const bool row_whole = grid_y >= radius && grid_y + radius < grid_height;
    const std::ptrdiff_t row = (core.y + y) * tile.row_pitch + core.x;
    for (std::int32_t x = 0; x < core.width; ++x) {
      const std::int32_t grid_x = window.x + core.x + x;
      const bool whole =
          row_whole && grid_x >= radius && grid_x + radius < grid_width && in_column[static_cast<std::size_t>(x)] == 0;
      if (!whole && tile.valid[row + x] != 0) reasons[row + x] |= kIncompleteWindow;
    }
    count_row(core.y + y - radius, -1);
  }
}

}  // namespace groundshift
