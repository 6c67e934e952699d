// SPDX-License-Identifier: Apache-2.0
// Weighted second moments on the CPU: panels of variables whose products are added in registers, lane by lane.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <type_traits>
#include <vector>

#include "kernels/math/lane_sum.hpp"
#include "kernels/recipes/pair_planes.hpp"
#include "kernels/view/clones.hpp"

namespace groundshift::cpu {
namespace {  // internal linkage: GCC clones templates only where no other file shares the instance

// Variable 0 is the constant 1 and variable 1 + i is z_i, so that the sums of w z_i z_j over the upper triangle are
// those of w and of w z_i too, in the order of TileGram.
//
// Products are formed in double. For integers they are exact: a weight is cut into limbs so that the sums of a lane
// stay below 2^53, and the sums of limb l count 2^(kLimbBits l).
//   u8       : w z_i z_j < 2^40, 2^13 pixels a lane
//   u16, i16 : 12 bits of w: < 2^44, 2^9 pixels a lane
// Floats run in the 32 lanes of lane_sum.hpp, one cell at a time.
template <class T>
struct PanelTraits {
  static constexpr bool kExact = !std::is_same_v<T, float>;
  static constexpr int kLimbs = kExact && sizeof(T) == 2 ? 2 : 1;
  static constexpr int kLimbBits = kLimbs == 2 ? 12 : 24;
  static constexpr std::int32_t kLaneAdds = sizeof(T) == 1 ? 8192 : 512;  // of integers, before the sums are taken away
  static constexpr int kLanes = kExact ? 8 : kCellLanes;
  static constexpr bool kCentered = false;
};

// 16-bit pixels that lie near a centre, which is taken from them: whole weights, and products that leave room for some
// chunks. Before a lane's sum could pass 2^53, its multiples of kCarryUnit are carried into another sum.
//   reach r : < blocks 2^24 r^2, 32 blocks of 4095 stay below 2^53 - kCarryUnit
struct CenteredTraits {
  static constexpr bool kExact = true;
  static constexpr int kLimbs = 1;
  static constexpr int kLimbBits = 24;
  static constexpr std::int32_t kLaneAdds = 0;  // by the reach of the chunks
  static constexpr int kLanes = 8;
  static constexpr bool kCentered = true;
};
constexpr std::int32_t kMostReach = 4095;
constexpr double kCarryUnit = 0x1p24;

/// What is taken from each variable (from 0: the constant, so 0), and how far the pixels of each chunk that have a
/// weight are from there at most: 0 .. kMostReach.
struct Centers {
  const std::int32_t* of = nullptr;
  const std::uint16_t* reach = nullptr;
};

constexpr std::int32_t kPanelChunk = 256;  // pixels; a row of a cell
constexpr std::int32_t kPanel = 12;        // variables whose chunks stay in the first-level cache
constexpr int kColumns = 6;                // products of one variable that are added together

// Four doubles that are added side by side; the compiler picks the registers.
using Quad = double __attribute__((vector_size(32), aligned(8), may_alias));
constexpr int kQuad = 4;

struct alignas(64) CacheLine {
  double value[8];
};

/// Doubles that start at a cache line.
class AlignedDoubles {
 public:
  explicit AlignedDoubles(std::size_t count) : lines_((count + 7) / 8) {}
  double* data() { return lines_.empty() ? nullptr : lines_.data()->value; }

