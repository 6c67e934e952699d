// SPDX-License-Identifier: Apache-2.0
// Arcs that grow along the lines between rows and close into rings; rings that are cut where they touch themselves.
#include "host/sites/contours.hpp"

#include <algorithm>
#include <span>
#include <unordered_map>
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

  struct Node {
    Corner at;
    std::int32_t next = kNone;
    bool shared = false;  ///< two pixels of this side meet here by their corners
  };

  std::int32_t new_node(Corner at, bool shared) {
    std::int32_t index = free_node_;
    if (index != kNone) {
      free_node_ = node(index).next;
    } else {
      if (static_cast<std::int64_t>(nodes_.size() + 1) * std::int64_t{sizeof(Node)} > most_bytes_) {
        throw BudgetError(
            fmt::format("the outlines of sites have more than {} corners at once, which do not fit the memory: raise "
                        "the threshold, "
                        "smooth with --open, or allow more --memory",
                        nodes_.size()));
      }
      index = static_cast<std::int32_t>(nodes_.size());
      nodes_.emplace_back();
    }
    node(index) = {at, kNone, shared};
    return index;
  }

  /// Two ends at one new corner: {head, tail}.
  std::pair<std::int32_t, std::int32_t> new_arc(Corner at, bool shared) {
    const std::int32_t first = new_node(at, shared), head = new_end(first), tail = new_end(first);
    end(head).twin = tail;
    end(tail).twin = head;
    return {head, tail};
  }

  void extend_head(std::int32_t head, Corner at, bool shared) {
    const std::int32_t added = new_node(at, shared);
    node(end(head).node).next = added;
    end(head).node = added;
  }
  void extend_tail(std::int32_t tail, Corner at, bool shared) {
    const std::int32_t added = new_node(at, shared);
    node(added).next = end(tail).node;
    end(tail).node = added;
  }

  /// Head walks over a corner to the tail. Returns the first node of the ring when they are of one arc, else kNone.
  std::int32_t join(std::int32_t head, std::int32_t tail, Corner at, bool shared) {
    const std::int32_t corner = new_node(at, shared);
    node(end(head).node).next = corner;
    std::int32_t ring = kNone;
    if (end(head).twin == tail) {
      ring = end(tail).node;
    } else {
      node(corner).next = end(tail).node;
      const std::int32_t far_tail = end(head).twin, far_head = end(tail).twin;
      end(far_tail).twin = far_head;
      end(far_head).twin = far_tail;
    }
    free_end(head);
    free_end(tail);
    return ring;
  }

  const Node& at(std::int32_t index) const { return nodes_[static_cast<std::size_t>(index)]; }
  /// Reads a ring off and frees it.
  void take(std::int32_t first, std::vector<Node>& out) {
    out.clear();
    for (std::int32_t i = first; i != kNone;) {
      const Node here = at(i);
      out.push_back(here);
      node(i).next = free_node_;
      free_node_ = i;
      i = here.next;
    }
  }

 private:
  struct End {
    std::int32_t node = kNone, twin = kNone;
  };
  Node& node(std::int32_t i) { return nodes_[static_cast<std::size_t>(i)]; }
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
  std::vector<Node> nodes_;
  std::vector<End> ends_;
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

/// Rings of one component, cut where they pass a corner twice, put together as a polygon.
class PolygonBuilder {
 public:
  void add(const std::vector<Arcs::Node>& ring) {
    seen_.clear();
    path_.clear();
    for (const Arcs::Node& node : ring) {
      if (!node.shared) {
        path_.push_back(node.at);
        continue;
      }
      const std::uint64_t key = (std::uint64_t(std::uint32_t(node.at.x)) << 32) | std::uint32_t(node.at.y);
      const auto [place, fresh] = seen_.try_emplace(key, path_.size());
      if (fresh) {
        path_.push_back(node.at);
        shared_.push_back({key, place->second});
        continue;
      }
      const std::size_t from = place->second;
      add_loop(std::span(path_).subspan(from));
      path_.resize(from + 1);
      while (!shared_.empty() && shared_.back().second > from) {
        seen_.erase(shared_.back().first);
        shared_.pop_back();
      }
    }
    shared_.clear();
    add_loop(path_);
  }

