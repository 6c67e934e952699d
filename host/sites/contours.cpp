// SPDX-License-Identifier: Apache-2.0
// Arcs that grow along the lines between rows and close into rings; rings that are cut where they touch themselves.
#include "host/sites/contours.hpp"

#include <algorithm>
#include <limits>
#include <memory>
#include <span>
#include <utility>

#include <fmt/format.h>

#include "host/base/error.hpp"

namespace groundshift {
namespace {

constexpr std::int32_t kNone = -1;

/// Walked with the component on the left. An arc has two ends, its head (where the walk goes on) and its tail (where it
/// began), both on the line that is being worked on: a head at the left side of a run or below a run, a tail at the
/// right side of a run or above one. Corners are nodes of a list; rings are arcs whose head met their tail.
class Arcs {
 public:
  explicit Arcs(std::int64_t most_bytes) : most_bytes_(most_bytes) {}

  std::int32_t new_node(Corner at) {
    std::int32_t index = free_node_;
    if (index != kNone) {
      free_node_ = node(index).next;
    } else {
      if ((node_count_ + 1) * std::int64_t{sizeof(Node)} > most_bytes_ || node_count_ == kMostNodes) {
        throw BudgetError(fmt::format(
            "the outlines of sites have more than {} corners at once, which do not fit the memory: raise the "
            "threshold, smooth with --open, or allow more --memory",
            node_count_));
      }
      if (node_count_ % kChunkNodes == 0) chunks_.push_back(std::make_unique<Node[]>(kChunkNodes));
      index = static_cast<std::int32_t>(node_count_++);
    }
    node(index) = {at, kNone, kNone};
    return index;
  }
  /// Says of two nodes that they are the same corner, passed twice.
  void pair(std::int32_t a, std::int32_t b) {
    node(a).twin = b;
    node(b).twin = a;
  }

  /// Two ends at one new corner: {head, tail}.
  std::pair<std::int32_t, std::int32_t> new_arc(Corner at) {
    const std::int32_t first = new_node(at), head = new_end(first), tail = new_end(first);
    end(head).twin = tail;
    end(tail).twin = head;
    return {head, tail};
  }

  /// Both return the new node.
  std::int32_t extend_head(std::int32_t head, Corner at) {
    const std::int32_t added = new_node(at);
    node(end(head).node).next = added;
    return end(head).node = added;
  }
  std::int32_t extend_tail(std::int32_t tail, Corner at) {
    const std::int32_t added = new_node(at);
    node(added).next = end(tail).node;
    return end(tail).node = added;
  }
  std::int32_t node_of(std::int32_t end_index) { return end(end_index).node; }

  struct Joined {
    std::int32_t corner = kNone;
    bool ring = false;  ///< head and tail were of one arc; its nodes now go round
  };
  /// Head walks over a corner to the tail.
  Joined join(std::int32_t head, std::int32_t tail, Corner at) {
    const std::int32_t corner = new_node(at);
    node(end(head).node).next = corner;
    node(corner).next = end(tail).node;
    const bool ring = end(head).twin == tail;
    if (!ring) {
      const std::int32_t far_tail = end(head).twin, far_head = end(tail).twin;
      end(far_tail).twin = far_head;
      end(far_head).twin = far_tail;
    }
    free_end(head);
    free_end(tail);
    return {corner, ring};
  }

  /// Reads a ring off as loops that pass no corner twice, and frees it. A ring passes its shared corners in the order
  /// of nested brackets, since it does not cross itself: exchanging what follows the two nodes of a corner always cuts
  /// a loop off, whatever was cut before.
  template <class Take>
  void take_loops(std::int32_t first, Take&& take) {
    starts_.assign(1, first);
    for (std::int32_t i = first; node(i).at.x >= 0; i = node(i).next) node(i).at.x = ~node(i).at.x;  // in this ring
    std::int32_t i = first;
    do {
      const std::int32_t next = node(i).next, twin = node(i).twin;
      if (twin != kNone) {
        node(i).twin = kNone;
        // Its node may be of another ring, or freed with one and used anew.
        if (node(twin).twin == i && node(twin).at == node(i).at) pairs_.push_back({i, twin});
      }
      i = next;
    } while (i != first);
    for (const auto& [a, b] : pairs_) {
      std::swap(node(a).next, node(b).next);
      node(b).twin = kNone;
      starts_.push_back(a);
      starts_.push_back(b);
    }
    pairs_.clear();
    for (const std::int32_t start : starts_) {
      loop_.clear();
      for (std::int32_t n = start; node(n).at.x < 0;) {
        node(n).at.x = ~node(n).at.x;
        loop_.push_back(node(n).at);
        const std::int32_t next = std::exchange(node(n).next, free_node_);
        free_node_ = std::exchange(n, next);
      }
      if (!loop_.empty()) take(std::span<const Corner>(loop_));
    }
  }

 private:
  struct Node {
    Corner at;
    std::int32_t next = kNone;
    std::int32_t twin = kNone;
  };
  struct End {
    std::int32_t node = kNone, twin = kNone;
  };
  static constexpr std::int64_t kChunkNodes = std::int64_t{1} << 12;
  static constexpr std::int64_t kMostNodes = std::numeric_limits<std::int32_t>::max();

