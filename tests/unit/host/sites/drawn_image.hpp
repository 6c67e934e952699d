// SPDX-License-Identifier: Apache-2.0
// Small images as text: '#' is set, '?' has no score, anything else is not set.
#pragma once

#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "host/sites/components.hpp"
#include "host/sites/run_store.hpp"

namespace groundshift::test {

using Drawing = std::vector<std::string>;
using Runs = std::vector<Run>;

inline std::vector<Run> runs_of(const std::string& line, char what) {
  std::vector<Run> runs;
  const auto width = static_cast<std::int32_t>(line.size());
  for (std::int32_t x = 0; x < width; ++x) {
    if (line[static_cast<std::size_t>(x)] != what) continue;
    if (!runs.empty() && runs.back().end == x) {
      runs.back().end = x + 1;
    } else {
      runs.push_back({x, x + 1, 0});
    }
  }
  return runs;
}

inline std::unique_ptr<RunStore> store_of(const Drawing& image, char what, StoreRoom& room) {
  auto store = std::make_unique<RunStore>(static_cast<std::int32_t>(image.size()), room);
  for (std::size_t y = 0; y < image.size(); ++y) {
    store->append(static_cast<std::int32_t>(y), runs_of(image[y], what));
  }
  return store;
}

inline ComponentsSpec spec_of(const Drawing& image, Connectivity connectivity) {
  ComponentsSpec spec;
  spec.width = image.empty() ? 0 : static_cast<std::int32_t>(image.front().size());
  spec.height = static_cast<std::int32_t>(image.size());
  spec.connectivity = connectivity;
  spec.most_bytes = std::int64_t{1} << 20;
  return spec;
}

inline std::unique_ptr<LabelledRuns> components_of(const Drawing& image, Connectivity connectivity, StoreRoom& room) {
  Components components(spec_of(image, connectivity), room, [](const ComponentFacts&) { return true; });
  for (const std::string& line : image) components.add_row(runs_of(line, '#'));
  return components.finish();
}

/// Labels as letters ('a' = 1), '.' where there is none.
inline Drawing drawn(RunStore& runs, std::int32_t width) {
  Drawing out;
  std::vector<Run> row;
  for (std::int32_t y = 0; y < runs.height(); ++y) {
    std::string line(static_cast<std::size_t>(width), '.');
    runs.read(y, row);
    for (const Run& run : row) {
      for (std::int32_t x = run.begin; x < run.end; ++x) {
        line[static_cast<std::size_t>(x)] = run.label == 0 ? '#' : static_cast<char>('a' + run.label - 1);
      }
    }
    out.push_back(line);
  }
  return out;
}

/// '#' scores 2, '+' 1.5, '?' nothing, the rest 0.
inline std::vector<float> scores_of(const Drawing& image) {
  std::vector<float> scores;
  for (const std::string& line : image) {
    for (const char c : line) {
      scores.push_back(c == '#' ? 2.0f : c == '+' ? 1.5f : c == '?' ? std::numeric_limits<float>::quiet_NaN() : 0.0f);
    }
  }
  return scores;
}

}  // namespace groundshift::test
