// SPDX-License-Identifier: Apache-2.0
// The weights of the pixels of a core on the CPU, piece of a row by piece of a row.
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/api/gram_recipe.hpp"
#include "kernels/cpu/form_chunk.hpp"
#include "kernels/recipes/pair_planes.hpp"

namespace groundshift::cpu {

/// T of a rule at the pixels of a core: scale times T_0, or times the means that a box needs.
/// Does not own; `means` (core-sized, form_means) is used for boxes only.
template <class T>
struct CoreForms {
  PairPlanes<T> core;
  const WeightRule* rule;
  RasterView<const float> means;

  /// Floats that `values` needs as scratch.
  std::size_t scratch_count() const { return static_cast<std::size_t>(rule->form.variable_count) * kFormChunk; }
  /// T_0 of the form, without box and scale, at [x0, x0 + count) of row y, count <= kFormChunk; undefined where the
  /// validity is not 1.
  void plain_values(std::int32_t y, std::int32_t x0, std::int32_t count, float* scratch, float* out) const;
  /// T at the same pixels.
  void values(std::int32_t y, std::int32_t x0, std::int32_t count, float* scratch, float* out) const;
};

/// Which pixels of a window are held out of a fit: a function of their place in the grid.
struct HeldOutRows {
  std::int32_t first_x = 0, first_y = 0;  ///< of the window, in the grid
  /// 1 where the pixel at [x0, x0 + count) of row y is held out, else 0.
  void operator()(std::int32_t y, std::int32_t x0, std::int32_t count, std::uint8_t* held_out) const;
  /// Takes the weights of the others away; count <= kFormChunk.
  void keep(std::int32_t y, std::int32_t x0, std::int32_t count, std::uint32_t* weights) const;
};

/// The weights of a recipe over a core, whatever pixels its T comes from.
class Weigher {
 public:
  virtual ~Weigher() = default;
  /// Whether each weight is kWeightOne where the validity is 1, else 0.
  virtual bool is_validity() const = 0;
  /// Of a window of the core.
  virtual HeldOutRows held_out(const Window& window) const = 0;
  /// Whether each weight is 0 or kWeightOne.
  virtual bool all_or_nothing() const = 0;
  virtual std::size_t scratch_count() const = 0;
  /// Weights at [x0, x0 + count) of row y, count <= kFormChunk; returns how many are above 0.
  virtual std::int32_t weigh(std::int32_t y, std::int32_t x0, std::int32_t count, float* scratch,
                             std::uint32_t* out) const = 0;
};

/// Weights of `recipe` by the forms and the validity of `forms.core`, whose first pixel is (first_x, first_y) of the
/// grid. T: the four pixel types.
template <class T>
class PixelWeigher final : public Weigher {
 public:
  PixelWeigher(const CoreForms<T>& forms, GramSubset subset, std::int32_t first_x, std::int32_t first_y)
      : forms_(forms), subset_(subset), first_x_(first_x), first_y_(first_y) {}
  bool is_validity() const override {
    return forms_.rule->kind == WeightKind::unit && subset_ == GramSubset::everything;
  }
  HeldOutRows held_out(const Window& window) const override { return {first_x_ + window.x, first_y_ + window.y}; }
  bool all_or_nothing() const override {
    return forms_.rule->kind == WeightKind::unit || forms_.rule->kind == WeightKind::below;
  }
  std::size_t scratch_count() const override { return forms_.scratch_count(); }
  std::int32_t weigh(std::int32_t y, std::int32_t x0, std::int32_t count, float* scratch,
                     std::uint32_t* out) const override;

 private:
  CoreForms<T> forms_;
  GramSubset subset_;
  std::int32_t first_x_, first_y_;
};

}  // namespace groundshift::cpu