  Node& node(std::int64_t i) {
    return chunks_[static_cast<std::size_t>(i / kChunkNodes)][static_cast<std::size_t>(i % kChunkNodes)];
  }
  End& end(std::int32_t i) { return ends_[static_cast<std::size_t>(i)]; }
  std::int32_t new_end(std::int32_t node_index) {
    std::int32_t index = free_end_;
    if (index != kNone) {
      free_end_ = end(index).node;
    } else {
      index = static_cast<std::int32_t>(ends_.size());
      ends_.emplace_back();
    }
    end(index) = {node_index, kNone};
    return index;
  }
  void free_end(std::int32_t i) {
    end(i) = {free_end_, kNone};
    free_end_ = i;
  }

  std::int64_t most_bytes_;
  std::vector<std::unique_ptr<Node[]>> chunks_;
  std::int64_t node_count_ = 0;
  std::vector<End> ends_;
  std::vector<std::int32_t> starts_;
  std::vector<std::pair<std::int32_t, std::int32_t>> pairs_;
  std::vector<Corner> loop_;
  std::int32_t free_node_ = kNone, free_end_ = kNone;
};

/// A run and the arc ends at its sides, on the line below it.
struct Sided {
  Run run;
  std::int32_t head = kNone;  ///< left side
  std::int32_t tail = kNone;  ///< right side
};

/// Twice the area with the walk's sense: above 0 counter-clockwise as seen with row 0 at the top.
std::int64_t twice_area(std::span<const Corner> ring) {
  std::int64_t sum = 0;
  for (std::size_t i = 0; i < ring.size(); ++i) {
    const Corner& a = ring[i];
    const Corner& b = ring[(i + 1) % ring.size()];
    sum += std::int64_t{b.x} * a.y - std::int64_t{a.x} * b.y;
  }
  return sum;
}

/// Loops of one component put together as a polygon.
class PolygonBuilder {
 public:
  void add(std::span<const Corner> loop) {
    if (twice_area(loop) > 0) {
      expects(polygon_.ring_ends.empty(), "a 4-connected component has one exterior");
      polygon_.corners.assign(loop.begin(), loop.end());
      polygon_.ring_ends.push_back(static_cast<std::int32_t>(loop.size()));
    } else {
      holes_.insert(holes_.end(), loop.begin(), loop.end());
      hole_ends_.push_back(static_cast<std::int32_t>(holes_.size()));
    }
  }

  const PixelPolygon& finish() {
    expects(!polygon_.ring_ends.empty(), "a component has an outline");
    const std::int32_t shift = polygon_.ring_ends.front();
    polygon_.corners.insert(polygon_.corners.end(), holes_.begin(), holes_.end());
    for (const std::int32_t end : hole_ends_) polygon_.ring_ends.push_back(shift + end);
    return polygon_;
  }

 private:
  PixelPolygon polygon_;
  std::vector<Corner> holes_;
  std::vector<std::int32_t> hole_ends_;
};

class Tracer {
 public:
  Tracer(std::size_t part_count, std::int64_t most_bytes) : arcs_(most_bytes), first_ring_(part_count, kNone) {}

  /// The line above row y: `above` are the runs of row y - 1 with their arc ends, `below` those of row y, which get
  /// theirs.
  void line(std::int32_t y, std::vector<Sided>& above, std::vector<Sided>& below) {
    std::size_t a = 0, b = 0;  // the run that covers x or comes next
    bool in_above = false, in_below = false;
    std::int32_t carried = kNone;  // the end on the edge to the left of x: a head below a run, a tail above one
    while (a < above.size() || b < below.size()) {
      const auto edge = [](const std::vector<Sided>& runs, std::size_t i, bool in) {
        return i == runs.size() ? INT32_MAX : in ? runs[i].run.end : runs[i].run.begin;
      };
      const std::int32_t xa = edge(above, a, in_above), xb = edge(below, b, in_below);
      const Corner at{std::min(xa, xb), y};
      const bool north_west = in_above, south_west = in_below;
      const bool turns_above = xa == at.x, turns_below = xb == at.x;
      Sided* const up = turns_above ? &above[a] : nullptr;
      Sided* const down = turns_below ? &below[b] : nullptr;
      if (turns_above) in_above = !in_above;
      if (turns_below) in_below = !in_below;
      const std::int32_t label = up != nullptr ? up->run.label : in_above ? above[a].run.label : down->run.label;
      carried = corner(at, {north_west, in_above, south_west, in_below}, up, down, carried, label);
      if (turns_above && !in_above) ++a;
      if (turns_below && !in_below) ++b;
    }
  }

