// SPDX-License-Identifier: Apache-2.0
// A pixel is a function of (options, x, y): windows, crops and neighbours must not show.
#include "host/synth/scene.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <vector>

#include <gtest/gtest.h>

namespace groundshift::synth {
namespace {

SynthOptions plain() {
  SynthOptions o;
  o.width = o.height = 640;
  o.nodata_border = false;
  return o;
}

SceneTile draw(const Scene& scene, Window window) {
  SceneTile tile;
  tile.window = window;
  scene.draw(tile);
  return tile;
}

std::uint16_t value(const std::vector<std::byte>& pixels, const Window& w, std::int32_t band, std::int32_t x,
                    std::int32_t y) {
  std::uint16_t v = 0;
  const std::size_t at = (static_cast<std::size_t>(band) * w.height + (y - w.y)) * w.width + (x - w.x);
  std::memcpy(&v, pixels.data() + at * sizeof v, sizeof v);
  return v;
}

// Both tiles show the same u16 pixels where they overlap.
void expect_same(const SceneTile& a, const SceneTile& b, std::int32_t bands) {
  const std::int32_t x0 = std::max(a.window.x, b.window.x), y0 = std::max(a.window.y, b.window.y);
  const std::int32_t x1 = std::min(a.window.x + a.window.width, b.window.x + b.window.width);
  const std::int32_t y1 = std::min(a.window.y + a.window.height, b.window.y + b.window.height);
  ASSERT_LT(x0, x1);
  ASSERT_LT(y0, y1);
  for (std::int32_t band = 0; band < bands; ++band) {
    for (std::int32_t y = y0; y < y1; ++y) {
      for (std::int32_t x = x0; x < x1; ++x) {
        ASSERT_EQ(value(a.before, a.window, band, x, y), value(b.before, b.window, band, x, y))
            << band << ' ' << x << ' ' << y;
        ASSERT_EQ(value(a.after, a.window, band, x, y), value(b.after, b.window, band, x, y))
            << band << ' ' << x << ' ' << y;
      }
    }
  }
}

TEST(Scene, WindowsShowTheSamePixels) {
  SynthOptions o = plain();
  o.nodata_border = true;
  o.clouds = 0.1f;
  const Scene scene(o);
  const SceneTile whole = draw(scene, {0, 0, 640, 640});
  for (const Window w :
       {Window{0, 0, 256, 256}, Window{192, 320, 256, 128}, Window{101, 37, 99, 213}, Window{639, 639, 1, 1}}) {
    expect_same(draw(scene, w), whole, 4);
  }
}

TEST(Scene, CropOfABiggerSceneIsTheSmallerScene) {
  SynthOptions big = plain();
  big.width = big.height = 4096;
  expect_same(draw(Scene(plain()), {0, 0, 320, 320}), draw(Scene(big), {0, 0, 384, 384}), 4);
}

TEST(Scene, SeedsDiffer) {
  SynthOptions other = plain();
  other.seed = 2;
  const SceneTile a = draw(Scene(plain()), {0, 0, 128, 128}), b = draw(Scene(other), {0, 0, 128, 128});
  EXPECT_NE(a.before, b.before);
}

TEST(Scene, TruthIsExactlyWhatThePlantedChangesAlter) {
  SynthOptions with = plain();
  with.type = PixelType::f32;
  SynthOptions without = with;
  without.planted.fill(false);
  const Window w{0, 0, 512, 512};
  const SceneTile changed = draw(Scene(with), w), calm = draw(Scene(without), w);
  EXPECT_EQ(changed.before, calm.before);
  std::vector<float> a(changed.after.size() / 4), b(a.size());
  std::memcpy(a.data(), changed.after.data(), changed.after.size());
  std::memcpy(b.data(), calm.after.data(), calm.after.size());
  std::int64_t labelled = 0;
  const std::size_t pixels = changed.truth.size();
  for (std::size_t i = 0; i < pixels; ++i) {
    bool differs = false;
    for (std::size_t band = 0; band < 4; ++band) {
      const float u = a[band * pixels + i], v = b[band * pixels + i];
      differs = differs || !(u == v || (std::isnan(u) && std::isnan(v)));
    }
    ASSERT_EQ(differs, changed.truth[i] == kChanged) << i;
    ASSERT_NE(calm.truth[i], kChanged);
    labelled += changed.truth[i] == kChanged;
  }
  EXPECT_GT(labelled, 0);
  EXPECT_EQ(labelled, changed.changed[0] + changed.changed[1] + changed.changed[2]);
}

TEST(Scene, NodataIsUnlabelledAndNothingElseIs) {
  SynthOptions o = plain();
  o.nodata_border = true;
  o.clouds = 0.15f;
  const SceneTile tile = draw(Scene(o), {0, 0, 640, 640});
  for (std::int32_t y = 0; y < 640; ++y) {
    for (std::int32_t x = 0; x < 640; ++x) {
      const bool before = value(tile.before, tile.window, 0, x, y) != 0,
                 after = value(tile.after, tile.window, 0, x, y) != 0;
      for (std::int32_t band = 1; band < 4; ++band) {
        ASSERT_EQ(value(tile.before, tile.window, band, x, y) != 0, before);
        ASSERT_EQ(value(tile.after, tile.window, band, x, y) != 0, after);
      }
      ASSERT_EQ(tile.truth[y * 640 + x] == kUnlabelled, !(before && after));
    }
  }
  EXPECT_EQ(tile.unlabelled + tile.unchanged + tile.changed[0] + tile.changed[1] + tile.changed[2], 640 * 640);
}

TEST(Scene, CropsChangeWithoutBeingTheWantedChange) {
  SynthOptions o = plain();
  o.season = 0.0f;
  o.noise = 0.0f;
  o.clouds = 0.0f;
  const SceneTile tile = draw(Scene(o), {0, 0, 512, 512});
  std::int64_t other_crop = 0, same = 0;
  for (std::int32_t y = 0; y < 512; ++y) {
    for (std::int32_t x = 0; x < 512; ++x) {
      if (tile.truth[y * 512 + x] != kUnchanged) continue;
      const int d = std::abs(value(tile.before, tile.window, 3, x, y) - value(tile.after, tile.window, 3, x, y));
      other_crop += d > 500;  // 0.05 in reflectance
      same += d == 0;
    }
  }
  EXPECT_GT(other_crop, 512 * 512 / 20);
  EXPECT_GT(same, 512 * 512 / 20);
}

TEST(Scene, ShiftMovesTheContentOfAfter) {
  SynthOptions o = plain();
  o.noise = 0.0f;
  SynthOptions moved = o;
  moved.shift = {64.0, 0.0};
  const SceneTile at = draw(Scene(o), {0, 0, 256, 192}), shifted = draw(Scene(moved), {0, 0, 256, 192});
  EXPECT_EQ(at.before, shifted.before);
  for (std::int32_t y = 0; y < 192; ++y) {
    for (std::int32_t x = 64; x < 256; ++x) {
      ASSERT_EQ(value(shifted.after, shifted.window, 3, x, y), value(at.after, at.window, 3, x - 64, y))
          << x << ' ' << y;
    }
  }
}

TEST(Scene, SubPixelShiftLiesBetweenItsNeighbours) {
  // Half a pixel: correlation with the unshifted date is below 1 and the same for +0.5 and -0.5 within a little.
  SynthOptions o = plain();
  o.noise = 0.0f;
  const auto difference = [&](double dx) {
    SynthOptions moved = o;
    moved.shift = {dx, 0.0};
    const SceneTile a = draw(Scene(o), {0, 0, 192, 192}), b = draw(Scene(moved), {0, 0, 192, 192});
    double sum = 0.0;
    for (std::int32_t y = 0; y < 192; ++y) {
      for (std::int32_t x = 0; x < 192; ++x) {
        sum += std::abs(value(a.after, a.window, 3, x, y) - value(b.after, b.window, 3, x, y));
      }
    }
    return sum / (192.0 * 192.0);
  };
  const double quarter = difference(0.25), half = difference(0.5), whole = difference(1.0);
  EXPECT_GT(quarter, 0.0);
  EXPECT_GT(half, 1.4 * quarter);
  EXPECT_GT(whole, 1.4 * half);
}

TEST(Scene, ChangedShareIsInTheStatedRange) {
  SynthOptions o = plain();
  o.width = o.height = 1 << 14;
  o.band_count = 1;
  o.clouds = 0.0f;
  o.pixel_size = 10.0f;  // 7.7 x 7.7 km
  const SceneTile tile = draw(Scene(o), {2048, 1024, 768, 768});
  const double share = static_cast<double>(tile.changed[0] + tile.changed[1] + tile.changed[2]) / (768.0 * 768.0);
  EXPECT_GT(share, 0.003);
  EXPECT_LT(share, 0.008);
}

TEST(Bands, NamesAndSpectra) {
  const World world(1, 3.0f, 0.0f);
  EXPECT_EQ(make_bands(world, 1, 0.0f)[0].name, "pan");
  EXPECT_EQ(make_bands(world, 2, 0.0f)[1].name, "nir");
  const std::vector<Band> bands = make_bands(world, 16, 0.0f);
  ASSERT_EQ(bands.size(), 16u);
  EXPECT_EQ(bands[0].name, "blue");
  const auto crop = static_cast<std::size_t>(Material::crop), water = static_cast<std::size_t>(Material::water);
  EXPECT_GT(bands[3].before[crop], 8.0f * bands[2].before[crop]);  // vegetation: infrared far above red
  EXPECT_LT(bands[4].before[water], 0.01f);                        // water: dark in the short-wave infrared
  for (const Band& band : bands) {
    EXPECT_EQ(band.before, band.after);  // season 0
    EXPECT_EQ(band.gain, 1.0f);
    EXPECT_EQ(band.offset, 0.0f);
  }
}

TEST(Sensor, NoiseIsCentredAndScales) {
  const World world(1, 3.0f, 0.0f);
  const Sensor sensor(world, PixelType::u16, 1.0f);
  Field values;
  values.fill(0.2f);
  sensor.add_noise(640, 128, 0, 2, values);
  double sum = 0.0, squares = 0.0;
  for (const float v : values) {
    sum += static_cast<double>(v) - 0.2;
    squares += (static_cast<double>(v) - 0.2) * (static_cast<double>(v) - 0.2);
  }
  const double sigma = 0.0011 + 0.011 * 0.2;
  EXPECT_NEAR(sum / kPatchPixels, 0.0, 4.0 * sigma / 64.0);
  EXPECT_NEAR(std::sqrt(squares / kPatchPixels), sigma, 0.05 * sigma);
}

}  // namespace
}  // namespace groundshift::synth
