// SPDX-License-Identifier: Apache-2.0
// Requests for the planner's tests: a plain one, and any number of odd ones drawn with a seed.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <random>
#include <sstream>
#include <string>

#include "host/plan/plan.hpp"

namespace groundshift::test {

inline constexpr std::int64_t kMiB = 1 << 20;

/// One band of bytes in blocks of 256 x 256, no halo, one thread, a budget that never matters.
inline PlanRequest plain_request(std::int32_t width, std::int32_t height) {
  PlanRequest r;
  r.width = width;
  r.height = height;
  r.before = r.after = {std::min(width, 256), std::min(height, 256), 0};
  r.memory_bytes = 4096 * kMiB;
  return r;
}

/// Sizes from one pixel to some thousand, tiled and striped files, every tile option, budgets from far too small to
/// ample.
inline PlanRequest random_request(std::mt19937& random) {
  const auto upto = [&](std::int32_t least, std::int32_t most) {
    return std::uniform_int_distribution<std::int32_t>(least, most)(random);
  };
  const auto side = [&] { return upto(0, 9) == 0 ? upto(1, 3) : upto(1, 6000); };
  PlanRequest r;
  r.width = side();
  r.height = side();
  const auto unit = [&] {
    const bool strip = upto(0, 2) == 0;
    const std::int32_t block = 1 << upto(4, 10);
    const std::int32_t edge = ((256 + block - 1) / block) * block;
    return UnitGeometry{strip ? r.width : std::min(edge, r.width), std::min(edge, r.height),
                        std::int64_t{upto(0, 1 << 20)}};
  };
  r.before = unit();
  r.after = unit();
  r.halo = upto(0, 3) == 0 ? upto(1, 300) : upto(0, 4);
  r.type = static_cast<PixelType>(upto(0, 3));
  r.band_count = upto(1, 8);
  constexpr std::int32_t kTiles[] = {kAutoTile, kAutoTile, 256, 512, 1024, kWholeTile};
  r.tile = kTiles[upto(0, 5)];
  r.threads = upto(1, 8);
  r.memory_bytes = static_cast<std::int64_t>(std::exp2(std::uniform_real_distribution<double>(20.0, 33.0)(random)));
  if (upto(0, 1) == 1) {
    const std::int64_t per_pixel = upto(0, 12);
    r.extra_bytes = [per_pixel](std::int32_t w, std::int32_t h) { return per_pixel * w * h; };
  }
  return r;
}

inline std::string text_of(const PlanRequest& r) {
  std::ostringstream s;
  s << r.width << "x" << r.height << " halo " << r.halo << " " << name_of(r.type) << " x" << r.band_count << " units "
    << r.before.width << "x" << r.before.height << ", " << r.after.width << "x" << r.after.height << " tile " << r.tile
    << " threads " << r.threads << " memory " << r.memory_bytes;
  return s.str();
}

}  // namespace groundshift::test
