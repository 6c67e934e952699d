// SPDX-License-Identifier: Apache-2.0
// One window at a time: valid share, forward match, way back; then each against its neighbours.
#include "host/align/tie_points.hpp"

#include <algorithm>
#include <cmath>
#include <memory>

#include "host/align/median.hpp"
#include "host/base/error.hpp"
#include "host/base/parallel_for.hpp"

namespace groundshift {
namespace {

constexpr int kMaxRewindows = 5;  ///< as AROSICS' max_iter

double length_of(double dx, double dy) { return std::sqrt(dx * dx + dy * dy); }

/// What a thread keeps from window to window.
class Matcher {
 public:
  Matcher(AlignReader& reader, std::int32_t side) : reader_(reader), estimator_(side) {
    const auto area = static_cast<std::size_t>(side) * static_cast<std::size_t>(side);
    before_.resize(area);
    after_.resize(area);
    valid_.resize(area);
  }

  double valid_share() const {
    return double(std::count_if(valid_.begin(), valid_.end(), [](std::uint8_t v) { return v != 0; })) /
           double(valid_.size());
  }

  struct Match {
    Offset offset;  ///< whole pixels by which AFTER's window was moved at last
    Shift shift;    ///< in all
    double reliability = 0.0;
    double valid_share = 0.0;
  };

  /// BEFORE's window stays; AFTER's moves by `offset` and what is found.
  Match forward(const Window& window, Offset offset, double min_valid_share) {
    return converge(offset, min_valid_share, [&](const Offset& o) { read(window, o); });
  }
  /// AFTER's window stays where `window` is; BEFORE's moves by -offset.
  Match backward(const Window& window, Offset offset, double min_valid_share) {
    return converge(offset, min_valid_share, [&](const Offset& o) {
      read({window.x - o.dx, window.y - o.dy, window.width, window.height}, o);
    });
  }

 private:
  void read(const Window& window, const Offset& offset) {
    reader_.read(window, 1, offset, before_.data(), after_.data(), valid_.data());
  }

  template <class Read>
  Match converge(Offset offset, double min_valid_share, const Read& read_at) {
    Match match;
    for (int i = 0; i < kMaxRewindows; ++i) {
      read_at(offset);
      match.offset = offset;
      match.valid_share = valid_share();
      match.reliability = 0.0;
      if (match.valid_share < min_valid_share) return match;
      const auto found = estimator_.estimate({before_, after_, valid_}, estimator_.side() / 4);
      match.reliability = found.reliability;
      match.shift = {offset.dx + found.shift.dx, offset.dy + found.shift.dy};
      // Beside a half pixel two neighbours may take turns: from the second look on one pixel off is near enough.
      const std::int32_t near = i == 0 ? 0 : 1;
      if (std::abs(found.peak.dx) <= near && std::abs(found.peak.dy) <= near) break;
      offset = {offset.dx + found.peak.dx, offset.dy + found.peak.dy};
    }
    return match;
  }

  AlignReader& reader_;
  ShiftEstimator estimator_;
  std::vector<float> before_, after_;
  std::vector<std::uint8_t> valid_;
};

TiePoint measure(Matcher& matcher, const Window& window, const Offset& start, const TieOptions& options) {
  TiePoint point;
  point.x = window.x + (window.width - 1) / 2.0;
  point.y = window.y + (window.height - 1) / 2.0;
  const auto match = matcher.forward(window, start, options.min_valid_share);
  point.valid_share = match.valid_share;
  point.shift = match.shift;
  point.reliability = match.reliability;
  if (match.valid_share < options.min_valid_share) {
    point.state = TieState::few_valid;
  } else if (match.reliability < options.min_reliability) {
    point.state = TieState::unreliable;
  } else if (length_of(match.shift.dx, match.shift.dy) > options.max_shift) {
    point.state = TieState::beyond_max_shift;
  } else {
    point.state = TieState::accepted;
    if (match.offset == Offset{}) return point;  // both directions see the same pixels
    const auto back = matcher.backward(window, match.offset, options.min_valid_share);
    point.round_trip = length_of(back.shift.dx - match.shift.dx, back.shift.dy - match.shift.dy);
    if (back.valid_share >= options.min_valid_share &&
        (back.reliability < options.min_reliability || point.round_trip > options.max_round_trip))
      point.state = TieState::not_reversible;
    else if (back.valid_share < options.min_valid_share)
      point.round_trip = 0.0;
  }
  return point;
}

}  // namespace

const char* name_of(TieState state) {
  switch (state) {
    case TieState::accepted: return "accepted";
    case TieState::few_valid: return "few_valid";
    case TieState::unreliable: return "unreliable";
    case TieState::beyond_max_shift: return "beyond_max_shift";
    case TieState::not_reversible: return "not_reversible";
    case TieState::unlike_neighbours: return "unlike_neighbours";
    case TieState::off_model: return "off_model";
  }
  return "?";
}

std::int64_t count_of(std::span<const TiePoint> points, TieState state) {
  return std::count_if(points.begin(), points.end(), [&](const TiePoint& p) { return p.state == state; });
}

std::vector<TiePoint> measure_tie_points(AlignReader& reader, const TieGrid& grid, const Offset& start,
                                         const TieOptions& options, const std::stop_token& stop) {
  std::vector<TiePoint> points(static_cast<std::size_t>(grid.count()));
  std::vector<std::unique_ptr<Matcher>> matchers(static_cast<std::size_t>(options.threads));
  parallel_for(grid.count(), options.threads, stop, [&](std::int64_t i, int worker) {
    auto& matcher = matchers[static_cast<std::size_t>(worker)];
    if (!matcher) matcher = std::make_unique<Matcher>(reader, grid.side);
    points[static_cast<std::size_t>(i)] = measure(*matcher, grid.window(i), start, options);
  });
  return points;
}

void check_neighbours(const TieGrid& grid, std::span<TiePoint> points) {
  const auto accepted = [&](std::int32_t column, std::int32_t row) -> const TiePoint* {
    if (column < 0 || row < 0 || column >= grid.columns || row >= grid.rows) return nullptr;
    const TiePoint& p = points[static_cast<std::size_t>(row) * static_cast<std::size_t>(grid.columns) +
                               static_cast<std::size_t>(column)];
    return p.state == TieState::accepted ? &p : nullptr;
  };
  std::vector<double> distance(points.size(), -1.0), judged;
  for (std::int32_t row = 0; row < grid.rows; ++row)
    for (std::int32_t column = 0; column < grid.columns; ++column) {
      const TiePoint* centre = accepted(column, row);
      if (centre == nullptr) continue;
      std::vector<double> dx, dy;
      for (std::int32_t j = -1; j <= 1; ++j)
        for (std::int32_t i = -1; i <= 1; ++i)
          if (const TiePoint* p = accepted(column + i, row + j); p != nullptr) {
            dx.push_back(p->shift.dx);
            dy.push_back(p->shift.dy);
          }
      if (dx.size() < 4) continue;
      const double d = length_of(centre->shift.dx - median(dx), centre->shift.dy - median(dy));
      distance[static_cast<std::size_t>(centre - points.data())] = d;
      judged.push_back(d);
    }
  if (judged.empty()) return;
  const double limit = std::max(kNeighbourFloor, 3.0 * 1.4826 * median(judged));
  for (std::size_t i = 0; i < points.size(); ++i)
    if (distance[i] > limit) points[i].state = TieState::unlike_neighbours;
}

}  // namespace groundshift
