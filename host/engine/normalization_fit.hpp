// SPDX-License-Identifier: Apache-2.0
// How AFTER is put on the radiometry of BEFORE: the turns of each normalization over the fit's pixels.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "host/engine/fit_passes.hpp"
#include "kernels/solve/band_normalization.hpp"
#include "kernels/solve/contextual.hpp"
#include "kernels/solve/irmad.hpp"

namespace groundshift {

/// The lattice on which a first estimate of IR-MAD was iterated.
struct WarmStart {
  std::int32_t stride = 0;
  std::int64_t points = 0;
  int iterations = 0;
};

/// Runs the passes of the method's normalization and of the weights that its scores share.
class NormalizationFit {
 public:
  NormalizationFit(const DetectPlan& plan, FitPasses& passes, const JobContext& context);

  /// Throws InputError when no band can be fitted.
  void run();

  std::vector<BandNormalization> fits;  ///< one a band; identity where nothing could be fitted
  std::vector<ValueMap> value_maps;     ///< histogram matching, one a band
  std::vector<std::int32_t> unfitted;   ///< bands (0-based) without a fit of their own, each once
  int contextual_turns = 0;
  std::optional<WarmStart> warm_start;
  std::optional<IrmadReport> start;  ///< of the contextual refit

  const MomentSummary& moments() const { return moments_; }  ///< of all pixels of the fit alike
  /// Under the weights of the method, or moments().
  const MomentSummary& weighted() const { return weighted_ ? *weighted_ : moments_; }
  /// The weights of the method; unit ones when it has none.
  const WeightRule& weights() const { return weights_; }
  /// IR-MAD as the options want it, run at the first call.
  const IrmadIteration& irmad();
  bool ran_irmad() const { return irmad_.has_value(); }

 private:
  std::vector<BandNormalization> fitted(const MomentSummary& moments);
  void leave_out(std::int32_t band);
  void hold_out(const PairGram& held, const PairGram& everything);
  void take_weights(const WeightRule& rule);
  IrmadIteration iterate(const IrmadSettings& settings, bool from_lattice);
  MomentSummary first_moments(const IrmadSettings& settings, bool from_lattice);
  void fit_pif();
  void fit_contextual();
  void fit_huber();
  std::optional<BandNormalization> huber_of(std::int32_t band);

  const DetectPlan& plan_;
  const Method& method_;
  FitPasses& passes_;
  const JobContext& context_;
  MomentSummary moments_;
  std::optional<MomentSummary> weighted_;
  WeightRule weights_;
  std::optional<IrmadIteration> irmad_;
};

}  // namespace groundshift
