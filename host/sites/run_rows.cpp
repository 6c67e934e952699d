// SPDX-License-Identifier: Apache-2.0
// Sweeps over ascending runs.
#include "host/sites/run_rows.hpp"

#include <algorithm>

namespace groundshift {

void push_run(std::vector<Run>& runs, const Run& next) {
  if (!runs.empty() && next.begin <= runs.back().end) {
    runs.back().end = std::max(runs.back().end, next.end);
    runs.back().label += next.label;
  } else {
    runs.push_back(next);
  }
}

void complement_of(std::span<const Run> runs, std::int32_t width, std::vector<Run>& out) {
  out.clear();
  std::int32_t at = 0;
  for (const Run& run : runs) {
    if (run.begin > at) out.push_back({at, run.begin, 0});
    at = run.end;
  }
  if (at < width) out.push_back({at, width, 0});
}

void subtract(std::span<const Run> runs, std::span<const Run> taken, std::vector<Run>& out) {
  out.clear();
  std::size_t next = 0;
  for (const Run& run : runs) {
    std::int32_t at = run.begin;
    while (next < taken.size() && taken[next].end <= at) ++next;
    for (std::size_t i = next; i < taken.size() && taken[i].begin < run.end; ++i) {
      if (taken[i].begin > at) out.push_back({at, taken[i].begin, 0});
      at = std::max(at, taken[i].end);
    }
    if (at < run.end) out.push_back({at, run.end, 0});
  }
}

void unite(std::span<const Run> a, std::span<const Run> b, std::vector<Run>& out) {
  out.clear();
  std::size_t i = 0, j = 0;
  while (i < a.size() || j < b.size()) {
    const bool from_a = j == b.size() || (i < a.size() && a[i].begin <= b[j].begin);
    const Run& next = from_a ? a[i++] : b[j++];
    push_run(out, {next.begin, next.end, 0});
  }
}

void count_marks(std::span<Run> runs, std::span<const Run> marks) {
  std::size_t next = 0;
  for (Run& run : runs) {
    run.label = 0;
    while (next < marks.size() && marks[next].end <= run.begin) ++next;
    for (std::size_t i = next; i < marks.size() && marks[i].begin < run.end; ++i) {
      run.label += std::min(run.end, marks[i].end) - std::max(run.begin, marks[i].begin);
    }
  }
}

}  // namespace groundshift
