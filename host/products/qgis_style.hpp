// SPDX-License-Identifier: Apache-2.0
// The style that QGIS loads beside a heatmap (<stem>.qml): the picture's ramp and stretch.
#pragma once

#include <string>

namespace groundshift {

/// Text of a QGIS 3 layer style: band 1 as singleband pseudocolour, the ramp's stops from 0 to `high` (> 0, in the unit
/// of the score, as QGIS applies a band's scale and offset itself), linear between them, nodata transparent.
std::string qgis_style(double high);

}  // namespace groundshift
