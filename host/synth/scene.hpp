// SPDX-License-Identifier: Apache-2.0
// Draws any window of a synthetic scene: both dates, truth and counts; every pixel a pure function of (options, x, y).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "host/synth/changes.hpp"
#include "host/synth/radiometry.hpp"
#include "host/synth/sky.hpp"
#include "host/synth/synth_job.hpp"
#include "kernels/view/raster_view.hpp"

namespace groundshift::synth {

/// Truth codes, those of the real scenes used for testing.
inline constexpr std::uint8_t kUnlabelled = 0, kUnchanged = 1, kChanged = 2;

/// Pixels of a window: bands one after the other, rows without gaps. after and before hold pixels of the job's type.
struct SceneTile {
  Window window;
  std::vector<std::byte> before, after;
  std::vector<std::uint8_t> truth;
  std::array<std::int64_t, kChangeKindCount> changed{};  ///< valid pixels of each kind
  std::array<std::int64_t, kChangeKindCount> sites{};    ///< sites whose middle lies in the window
  std::int64_t unchanged = 0, unlabelled = 0;
};

class Scene {
 public:
  /// options must have been checked (run_synth does).
  explicit Scene(const SynthOptions& options);

  const std::vector<Band>& bands() const { return bands_; }
  /// Draws tile.window, which lies within the image. Thread-safe.
  void draw(SceneTile& tile) const;

 private:
  struct Work;
  Frame frame_at(std::int32_t x, std::int32_t y, bool at_after) const;
  void draw_patch(std::int32_t x0, std::int32_t y0, Work& work, SceneTile& tile) const;
  void write_date(std::int32_t x0, std::int32_t y0, bool at_after, const Ground& ground, Work& work,
                  SceneTile& tile) const;

  SynthOptions options_;
  World world_;
  std::vector<Band> bands_;
  Clouds clouds_before_, clouds_after_;
  Footprint footprint_before_, footprint_after_;
  bool shifted_;
};

}  // namespace groundshift::synth