  bool has_rings(std::int32_t part) const { return first_ring_[static_cast<std::size_t>(part)] != kNone; }
  /// Reads off the polygon of a component whose last row is done.
  template <class Take>
  void take(std::int32_t part, Take&& take_polygon) {
    PolygonBuilder builder;
    for (std::int32_t ring = std::exchange(first_ring_[static_cast<std::size_t>(part)], kNone); ring != kNone;) {
      const Ring here = rings_[static_cast<std::size_t>(ring)];
      rings_[static_cast<std::size_t>(ring)].next = free_ring_;
      free_ring_ = ring;
      arcs_.take_loops(here.node, [&](std::span<const Corner> loop) { builder.add(loop); });
      ring = here.next;
    }
    take_polygon(builder.finish());
  }

 private:
  struct Pixels {
    bool north_west, north_east, south_west, south_east;
  };
  struct Ring {
    std::int32_t node, next;
  };

  /// What meets in a corner; returns the end that goes on to the right, if one does.
  std::int32_t corner(Corner at, const Pixels& p, Sided* up, Sided* down, std::int32_t carried, std::int32_t label) {
    const bool left = p.north_west != p.south_west, right = p.north_east != p.south_east;
    const bool saddle = up != nullptr && down != nullptr && left && right;
    // The end that comes from above: the left side of a run walks down (head), the right side up (tail).
    const bool up_is_head = p.north_east && !p.north_west;
    const std::int32_t from_above = up == nullptr ? kNone : up_is_head ? up->head : up->tail;
    const bool down_is_head = p.south_east && !p.south_west;
    const auto give_down = [&](std::int32_t end) { (down_is_head ? down->head : down->tail) = end; };
    const bool right_is_head = p.north_east && !p.south_east;

    if (saddle && p.north_west) {  // north-west and south-east: each pixel keeps its own corner
      const std::int32_t first = close(carried, from_above, at, label);
      const auto [head, tail] = arcs_.new_arc(at);
      arcs_.pair(first, arcs_.node_of(head));
      give_down(down_is_head ? head : tail);
      return right_is_head ? head : tail;
    }
    if (saddle) {  // north-east and south-west
      arcs_.pair(arcs_.extend_head(from_above, at), arcs_.extend_tail(carried, at));
      give_down(carried);
      return from_above;
    }
    if (up != nullptr && left) {
      const bool left_is_head = p.north_west;
      close(left_is_head ? carried : from_above, left_is_head ? from_above : carried, at, label);
      return kNone;
    }
    if (up != nullptr && down != nullptr) {  // straight down
      give_down(from_above);
      return kNone;
    }
    if (left && right) return carried;
    if (left) {  // turns down
      extend(carried, p.north_west, at);
      give_down(carried);
      return kNone;
    }
    if (up != nullptr) {  // turns right
      extend(from_above, up_is_head, at);
      return from_above;
    }
    const auto [head, tail] = arcs_.new_arc(at);
    give_down(down_is_head ? head : tail);
    return right_is_head ? head : tail;
  }

  void extend(std::int32_t end, bool is_head, Corner at) {
    if (is_head) {
      arcs_.extend_head(end, at);
    } else {
      arcs_.extend_tail(end, at);
    }
  }

  /// Returns the node of the corner.
  std::int32_t close(std::int32_t head, std::int32_t tail, Corner at, std::int32_t label) {
    const Arcs::Joined joined = arcs_.join(head, tail, at);
    if (!joined.ring) return joined.corner;
    std::int32_t& first = first_ring_[static_cast<std::size_t>(label - 1)];
    std::int32_t index = free_ring_;
    if (index != kNone) {
      free_ring_ = rings_[static_cast<std::size_t>(index)].next;
    } else {
      index = static_cast<std::int32_t>(rings_.size());
      rings_.emplace_back();
    }
    rings_[static_cast<std::size_t>(index)] = {joined.corner, first};
    first = index;
    return joined.corner;
  }

  Arcs arcs_;
  std::vector<std::int32_t> first_ring_;  ///< of each component
  std::vector<Ring> rings_;
  std::int32_t free_ring_ = kNone;
};

}  // namespace

void trace_contours(LabelledRuns& parts, std::int64_t most_bytes, const std::function<bool(std::int32_t)>& wanted,
                    const std::function<void(std::int32_t, const PixelPolygon&)>& take) {
  Tracer tracer(parts.components.size(), most_bytes);
  std::vector<Run> runs;
  std::vector<Sided> above, below;
  const std::int32_t height = parts.runs.height();
  for (std::int32_t y = 0; y <= height; ++y) {
    below.clear();
    if (y < height) {
      parts.runs.read(y, runs);
      for (const Run& run : runs) {
        if (wanted(run.label - 1)) below.push_back({run, kNone, kNone});
      }
    }
    tracer.line(y, above, below);
    for (const Sided& done : above) {
      // A component may end in several runs; its first one in the row takes it.
      const ComponentFacts& facts = parts.components[static_cast<std::size_t>(done.run.label - 1)];
      if (facts.y_max == y - 1 && tracer.has_rings(done.run.label - 1)) {
        const std::int32_t part = done.run.label - 1;
        tracer.take(part, [&](const PixelPolygon& polygon) { take(part, polygon); });
      }
    }
    above.swap(below);
  }
}

}  // namespace groundshift