 private:
  std::vector<CacheLine> lines_;
};

template <class T>
GS_CLONES void hold_pixels(const T* __restrict pixels, const std::uint32_t* __restrict weights, std::int32_t count,
                           double* __restrict held) {
  for (std::int32_t x = 0; x < count; ++x) {
    // A NaN without weight must not reach a product. Integers as wide as the weights: else nothing is vectorized.
    using Value = std::conditional_t<std::is_integral_v<T>, std::int32_t, T>;
    const Value pixel = pixels[x];
    held[x] = static_cast<double>(weights[x] != 0 ? pixel : Value{0});
  }
}

template <class T>
GS_CLONES void hold_centered(const T* __restrict pixels, const std::uint32_t* __restrict weights, std::int32_t center,
                             std::int32_t count, double* __restrict held) {
  for (std::int32_t x = 0; x < count; ++x) {
    const std::int32_t pixel = static_cast<std::int32_t>(pixels[x]) - center;
    held[x] = static_cast<double>(weights[x] != 0 ? pixel : 0);
  }
}

// Leaves less than kCarryUnit in each sum; exact, as |sums| <= 2^53.
GS_CLONES void carry_sums(double* __restrict sums, std::int32_t count, double* __restrict carried) {
  constexpr double kToUnits = 0x1.8p52 * kCarryUnit;  // doubles around it are multiples of the unit
  for (std::int32_t i = 0; i < count; ++i) {
    const double units = (sums[i] + kToUnits) - kToUnits;
    carried[i] += units;
    sums[i] -= units;
  }
}

template <class Traits>
GS_CLONES void hold_weights(const std::uint32_t* __restrict weights, std::int32_t count, double* __restrict limbs) {
  constexpr int kLimbBits = Traits::kLimbBits;
  for (int l = 0; l < Traits::kLimbs; ++l) {
    for (std::int32_t x = 0; x < count; ++x) {
      const std::uint32_t limb = (weights[x] >> (l * kLimbBits)) & ((1u << kLimbBits) - 1u);
      limbs[l * kPanelChunk + x] = static_cast<double>(static_cast<std::int32_t>(limb));
    }
  }
}

template <int Limbs>
GS_CLONES void weigh_pixels(const double* __restrict limbs, const double* __restrict held, std::int32_t count,
                            double* __restrict weighed) {
  for (int l = 0; l < Limbs; ++l) {
    for (std::int32_t x = 0; x < count; ++x) weighed[l * kPanelChunk + x] = limbs[l * kPanelChunk + x] * held[x];
  }
}

// Adds weighed * held for `Columns` held variables to their sums [column][limb][lane]. As many lanes at once as the
// registers take; a lane's pixels come in their order.
template <class Traits, int Columns>
GS_HD void add_columns(const double* weighed, const double* held, std::int32_t blocks, double* sums) {
  constexpr int kLimbs = Traits::kLimbs;
  constexpr int kQuads = Traits::kLanes / kQuad;
  constexpr int kFit = 12 / (kLimbs * Columns);
  constexpr int kRegisters = kFit >= 8 ? 8 : kFit >= 4 ? 4 : kFit >= 2 ? 2 : 1;
  constexpr int kTogether = kRegisters < kQuads ? kRegisters : kQuads;
  for (int quad = 0; quad < kQuads; quad += kTogether) {
    Quad own[Columns][kLimbs][kTogether];
    const auto place = [&](int c, int l, int q) {
      return reinterpret_cast<Quad*>(sums + ((c * kLimbs + l) * kQuads + quad + q) * kQuad);
    };
#pragma GCC unroll 12
    for (int c = 0; c < Columns; ++c) {
#pragma GCC unroll 12
      for (int l = 0; l < kLimbs; ++l) {
#pragma GCC unroll 12
        for (int q = 0; q < kTogether; ++q) own[c][l][q] = *place(c, l, q);
      }
    }
    for (std::int32_t block = 0; block < blocks; ++block) {
      const std::int32_t at = (block * kQuads + quad) * kQuad;
#pragma GCC unroll 12
      for (int q = 0; q < kTogether; ++q) {
#pragma GCC unroll 12
        for (int c = 0; c < Columns; ++c) {
          const Quad z = *reinterpret_cast<const Quad*>(held + c * kPanelChunk + at + q * kQuad);
#pragma GCC unroll 12
          for (int l = 0; l < kLimbs; ++l) {
            const Quad w = *reinterpret_cast<const Quad*>(weighed + l * kPanelChunk + at + q * kQuad);
            own[c][l][q] = own[c][l][q] + w * z;
          }
        }
      }
    }
#pragma GCC unroll 12
    for (int c = 0; c < Columns; ++c) {
#pragma GCC unroll 12
      for (int l = 0; l < kLimbs; ++l) {
#pragma GCC unroll 12
        for (int q = 0; q < kTogether; ++q) *place(c, l, q) = own[c][l][q];
      }
    }
  }
}

// One variable's row of a panel: its products with `columns` held variables.
template <class Traits>
GS_CLONES void add_panel_row(const double* weighed, const double* held, std::int32_t columns, std::int32_t blocks,
                             double* sums) {
  constexpr int kSet = Traits::kLimbs * Traits::kLanes;
  std::int32_t c = 0;
  for (; c + kColumns <= columns; c += kColumns) {
    add_columns<Traits, kColumns>(weighed, held + c * kPanelChunk, blocks, sums + c * kSet);
  }
  switch (columns - c) {
    case 5: return add_columns<Traits, 5>(weighed, held + c * kPanelChunk, blocks, sums + c * kSet);
    case 4: return add_columns<Traits, 4>(weighed, held + c * kPanelChunk, blocks, sums + c * kSet);
    case 3: return add_columns<Traits, 3>(weighed, held + c * kPanelChunk, blocks, sums + c * kSet);
    case 2: return add_columns<Traits, 2>(weighed, held + c * kPanelChunk, blocks, sums + c * kSet);
    case 1: return add_columns<Traits, 1>(weighed, held + c * kPanelChunk, blocks, sums + c * kSet);
    default: break;
  }
}

/// Variables [first, first + count) of the 1 + 2 x bands.
struct Panel {
  std::int32_t first;
  std::int32_t count;
};

/// Adds up the pixels of some planes (a band of rows, or a cell) for all pairs of panels, one pair after the other.
/// weights : as large as the planes; chunk_used : one byte a chunk of kPanelChunk pixels, 0 where all its weights are 0
template <class T, class Traits = PanelTraits<T>>
class PanelSums {
 public:
  explicit PanelSums(std::int32_t band_count)
      : variable_count_(1 + 2 * band_count),
        held_(std::size_t{2} * kPanel * kPanelChunk),
        limbs_(std::size_t{Traits::kLimbs} * kPanelChunk),
        weighed_(std::size_t{Traits::kLimbs} * kPanelChunk),
        sums_(std::size_t{kPanel} * kPanel * kSet),
        carried_(Traits::kCentered ? std::size_t{kPanel} * kPanel * kSet : 0) {}

