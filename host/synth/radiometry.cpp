// SPDX-License-Identifier: Apache-2.0
// Spectra are typical reflectances rounded by hand from the shapes of the USGS and ECOSTRESS spectral libraries'
// classes.
#include "host/synth/radiometry.hpp"

#include <algorithm>

namespace groundshift::synth {
namespace {

constexpr std::size_t kNodeCount = 8;
constexpr std::array<float, kNodeCount> kWavelengths = {0.44f, 0.49f, 0.56f, 0.665f, 0.74f, 0.84f, 1.61f, 2.2f};
using Spectrum = std::array<float, kNodeCount>;

constexpr std::array<Spectrum, kMaterialCount> kSpectra = {{
    {0.075f, 0.095f, 0.128f, 0.172f, 0.20f, 0.24f, 0.33f, 0.28f},      // soil
    {0.026f, 0.032f, 0.072f, 0.036f, 0.28f, 0.45f, 0.21f, 0.10f},      // crop
    {0.085f, 0.115f, 0.168f, 0.225f, 0.27f, 0.32f, 0.39f, 0.27f},      // dry
    {0.036f, 0.046f, 0.085f, 0.064f, 0.23f, 0.33f, 0.25f, 0.14f},      // grass
    {0.020f, 0.025f, 0.050f, 0.030f, 0.22f, 0.35f, 0.17f, 0.08f},      // broadleaf
    {0.016f, 0.019f, 0.034f, 0.023f, 0.13f, 0.20f, 0.095f, 0.042f},    // conifer
    {0.070f, 0.080f, 0.090f, 0.098f, 0.104f, 0.11f, 0.13f, 0.12f},     // asphalt
    {0.155f, 0.185f, 0.215f, 0.240f, 0.255f, 0.27f, 0.30f, 0.27f},     // concrete
    {0.058f, 0.070f, 0.102f, 0.195f, 0.235f, 0.27f, 0.32f, 0.27f},     // roof, clay tiles
    {0.105f, 0.115f, 0.126f, 0.134f, 0.138f, 0.145f, 0.165f, 0.165f},  // roof, slate and bitumen
    {0.340f, 0.365f, 0.385f, 0.395f, 0.395f, 0.40f, 0.39f, 0.37f},     // roof, light metal
    {0.052f, 0.048f, 0.042f, 0.022f, 0.012f, 0.008f, 0.003f, 0.002f},  // water
    {0.066f, 0.078f, 0.098f, 0.080f, 0.050f, 0.034f, 0.008f, 0.005f},  // silty water
    {0.130f, 0.170f, 0.215f, 0.265f, 0.29f, 0.32f, 0.40f, 0.36f},      // sand and gravel
}};

constexpr std::array<Spectrum, kChangeSurfaceCount> kChangeSpectra = {{
    {0.125f, 0.165f, 0.220f, 0.285f, 0.32f, 0.36f, 0.45f, 0.41f},    // freshly bared soil
    {0.028f, 0.031f, 0.035f, 0.040f, 0.045f, 0.055f, 0.11f, 0.13f},  // char and ash
    {0.420f, 0.450f, 0.470f, 0.480f, 0.48f, 0.48f, 0.45f, 0.43f},    // light metal roof
    {0.055f, 0.058f, 0.060f, 0.062f, 0.064f, 0.068f, 0.08f, 0.09f},  // dark membrane roof
    {0.065f, 0.080f, 0.120f, 0.240f, 0.28f, 0.31f, 0.36f, 0.30f},    // clay roof
}};

// What a later date does to each material: multiplies the reflectance at 0.44 .. 2.2 micrometres (season 1).
constexpr Spectrum kNoChange = {1, 1, 1, 1, 1, 1, 1, 1};
constexpr Spectrum kYellowing = {1.18f, 1.2f, 1.28f, 1.5f, 0.96f, 0.84f, 1.12f, 1.22f};
constexpr Spectrum kDamp = {0.84f, 0.84f, 0.83f, 0.82f, 0.82f, 0.82f, 0.76f, 0.74f};
constexpr Spectrum kDarker = {0.97f, 0.96f, 0.95f, 0.98f, 0.93f, 0.9f, 0.95f, 0.97f};

const Spectrum& seasonal_factor(Material m) {
  switch (m) {
    case Material::soil: return kDamp;
    case Material::grass:
    case Material::broadleaf: return kYellowing;
    case Material::conifer: return kDarker;
    default: return kNoChange;
  }
}

struct BandName {
  const char* name;
  float center;
};
constexpr std::array<BandName, kMostBands> kBands = {{
    {"blue", 0.49f},
    {"green", 0.56f},
    {"red", 0.665f},
    {"nir", 0.84f},
    {"swir16", 1.61f},
    {"swir22", 2.19f},
    {"rededge705", 0.705f},
    {"rededge740", 0.74f},
    {"rededge783", 0.783f},
    {"nir08", 0.865f},
    {"coastal", 0.443f},
    {"yellow", 0.605f},
    {"nir09", 0.945f},
    {"nir10", 1.02f},
    {"swir12", 1.24f},
    {"swir20", 2.0f},
}};

float at_wavelength(const Spectrum& spectrum, float wavelength) {
  std::size_t k = 0;
  while (k + 2 < kNodeCount && wavelength > kWavelengths[k + 1]) ++k;
  const float t = clamp01((wavelength - kWavelengths[k]) / (kWavelengths[k + 1] - kWavelengths[k]));
  return lerp(spectrum[k], spectrum[k + 1], t);
}

}  // namespace

std::vector<Band> make_bands(const World& world, std::int32_t band_count, float season) {
  std::vector<BandName> wanted(kBands.begin(), kBands.begin() + band_count);
  if (band_count == 1) wanted = {{"pan", 0.6f}};
  if (band_count == 2) wanted = {kBands[2], kBands[3]};
  std::vector<Band> bands;
  for (std::size_t b = 0; b < wanted.size(); ++b) {
    Band band;
    band.name = wanted[b].name;
    band.center = wanted[b].center;
    for (std::size_t m = 0; m < kMaterialCount; ++m) {
      band.before[m] = at_wavelength(kSpectra[m], band.center);
      const float factor = at_wavelength(seasonal_factor(static_cast<Material>(m)), band.center);
      band.after[m] = band.before[m] * (1.0f + season * (factor - 1.0f));
    }
    for (std::size_t c = 0; c < kChangeSurfaceCount; ++c)
      band.change[c] = at_wavelength(kChangeSpectra[c], band.center);
    const float blueness = 0.49f / band.center;
    band.sky = 0.30f * blueness * blueness;  // skylight falls off towards the infrared
    band.cloud = band.center > 1.2f ? 0.45f : 0.72f;
    const std::uint32_t id = world.stream(Stream::season, static_cast<std::uint32_t>(b));
    band.gain = 1.0f + season * (0.06f + 0.17f * signed_unit(mix(id + 1)));
    band.offset = season * (0.004f + 0.022f * blueness * unit(mix(id + 2)));
    band.curve = season * 0.28f * signed_unit(mix(id + 3));
    bands.push_back(band);
  }
  return bands;
}

void reflectance(const Ground& ground, const Band& band, bool at_after, Field& out) {
  const auto& spectra = at_after ? band.after : band.before;
  out.fill(0.0f);
  for (std::size_t m = 0; m < kMaterialCount; ++m) {
    if (!ground.used[m]) continue;
    const float value = spectra[m];
    const Field& share = at_after && m < kSeasonalCount ? ground.share_after[m] : ground.share[m];
    for (std::size_t i = 0; i < kPatchPixels; ++i) out[i] += value * share[i];
  }
  const Field& light = at_after ? ground.light_after : ground.light;
  const float direct = 1.0f - band.sky;
  for (std::size_t i = 0; i < kPatchPixels; ++i) out[i] *= ground.tone[i] * (band.sky + direct * light[i]);
}

void Sensor::add_noise(std::int32_t x0, std::int32_t y0, std::uint32_t date, std::uint32_t band, Field& values) const {
  if (noise_ <= 0.0f) return;
  const std::uint32_t seed = world_->stream(Stream::sensor, date * kMostBands + band);
  const float floor_sigma = 0.0011f * noise_ * (1.0f / 147.8f);  // four uniform bytes have a sigma of 147.8
  const float relative_sigma = 0.011f * noise_ * (1.0f / 147.8f);
  for (std::int32_t y = 0; y < kPatchSize; ++y) {
    const std::uint32_t row = mix(seed + static_cast<std::uint32_t>(y0 + y) * 0x9e3779b1U);
    float* line = values.data() + y * kPatchSize;
    for (std::int32_t x = 0; x < kPatchSize; ++x) {
      const std::uint32_t h = mix(row ^ (static_cast<std::uint32_t>(x0 + x) * 0x85ebca77U));
      const std::uint32_t pairs = (h & 0x00ff00ffU) + ((h >> 8U) & 0x00ff00ffU);
      const auto bytes = static_cast<std::int32_t>((pairs & 0xffffU) + (pairs >> 16U));
      line[x] += static_cast<float>(bytes - 510) * (floor_sigma + relative_sigma * line[x]);
    }
  }
}

float Sensor::scale() const {
  switch (type_) {
    case PixelType::u8: return 420.0f;
    case PixelType::u16:
    case PixelType::i16: return 10000.0f;
    case PixelType::f32: break;
  }
  return 1.0f;
}

float Sensor::most() const {
  switch (type_) {
    case PixelType::u8: return 255.0f;
    case PixelType::u16: return 65535.0f;
    case PixelType::i16: return 32767.0f;
    case PixelType::f32: break;
  }
  return 4.0f;
}

}  // namespace groundshift::synth
