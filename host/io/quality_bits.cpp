// SPDX-License-Identifier: Apache-2.0
// Names and colours of the quality product.
#include "host/io/quality_bits.hpp"

#include <array>

#include "host/base/error.hpp"

namespace groundshift {
namespace {

struct Colored {
  std::uint8_t bits;
  std::array<std::uint8_t, 3> color;
};

// The first row whose bits are all set gives the colour. Told apart also by red-green blind readers (dark to light).
constexpr Colored kColors[] = {
    {kOutsideOverlap, {64, 64, 64}},
    {kNodataBefore | kNodataAfter, {16, 16, 48}},
    {kNodataBefore, {48, 48, 112}},
    {kNodataAfter, {80, 80, 160}},
    {kMaskedBefore | kMaskedAfter, {150, 190, 220}},
    {kMaskedBefore, {180, 210, 235}},
    {kMaskedAfter, {205, 228, 245}},
    {kResampledFromInvalid, {136, 86, 167}},
    {kSaturated, {230, 159, 0}},
    {kIncompleteWindow, {240, 228, 160}},
};

}  // namespace

const char* quality_name(std::uint8_t bit) {
  switch (bit) {
    case kNodataBefore: return "nodata before";
    case kNodataAfter: return "nodata after";
    case kMaskedBefore: return "masked before";
    case kMaskedAfter: return "masked after";
    case kSaturated: return "saturated";
    case kOutsideOverlap: return "outside overlap";
    case kIncompleteWindow: return "incomplete window";
    case kResampledFromInvalid: return "resampled from invalid";
    default: break;
  }
  expects(false, "one quality bit");
  return "";
}

std::string quality_text(std::uint8_t value) {
  if (value == 0) return "good";
  if (value == kOutsideAoi) return "outside AOI";
  std::string text;
  for (const std::uint8_t bit : kQualityBits) {
    if ((value & bit) != 0) text += (text.empty() ? "" : " + ") + std::string(quality_name(bit));
  }
  return text;
}

std::vector<Category> quality_categories() {
  std::vector<Category> out;
  for (int value = 0; value < 256; ++value) {
    const auto byte = static_cast<std::uint8_t>(value);
    std::array<std::uint8_t, 3> color{56, 142, 60};
    if (byte == kOutsideAoi) {
      color = {255, 255, 255};
    } else {
      for (const Colored& c : kColors) {
        if ((byte & c.bits) != c.bits) continue;
        color = c.color;
        break;
      }
    }
    out.push_back({byte, quality_text(byte), color[0], color[1], color[2]});
  }
  return out;
}

}  // namespace groundshift
