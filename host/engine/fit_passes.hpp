// SPDX-License-Identifier: Apache-2.0
// The single passes a fit is made of: one question to the backend for every tile of the fit, the answers merged.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "host/base/progress.hpp"
#include "host/engine/detect_plan.hpp"
#include "host/engine/fit_lattice.hpp"
#include "host/engine/pair_extremes.hpp"
#include "host/engine/pair_tiles.hpp"
#include "kernels/api/gram_recipe.hpp"
#include "kernels/solve/histogram_match.hpp"
#include "kernels/solve/pair_gram.hpp"

namespace groundshift {

/// How much of the scene the statistics were taken over.
struct FitSample {
  bool sampled = false;
  std::int64_t cells = 0;          ///< read by a sampled fit
  std::int64_t cells_of_grid = 0;  ///< of all
  std::int64_t valid_pixels = 0;   ///< of the fit
};

/// Moments of all pixels of a fit, and of those that it is checked on.
struct FitGrams {
  PairGram everything, held_out;
};

class FitPasses {
 public:
  FitPasses(const DetectPlan& plan, PairTiles& tiles, const JobContext& context);

  /// Decodes the pixels of the fit (a sample: rounds of cells, until it has its number of valid pixels or all cells are
  /// read), takes moments and extremes, and goes over them once more when pixels have to be kept out.
  /// needs : whether the median of the values, the lattice of the pixels and the held-out third are wanted too.
  void load(const FitNeeds& needs);

  const FitSample& sample() const { return sample_; }
  const PairExtremes& extremes() const { return extremes_; }
  /// Pixels kept out of the statistics; 0 when they were 1 % or less.
  std::int64_t clipped() const { return clipped_; }
  MomentSummary moments() const { return everything_.summary(); }
  const PairGram& everything() const { return everything_; }  ///< unit weights
  const PairGram& held_out() const { return held_out_; }      ///< the third that checks the fit, where it was wanted

  /// The lattice of the fit's pixels, where load() was asked for it and the fit is large enough to be worth one.
  const FitLattice* lattice() const;
  /// Moments of the lattice under a rule.
  MomentSummary lattice_moments(const WeightRule& rule);

  /// Moments under a rule. band : a pair of that band alone.
  PairGram gram(const WeightRule& rule, const std::string& name = "weights", std::optional<std::int32_t> band = {});
  /// Those, and those of the third that checks the fit, in one pass.
  FitGrams gram_and_held_out(const WeightRule& rule, const std::string& name = "weights",
                             std::optional<std::int32_t> band = {});
  /// Of T of the form.
  std::vector<std::uint64_t> form_histogram(const WeightRule& form, const std::string& name,
                                            std::optional<std::int32_t> band = {});
  /// Moments of the texture planes.
  PairGram texture(const std::vector<BandFit>& fits, const WeightRule& rule);
  /// Of all bands of both dates, where load() was asked for it; nothing without values.
  std::optional<double> median() const;
  /// Maps of AFTER to BEFORE's distribution, one a band; every tile has them applied from here on, and the moments are
  /// those after it. Throws InputError when a band has no values.
  std::vector<ValueMap> match_histograms();

 private:
  void take(Slot& slot);
  void merge(const Slot& slot);
  void start_statistics();
  void statistics_again();
  FitGrams grams(const GramRecipe& recipe, const std::string& name, std::optional<std::int32_t> band, bool held_out);

  const DetectPlan& plan_;
  PairTiles& tiles_;
  const JobContext& context_;
  Backend& backend_;
  FitSample sample_;
  PairExtremes extremes_;
  std::int64_t clipped_ = 0;
  PairGram everything_, held_out_;
  FitNeeds needs_;
  std::vector<std::uint64_t> values_;  ///< histogram, where the median is wanted
  std::optional<FitLattice> lattice_;
  std::vector<TileGram> held_;             ///< of the tile in each slot
  std::vector<PairExtremes> extremes_of_;  ///< of the tile in each slot
};

}  // namespace groundshift
