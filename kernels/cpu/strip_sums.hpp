// SPDX-License-Identifier: Apache-2.0
// Sums over square windows for a strip of columns, row after row, in the order that box means and window scores state.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "kernels/view/clones.hpp"
#include "kernels/view/hd.hpp"

namespace groundshift::cpu {
namespace {  // internal linkage: GCC clones templates only where no other file shares the instance

/// Columns of a strip: what a window's rows of sums hold stays in the first or second cache.
inline constexpr std::int32_t kStripColumns = 256;

// out[x] = ((s + in[0][x]) + in[1][x]) + ... over N inputs, s = +0 (Start) or what out holds.
template <class Value, int N, bool Start>
GS_HD void add_inputs(const Value* const* in, std::int32_t count, Value* __restrict out) {
  const Value* row[N];
  for (int k = 0; k < N; ++k) row[k] = in[k];
  for (std::int32_t x = 0; x < count; ++x) {
    Value sum = Start ? Value{} : out[x];
#pragma GCC unroll 16
    for (int k = 0; k < N; ++k) sum = sum + row[k][x];
    out[x] = sum;
  }
}

template <class Value, bool Start>
GS_HD std::int32_t add_some_inputs(const Value* const* in, std::int32_t left, std::int32_t count, Value* out) {
  if (left >= 9) return add_inputs<Value, 9, Start>(in, count, out), 9;
  if (left >= 7) return add_inputs<Value, 7, Start>(in, count, out), 7;
  if (left >= 5) return add_inputs<Value, 5, Start>(in, count, out), 5;
  if (left >= 3) return add_inputs<Value, 3, Start>(in, count, out), 3;
  return add_inputs<Value, 1, Start>(in, count, out), 1;
}

// out[x] = in[0][x] + in[1][x] + ..., from +0, in this order; at least one input.
template <class Value>
GS_CLONES void sum_inputs(const Value* const* in, std::int32_t input_count, std::int32_t count, Value* out) {
  std::int32_t done = add_some_inputs<Value, true>(in, input_count, count, out);
  while (done < input_count) done += add_some_inputs<Value, false>(in + done, input_count - done, count, out);
}

/// Sums of `Quantities` values a pixel, and of how many pixels count, over the window around each column of a strip.
/// For every row, in order: fill value(k) and counted() (columns -radius .. count + radius of the strip; 0 where a
/// pixel does not count or lies outside the image, which adds nothing), then push(). sum() then adds the rows pushed
/// last.
template <class Value, int Quantities>
class StripSums {
 public:
  /// count : columns of the strip, at most kStripColumns
  StripSums(std::int32_t radius, std::int32_t count)
      : side_(2 * radius + 1),
        count_(count),
        segment_(static_cast<std::size_t>(count + 2 * radius)),
        values_(segment_ * Quantities),
        counted_(segment_),
        rows_(static_cast<std::size_t>(side_) * Quantities * static_cast<std::size_t>(count)),
        row_counts_(static_cast<std::size_t>(side_) * static_cast<std::size_t>(count)),
        full_(static_cast<std::size_t>(side_)),
        value_inputs_(static_cast<std::size_t>(side_)),
        count_inputs_(static_cast<std::size_t>(side_)) {}

  /// Bytes that one strip of this radius takes at most.
  static std::size_t byte_count(std::int32_t radius) {
    const auto side = static_cast<std::size_t>(2 * radius + 1);
    const std::size_t pixel = Quantities * sizeof(Value) + sizeof(std::int32_t);
    return (side * kStripColumns + kStripColumns + side) * pixel + side * 3 * sizeof(void*);
  }

  /// Forgets the rows pushed.
  void clear() { pushed_ = 0; }

  std::int32_t segment_size() const { return static_cast<std::int32_t>(segment_); }
  Value* value(int k) { return values_.data() + segment_ * static_cast<std::size_t>(k); }
  std::int32_t* counted() { return counted_.data(); }

  /// full : every pixel of the segment counts
  void push(bool full) {
    const std::int32_t slot = next_slot(full);
    for (int k = 0; k < Quantities; ++k) sum_row(value(k), row(slot, k));
    if (full) return;
    for (std::int32_t d = 0; d < side_; ++d) count_inputs_[static_cast<std::size_t>(d)] = counted() + d;
    sum_inputs<std::int32_t>(count_inputs_.data(), side_, count_, row_count(slot));
  }
  /// The same for a row of which every pixel counts, from where it lies: segment_size() values of the one quantity.
  void push_full(const Value* values) {
    static_assert(Quantities == 1);
    sum_row(values, row(next_slot(true), 0));
  }

