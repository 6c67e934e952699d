// SPDX-License-Identifier: Apache-2.0
// The mask of sites as classes: 0 unchanged, 1 changed, 255 no score.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "host/io/raster_sink.hpp"
#include "host/sites/find_sites.hpp"

namespace groundshift {

inline constexpr std::uint8_t kUnchanged = 0, kChanged = 1, kNoClass = 255;

std::vector<Category> class_categories();
/// Description of the band. rule : by which the threshold came about
std::string class_title(double threshold, const std::string& rule);

/// Classes of a window's pixels, rows without gaps.
void paint_classes(FindSites& sites, const Window& window, std::uint8_t* classes);

}  // namespace groundshift