  /// Values of one product in `sums`: its limbs, each of kLanes lanes.
  static constexpr std::int32_t kSet = Traits::kLimbs * Traits::kLanes;

  /// take(index, sums) gets the lanes of one product (and may change them), of integers perhaps several times; index
  /// counts in the order of TileGram. centers : of CenteredTraits, whose products are those of what is left
  template <class Take>
  void run(const PairPlanes<T>& planes, const RasterView<const std::uint32_t>& weights, const std::uint8_t* chunk_used,
           const Take& take, const Centers& centers = {}) {
    centers_ = centers;
    const std::int32_t panels = (variable_count_ + kPanel - 1) / kPanel;
    const std::int32_t width = (variable_count_ + panels - 1) / panels;
    for (std::int32_t first = 0; first < variable_count_; first += width) {
      const Panel rows{first, std::min(width, variable_count_ - first)};
      for (std::int32_t column = first; column < variable_count_; column += width) {
        run_pair(planes, weights, chunk_used, rows, {column, std::min(width, variable_count_ - column)}, take);
      }
    }
  }

 private:
  template <class Take>
  void run_pair(const PairPlanes<T>& planes, const RasterView<const std::uint32_t>& weights,
                const std::uint8_t* chunk_used, const Panel& rows, const Panel& columns, const Take& take) {
    const std::int32_t chunks = (weights.width + kPanelChunk - 1) / kPanelChunk;
    clear_sums();
    std::int32_t lane_adds = 0;
    [[maybe_unused]] double most = kCarryUnit;  // that a lane's sum can be
    for (std::int32_t y = 0; y < weights.height; ++y) {
      for (std::int32_t chunk = 0; chunk < chunks; ++chunk) {
        if (chunk_used[y * chunks + chunk] == 0) continue;
        const std::int32_t x0 = chunk * kPanelChunk;
        const std::int32_t count = std::min(kPanelChunk, weights.width - x0);
        const std::int32_t blocks = (count + Traits::kLanes - 1) / Traits::kLanes;
        if constexpr (Traits::kCentered) {
          const double reach = std::max<double>(1.0, centers_.reach[y * chunks + chunk]);
          const double more = blocks * 0x1p24 * reach * reach;
          if (most + more > 0x1p53) {
            carry(rows, columns);
            most = kCarryUnit;
          }
          most += more;
        } else if (Traits::kExact && lane_adds + blocks > Traits::kLaneAdds) {
          take_sums(rows, columns, take);
          lane_adds = 0;
        }
        lane_adds += blocks;
        add_chunk(planes, weights.row(y) + x0, y, x0, count, blocks, rows, columns);
      }
    }
    take_sums(rows, columns, take);
  }