  /// Whether every pixel counts in the windows over the last `row_count` rows pushed.
  bool all_count(std::int32_t row_count_asked) const {
    bool full = true;
    for (std::int32_t i = 0; i < row_count_asked; ++i) {
      full = full && full_[static_cast<std::size_t>(slot_of(i, row_count_asked))] != 0;
    }
    return full;
  }
  /// The sums of the last `row_count` rows pushed, row by row, the oldest first; until the next call.
  const Value* const* last_rows(std::int32_t row_count_asked, int k) {
    for (std::int32_t i = 0; i < row_count_asked; ++i) {
      value_inputs_[static_cast<std::size_t>(i)] = row(slot_of(i, row_count_asked), k);
    }
    return value_inputs_.data();
  }

  /// Sums of the last `row_count` rows pushed (1 .. side), the oldest first. sums[k] and counts: `count` values each.
  void sum(std::int32_t row_count_asked, Value* const (&sums)[Quantities], std::int32_t* counts) {
    for (int k = 0; k < Quantities; ++k) {
      sum_inputs<Value>(last_rows(row_count_asked, k), row_count_asked, count_, sums[k]);
    }
    if (all_count(row_count_asked)) {
      std::fill_n(counts, count_, side_ * row_count_asked);
      return;
    }
    for (std::int32_t i = 0; i < row_count_asked; ++i) {
      const std::int32_t slot = slot_of(i, row_count_asked);
      if (full_[static_cast<std::size_t>(slot)] != 0) std::fill_n(row_count(slot), count_, side_);
      count_inputs_[static_cast<std::size_t>(i)] = row_count(slot);
    }
    sum_inputs<std::int32_t>(count_inputs_.data(), row_count_asked, count_, counts);
  }

 private:
  std::int32_t next_slot(bool full) {
    const std::int32_t slot = pushed_++ % side_;
    full_[static_cast<std::size_t>(slot)] = full ? 1 : 0;
    return slot;
  }
  void sum_row(const Value* values, Value* to) {
    for (std::int32_t d = 0; d < side_; ++d) value_inputs_[static_cast<std::size_t>(d)] = values + d;
    sum_inputs<Value>(value_inputs_.data(), side_, count_, to);
  }
  std::int32_t slot_of(std::int32_t i, std::int32_t asked) const { return (pushed_ - asked + i) % side_; }
  Value* row(std::int32_t slot, int k) {
    return rows_.data() + (static_cast<std::size_t>(slot) * Quantities + static_cast<std::size_t>(k)) *
                              static_cast<std::size_t>(count_);
  }
  std::int32_t* row_count(std::int32_t slot) {
    return row_counts_.data() + static_cast<std::size_t>(slot) * static_cast<std::size_t>(count_);
  }

  std::int32_t side_;
  std::int32_t count_;
  std::size_t segment_;
  std::vector<Value> values_;
  std::vector<std::int32_t> counted_;
  std::vector<Value> rows_;
  std::vector<std::int32_t> row_counts_;  ///< of a row that is full: as it comes
  std::vector<std::uint8_t> full_;
  std::vector<const Value*> value_inputs_;
  std::vector<const std::int32_t*> count_inputs_;
  std::int32_t pushed_ = 0;
};

/// Rows of sums for the windows of row after row: pushes what each needs and asks for its sum.
/// top, bottom : rows of the plane, [top, bottom)      fill(row) fills and pushes it      use(y, rows) takes row y,
/// whose window has `rows` rows inside the plane
template <class Fill, class Use>
void slide_rows(std::int32_t top, std::int32_t bottom, std::int32_t radius, std::int32_t first_row,
                std::int32_t last_row, const Fill& fill, const Use& use) {
  std::int32_t next = std::max(top, first_row - radius);
  for (std::int32_t y = first_row; y < last_row; ++y) {
    const std::int32_t end = std::min(bottom, y + radius + 1);
    for (; next < end; ++next) fill(next);
    use(y, end - std::max(top, y - radius));
  }
}

/// Rows of a band of work whose windows have this radius: each band sums 2 radius rows that its neighbours sum too.
inline std::int32_t strip_band_rows(std::int32_t radius) { return std::max(64, 4 * radius); }

/// Columns of a strip segment that lie in a plane of `width` columns: [first, last) of the segment, whose column 0 is
/// plane column `start`.
struct SegmentPart {
  std::int32_t first;
  std::int32_t last;
};
inline SegmentPart part_in_plane(std::int32_t start, std::int32_t segment_size, std::int32_t width) {
  const std::int32_t first = std::clamp(-start, 0, segment_size);
  return {first, std::clamp(width - start, first, segment_size)};
}

}  // namespace
}  // namespace groundshift::cpu
