// SPDX-License-Identifier: Apache-2.0
// Clouds are fractal noise above a threshold that is measured once for the share asked for.
#include "host/synth/sky.hpp"

#include <algorithm>
#include <vector>

namespace groundshift::synth {
namespace {

constexpr float kRim = 0.05f;      // how far below the threshold the rim starts
constexpr float kRagged = 0.035f;  // roughness of the outline, in units of the noise

}  // namespace

Clouds::Clouds(const World& world, std::uint32_t date, float share) : world_(&world), date_(date), share_(share) {
  if (share <= 0.0f) return;
  constexpr std::int32_t kSide = 160;
  std::vector<float> sample;
  sample.reserve(std::size_t{kSide} * kSide);
  for (std::int32_t j = 0; j < kSide; ++j) {
    for (std::int32_t i = 0; i < kSide; ++i) sample.push_back(density(i * 431.0, j * 431.0));
  }
  const auto rank = static_cast<std::ptrdiff_t>((1.0f - std::min(share, 0.9f)) * static_cast<float>(sample.size() - 1));
  std::nth_element(sample.begin(), sample.begin() + rank, sample.end());
  threshold_ = sample[static_cast<std::size_t>(rank)];
  const Sun& sun = date == 0 ? world.before : world.after;
  const double drop = 430.0 * static_cast<double>(sun.shadow_length);  // low cumulus
  offset_x_ = -drop * static_cast<double>(sun.shadow_x);
  offset_y_ = -drop * static_cast<double>(sun.shadow_y);
}

float Clouds::density(double x, double y) const {
  return fractal_noise(world_->stream(Stream::cloud, date_), x, y, 2600.0, 5, 0.5f);
}

bool Clouds::draw(const Frame& frame, Field& hidden, Field& haze, Field& shadow) const {
  if (share_ <= 0.0f) return false;
  NodeField here, above;
  float most = -2.0f;
  for (std::int32_t j = 0; j < kNodeSide; ++j) {
    for (std::int32_t i = 0; i < kNodeSide; ++i) {
      const double x = frame.x(static_cast<float>(i * kNodeStep));
      const double y = frame.y(static_cast<float>(j * kNodeStep));
      const auto node = static_cast<std::size_t>(j * kNodeSide + i);
      here[node] = density(x, y);
      above[node] = density(x + offset_x_, y + offset_y_);
      most = std::max(most, std::max(here[node], above[node]));
    }
  }
  if (most + 2.0f * kRagged < threshold_ - kRim) return false;
  expand(here, haze);
  add_value_noise(frame, world_->stream(Stream::cloud, 8 + date_), 70.0f, kRagged, haze);
  add_value_noise(frame, world_->stream(Stream::cloud, 10 + date_), 24.0f, 0.5f * kRagged, haze);
  expand(above, shadow);
  for (std::size_t i = 0; i < kPatchPixels; ++i) {
    hidden[i] = haze[i] > threshold_ ? 1.0f : 0.0f;
    haze[i] = 0.2f * smoothstep(threshold_ - kRim, threshold_ + 0.3f * kRim, haze[i]);
    shadow[i] = 0.4f * smoothstep(threshold_ - 0.5f * kRim, threshold_ + 1.5f * kRim, shadow[i]);
  }
  return true;
}

Footprint::Footprint(const World& world, std::uint32_t date, std::int32_t width, std::int32_t height) : bounded_(true) {
  const std::uint32_t id = world.stream(Stream::border, date);
  const auto w = static_cast<float>(width), h = static_cast<float>(height);
  const float depth = 0.026f;
  const float turn = between(mix(id + 1), 0.5f, 0.9f) * depth;  // tangent of the turn for a square scene
  lean_x_ = turn * w / std::max(h, 1.0f) * 0.8f;
  lean_y_ = -turn * h / std::max(w, 1.0f) * 0.8f;
  left_ = -0.5f * lean_x_ * h + between(mix(id + 2), 0.013f, 0.019f) * w;
  right_ = w - 0.5f * lean_x_ * h - between(mix(id + 3), 0.013f, 0.019f) * w;
  top_ = -0.5f * lean_y_ * w + between(mix(id + 4), 0.013f, 0.019f) * h;
  bottom_ = h - 0.5f * lean_y_ * w - between(mix(id + 5), 0.013f, 0.019f) * h;
}

}  // namespace groundshift::synth