  void add_chunk(const PairPlanes<T>& planes, const std::uint32_t* weights, std::int32_t y, std::int32_t x0,
                 std::int32_t count, std::int32_t blocks, const Panel& rows, const Panel& columns) {
    const std::int32_t padded = blocks * Traits::kLanes;
    hold_weights<Traits>(weights, count, limbs_.data());
    for (int l = 0; l < Traits::kLimbs; ++l) {
      std::fill(limbs_.data() + l * kPanelChunk + count, limbs_.data() + l * kPanelChunk + padded, 0.0);
    }
    double* const held_columns = held_.data();
    hold_panel(planes, weights, y, x0, count, padded, columns, held_columns);
    const bool diagonal = rows.first == columns.first;
    double* const held_rows = diagonal ? held_columns : held_columns + std::ptrdiff_t{kPanel} * kPanelChunk;
    if (!diagonal) hold_panel(planes, weights, y, x0, count, padded, rows, held_rows);
    for (std::int32_t i = 0; i < rows.count; ++i) {
      const double* weighed = limbs_.data();
      if (rows.first + i > 0) {
        weigh_pixels<Traits::kLimbs>(limbs_.data(), held_rows + i * kPanelChunk, padded, weighed_.data());
        weighed = weighed_.data();
      }
      const std::int32_t skipped = diagonal ? i : 0;
      add_panel_row<Traits>(weighed, held_columns + skipped * kPanelChunk, columns.count - skipped, blocks,
                            sums_.data() + std::ptrdiff_t{i * kPanel + skipped} * kSet);
    }
  }

  void carry(const Panel& rows, const Panel& columns) {
    for (std::int32_t i = 0; i < rows.count; ++i) {
      const std::int32_t skipped = rows.first == columns.first ? i : 0;
      const std::ptrdiff_t at = std::ptrdiff_t{i * kPanel + skipped} * kSet;
      carry_sums(sums_.data() + at, (columns.count - skipped) * kSet, carried_.data() + at);
    }
  }

  // The chunk of each variable of a panel, 0 where there is no weight.
  void hold_panel(const PairPlanes<T>& planes, const std::uint32_t* weights, std::int32_t y, std::int32_t x0,
                  std::int32_t count, std::int32_t padded, const Panel& panel, double* held) {
    const std::int32_t band_count = planes.before.band_count;
    for (std::int32_t k = 0; k < panel.count; ++k) {
      double* const row = held + k * kPanelChunk;
      const std::int32_t variable = panel.first + k - 1;
      if (variable < 0) {
        std::fill_n(row, padded, 1.0);
        continue;
      }
      const auto plane =
          variable < band_count ? planes.before.band(variable) : planes.after.band(variable - band_count);
      if constexpr (Traits::kCentered) {
        hold_centered<T>(plane.row(y) + x0, weights, centers_.of[variable + 1], count, row);
      } else {
        hold_pixels<T>(plane.row(y) + x0, weights, count, row);
      }
      std::fill(row + count, row + padded, 0.0);
    }
  }

  template <class Take>
  void take_sums(const Panel& rows, const Panel& columns, const Take& take) {
    for (std::int32_t i = 0; i < rows.count; ++i) {
      const std::int64_t row = rows.first + i;
      const std::int64_t row_start = row * variable_count_ - row * (row - 1) / 2;  // index of (row, row)
      for (std::int32_t j = 0; j < columns.count; ++j) {
        const std::int64_t column = columns.first + j;
        if (column < row) continue;
        const auto index = static_cast<std::size_t>(row_start + column - row);
        take(index, sums_.data() + std::ptrdiff_t{i * kPanel + j} * kSet);
        if constexpr (Traits::kCentered) take(index, carried_.data() + std::ptrdiff_t{i * kPanel + j} * kSet);
      }
    }
    clear_sums();
  }
  void clear_sums() {
    std::fill_n(sums_.data(), std::ptrdiff_t{kPanel} * kPanel * kSet, 0.0);
    if (Traits::kCentered) std::fill_n(carried_.data(), std::ptrdiff_t{kPanel} * kPanel * kSet, 0.0);
  }

  std::int32_t variable_count_;
  Centers centers_;
  AlignedDoubles held_;     // kPanel variables of the columns, then of the rows
  AlignedDoubles limbs_;    // of the weights
  AlignedDoubles weighed_;  // limbs times one variable
  AlignedDoubles sums_;     // [row][column][limb][lane]
  AlignedDoubles carried_;  // as those, of CenteredTraits
};

}  // namespace
}  // namespace groundshift::cpu
