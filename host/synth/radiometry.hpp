// SPDX-License-Identifier: Apache-2.0
// From materials and light to pixel values: class spectra, skylight, season and sensor.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "host/synth/ground.hpp"
#include "host/synth/world.hpp"
#include "kernels/view/pixel_type.hpp"

namespace groundshift::synth {

inline constexpr std::int32_t kMostBands = 16;

/// Reflectance (0..1) of planted changes' surfaces.
enum class ChangeSurface : std::uint8_t { bright_soil, char_ash, roof_light_metal, roof_dark, roof_clay };
inline constexpr std::size_t kChangeSurfaceCount = 5;

/// One spectral band of the made-up sensor: its name, its centre in micrometres and the spectra there.
/// gain, offset, curve : AFTER = offset + gain * r + curve * r * (0.6 - r), r the reflectance at AFTER
struct Band {
  std::string name;
  float center = 0.0f;
  std::array<float, kMaterialCount> before, after;
  std::array<float, kChangeSurfaceCount> change;
  float sky = 0.0f;  ///< share of skylight in the light on flat ground
  float cloud = 0.7f;
  float gain = 1.0f, offset = 0.0f, curve = 0.0f;
};

/// The bands of an image with band_count bands (1..16). One band is panchromatic, two are red and near infrared, more
/// begin with blue, green, red, near infrared. `season` scales the differences of AFTER (0: none).
std::vector<Band> make_bands(const World& world, std::int32_t band_count, float season);

/// Reflectance of all pixels of a patch in one band.
/// light : direct sunlight (Ground::light or light_after)
void reflectance(const Ground& ground, const Band& band, bool at_after, Field& out);

/// Turns reflectance into the pixel values of `type`, with sensor noise.
/// scale : u8 420, u16 10000, f32 1 times reflectance; integers are kept in 1..max so that 0 stays nodata
class Sensor {
 public:
  Sensor(const World& world, PixelType type, float noise) : world_(&world), type_(type), noise_(noise) {}

  /// Adds noise that is a function of (seed, date, band, pixel); x0, y0: image coordinates of the patch's first pixel.
  void add_noise(std::int32_t x0, std::int32_t y0, std::uint32_t date, std::uint32_t band, Field& reflectance) const;
  float scale() const;
  float most() const;

 private:
  const World* world_;
  PixelType type_;
  float noise_;
};

}  // namespace groundshift::synth
