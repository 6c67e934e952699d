// SPDX-License-Identifier: Apache-2.0
// Common names of bands (red, nir, ...): from what files say of them, and both dates matched by them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "host/io/raster_description.hpp"

namespace groundshift {

/// The common name that a word stands for, ignoring case, spaces, '-' and '_': coastal, blue, green, yellow, red,
/// rededge, nir, cirrus, swir1, swir2, lwir, pan and their usual spellings (nir08, swir16, "near infrared" ...). Empty:
/// none. Product names such as B4 mean another band on every sensor and are not taken.
std::string common_name_of(const std::string& word);

/// The common name of a central wavelength in micrometres after STAC's EO extension (swir16 is swir1, nir08 and nir09
/// are nir; pan, which overlaps others, is none). Empty: none.
std::string common_name_of_wavelength(double micrometres);

/// One list of bands a date, in a common order.
struct MatchedBands {
  std::vector<std::int32_t> before, after;  ///< 1-based
  bool by_name = false;                     ///< both have names, and AFTER is in BEFORE's order
  bool different = false;                   ///< both have names, which differ; the lists are as they were
  std::string note;                         ///< what was done, for plans; empty: nothing
};

/// What becomes of two dates whose names are complete and differ.
enum class DifferentBands : std::uint8_t { refused, kept };

/// Matches the bands chosen of both dates. AFTER is reordered only when every band of both lists has a common name, no
/// name twice, and both have the same names; lists of which one has no complete, unique names stay as they are. Throws
/// InputError with both lists when both have complete, unique names and those differ, unless such lists are kept: for
/// scores that take the dates' bands as two sets and pair none.
MatchedBands match_bands(const RasterDescription& before, const std::vector<std::int32_t>& before_bands,
                         const RasterDescription& after, const std::vector<std::int32_t>& after_bands,
                         DifferentBands different = DifferentBands::refused);

}  // namespace groundshift