  PixelPolygon finish() {
    PixelPolygon out;
    expects(!exterior_.empty(), "a component has an outline");
    out.corners = std::move(exterior_);
    out.ring_ends.push_back(static_cast<std::int32_t>(out.corners.size()));
    const auto shift = static_cast<std::int32_t>(out.corners.size());
    out.corners.insert(out.corners.end(), holes_.begin(), holes_.end());
    for (const std::int32_t end : hole_ends_) out.ring_ends.push_back(shift + end);
    exterior_.clear();
    holes_.clear();
    hole_ends_.clear();
    return out;
  }

 private:
  void add_loop(std::span<const Corner> loop) {
    if (twice_area(loop) > 0) {
      expects(exterior_.empty(), "a 4-connected component has one exterior");
      exterior_.assign(loop.begin(), loop.end());
    } else {
      holes_.insert(holes_.end(), loop.begin(), loop.end());
      hole_ends_.push_back(static_cast<std::int32_t>(holes_.size()));
    }
  }

  std::vector<Corner> path_, exterior_, holes_;
  std::vector<std::int32_t> hole_ends_;
  std::unordered_map<std::uint64_t, std::size_t> seen_;
  std::vector<std::pair<std::uint64_t, std::size_t>> shared_;
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
  PixelPolygon take(std::int32_t part) {
    PolygonBuilder builder;
    for (std::int32_t ring = std::exchange(first_ring_[static_cast<std::size_t>(part)], kNone); ring != kNone;) {
      const Ring here = rings_[static_cast<std::size_t>(ring)];
      rings_[static_cast<std::size_t>(ring)].next = free_ring_;
      free_ring_ = ring;
      arcs_.take(here.first_node, nodes_);
      builder.add(nodes_);
      ring = here.next;
    }
    return builder.finish();
  }

 private:
  struct Pixels {
    bool north_west, north_east, south_west, south_east;
  };
  struct Ring {
    std::int32_t first_node, next;
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
      close(carried, from_above, at, true, label);
      const auto [head, tail] = arcs_.new_arc(at, true);
      give_down(down_is_head ? head : tail);
      return right_is_head ? head : tail;
    }
    if (saddle) {  // north-east and south-west
      arcs_.extend_head(from_above, at, true);
      arcs_.extend_tail(carried, at, true);
      give_down(carried);
      return from_above;
    }
    if (up != nullptr && left) {
      const bool left_is_head = p.north_west;
      close(left_is_head ? carried : from_above, left_is_head ? from_above : carried, at, false, label);
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
    const auto [head, tail] = arcs_.new_arc(at, false);
    give_down(down_is_head ? head : tail);
    return right_is_head ? head : tail;
  }

  void extend(std::int32_t end, bool is_head, Corner at) {
    if (is_head) {
      arcs_.extend_head(end, at, false);
    } else {
      arcs_.extend_tail(end, at, false);
    }
  }

  void close(std::int32_t head, std::int32_t tail, Corner at, bool shared, std::int32_t label) {
    const std::int32_t ring = arcs_.join(head, tail, at, shared);
    if (ring == kNone) return;
    std::int32_t& first = first_ring_[static_cast<std::size_t>(label - 1)];
    std::int32_t index = free_ring_;
    if (index != kNone) {
      free_ring_ = rings_[static_cast<std::size_t>(index)].next;
    } else {
      index = static_cast<std::int32_t>(rings_.size());
      rings_.emplace_back();
    }
    rings_[static_cast<std::size_t>(index)] = {ring, first};
    first = index;
  }

  Arcs arcs_;
  std::vector<std::int32_t> first_ring_;  ///< of each component
  std::vector<Ring> rings_;
  std::int32_t free_ring_ = kNone;
  std::vector<Arcs::Node> nodes_;
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
        take(done.run.label - 1, tracer.take(done.run.label - 1));
      }
    }
    above.swap(below);
  }
}

}  // namespace groundshift
