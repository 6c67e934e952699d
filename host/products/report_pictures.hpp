// SPDX-License-Identifier: Apache-2.0
// The pictures of a page: both dates on one stretch, the score, the class; of the whole scene and of single sites.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "host/io/png.hpp"
#include "host/products/date_means.hpp"
#include "host/products/report_sources.hpp"

namespace groundshift {

/// One for both dates, so that what looks different is different. low, high : 1st and 99th percentile of both dates
/// together, one a shown band; shown value = clamp((v - low) / (high - low), 0, 1) ^ gamma
struct JointStretch {
  std::vector<double> low, high;
  double gamma = 1.0;
};

/// Percentiles of the finite values of both (either may have no bands); a gamma from 0.5 to 1.2 that brings their
/// median to about 0.45, in steps of 0.05.
JointStretch joint_stretch(const ViewPixels& before, const ViewPixels& after, int threads = 1);
/// One or three bands as a picture; pixels without a value are light grey.
RgbImage stretched(const ViewPixels& pixels, const JointStretch& stretch);

/// Pictures are data URIs, empty where there is none; all of one size.
/// score_high : where the ramp ends: the 99.5th percentile of the scores of the overview, or one and a half times the
///              threshold where that is more, so that places still differ where few pixels changed
/// before_level, after_level : mean level of the pictures, 0 to 255; 0 where there is none
struct Overview {
  std::int32_t width = 0, height = 0;
  std::string before, after, score, change_class;
  JointStretch stretch;
  double score_high = 1.0;
  double before_level = 0.0, after_level = 0.0;
  RgbImage before_image, after_image;  ///< as encoded above, for close-ups of large places; without pixels where absent
  ViewPixels score_pixels;
  RgbImage score_image;
};
/// Width and height of a grid's overview.
std::array<std::int32_t, 2> overview_size(const Grid& grid, std::int32_t max_side);
/// All but the encoded pictures. made : pixels of the dates that need not be read
Overview read_overview(const ReportSources& sources, std::int32_t max_side, std::optional<double> threshold,
                       int threads, const DateMeans& made = {});
/// The encoded pictures. Reads the class raster alone.
void encode_overview(const ReportSources& sources, Overview& overview, int threads);
/// Both in one.
Overview make_overview(const ReportSources& sources, std::int32_t max_side, std::optional<double> threshold,
                       int threads = 1);

/// A square window around a site, as wide as twice its longer side and at least 48 pixels, moved into the grid.
PixelRect chip_window(const ListedSite& site, const Grid& grid);

/// width, height : of the pictures
struct Chip {
  PixelRect window;
  std::int32_t width = 0, height = 0;
  std::string before, after, score;
};
/// Windows of up to `max_side` pixels at native resolution, larger ones reduced to it; those that the overview shows
/// with that many pixels are cut out of it, since reading them could mean reading the whole scene once a place.
Chip make_chip(const ReportSources& sources, const Overview& overview, const ListedSite& site, std::int32_t max_side,
               int threads = 1);

}  // namespace groundshift
