// SPDX-License-Identifier: Apache-2.0
// What the values of a mask file mean, from a user's words or a known product's specification.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace groundshift {

/// What a mask says of a pixel.
enum class MaskVerdict : std::uint8_t {
  clear = 0,
  masked = 1,    ///< not to be looked at
  saturated = 2  ///< kept in the output, out of statistics (QA_RADSAT alone says this)
};

/// One look at one band (1-based): true when any wanted bit is set, or the value is in `values` (or, with
/// `other_than`, in none of them). Bit 0 is the least significant; a value that is no integer has no bits and is NaN's
/// equal: it counts as masked.
struct MaskTest {
  std::int32_t band = 1;
  std::uint32_t bits = 0;
  std::vector<double> values;
  bool other_than = false;
  MaskVerdict verdict = MaskVerdict::masked;

  bool holds(double value) const;
};

/// A pixel's verdict is that of the tests that hold, `masked` before `saturated`; `inverted` swaps clear and masked.
struct MaskRule {
  std::string name;
  std::vector<MaskTest> tests;
  bool inverted = false;

  MaskVerdict judge(const double* band_values) const;  ///< band_values[0] is band 1
  std::int32_t band_count() const;                     ///< bands that the tests look at: 1 .. band_count
};

/// dilate_px, dilate_metres : masked pixels grow by this distance (one of them, or neither)
/// outside_is_masked        : pixels that the file does not cover. They are masked unless the user says otherwise:
///                            nothing is known about clouds there
struct MaskSpec {
  std::string path;
  MaskRule rule;
  double dilate_px = 0.0;
  double dilate_metres = 0.0;
  bool outside_is_masked = true;
};

/// `FILE[:LAYOUT][:bits=3,4][:values=0,1][:band=N][:invert][:dilate=3px|30m][:outside=masked|clear]`, in any order.
/// Taken from the right as long as what stands behind the last colon is one of these, so that colons in paths, URLs and
/// GDAL names stay. LAYOUT, without which 0 is masked and anything else is clear (`generic`), is one of
///   udm2      Planet UDM2, 8 bands: masked where band 1 (clear) is not 1, or band 8 (unusable) has any bit but bit 1
///             (cloud of the older mask, which band 1 replaces); snow, shadow and haze are not clear
///   scl       Sentinel-2 scene classification: masked 0 no data, 1 saturated or defective, 3 cloud shadow, 8 and 9
///             cloud, 10 cirrus; 11 snow and ice is kept (add :values=0,1,3,8,9,10,11 to have it masked)
///   qa_pixel  Landsat Collection 2: masked bits 0 fill, 1 dilated cloud, 2 cirrus, 3 cloud, 4 cloud shadow; 5 snow and
///             7 water are kept
///   qa_radsat Landsat Collection 2: saturated bits 0 to 8 (bands), masked bits 9 dropped pixel (Landsat 4-7) and 11
///             terrain occlusion
/// bits and values replace a layout and both mask; values are judged as stored, the file's own nodata is ignored.
/// Throws UsageError naming `option`.
MaskSpec parse_mask(const std::string& text, const std::string& option);

/// The rule of a layout by name; nothing for an unknown name.
std::optional<MaskRule> mask_layout(const std::string& name);

}  // namespace groundshift
