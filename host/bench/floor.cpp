// SPDX-License-Identifier: Apache-2.0
// The floor's arithmetic; the formulas stand in the header.
#include "host/bench/floor.hpp"

#include <algorithm>

namespace groundshift {
namespace {

/// amount / rate; nothing to do, or no such rate: no time.
double seconds(double amount, double rate) { return amount > 0.0 && rate > 0.0 ? amount / rate : 0.0; }

}  // namespace

double kernel_rate(const KernelRates& kernels, const std::string& pass) {
  if (pass == "statistics") return kernels.moments.all;
  if (pass == "score") return kernels.score.all;
  if (pass == "null") return kernels.histogram.all;
  if (pass == "irmad" || pass == "weights" || pass == "isfa") return kernels.weighted.all;
  // A turn of the contextual fit is two passes: a histogram of T, and a Gram whose weights look at a neighbourhood.
  if (pass == "contextual" && kernels.smoothed.all > 0.0 && kernels.histogram.all > 0.0) {
    return 2.0 / (1.0 / kernels.smoothed.all + 1.0 / kernels.histogram.all);
  }
  return 0.0;
}

Floor floor_of(const JobWork& work, const Limits& limits) {
  const double decoded = static_cast<double>(work.raw_bytes) * work.decodes;
  const auto heatmap = static_cast<double>(work.heatmap_bytes);
  const double packed = static_cast<double>(work.stored_bytes) * work.decodes;
  double compute = 0.0, touched = (work.decoded_there ? packed : decoded) + heatmap;
  for (const PassWork& pass : work.passes) {
    compute += seconds(static_cast<double>(pass.pixels), kernel_rate(limits.kernels, pass.name));
    touched += static_cast<double>(pass.pixels) * static_cast<double>(work.pair_bytes);
  }
  const double cached = limits.storage.cached.value_or(0.0);
  Floor floor;
  floor.cores = {
      {"read", seconds(packed, cached)},
      {"decode", work.decoded_there ? 0.0 : seconds(decoded, limits.unpack ? limits.unpack->all : limits.decode.all)},
      {"compute", work.on_device ? 0.0 : compute},
      {"keep", work.on_device ? 0.0 : seconds(static_cast<double>(work.kept_bytes), limits.fresh_memory.all)},
      {"encode", limits.pack ? seconds(heatmap, limits.pack->all) : 0.0},
      {"hash", seconds(static_cast<double>(work.hashed_bytes), limits.hash.all)}};
  double cores = 0.0;
  for (const Floor::Term& term : floor.cores) cores += term.seconds;
  floor.terms = {{"cores", cores},
                 {"memory", seconds(touched, limits.triad.all)},
                 {"write", seconds(static_cast<double>(work.output_bytes), limits.storage.write)},
                 {"scratch", seconds(static_cast<double>(work.scratch_bytes * (1 + work.scratch_reads)), cached)}};
  if (work.on_device && limits.device) {
    floor.terms.push_back({"copy in", seconds(work.decoded_there ? packed : decoded, limits.device->copy_in)});
    floor.terms.push_back({"device", compute});
    floor.terms.push_back({"copy out", seconds(heatmap, limits.device->copy_out)});
  }
  const auto slowest = std::max_element(floor.terms.begin(), floor.terms.end(),
                                        [](const auto& a, const auto& b) { return a.seconds < b.seconds; });
  floor.seconds = slowest->seconds;
  floor.resource = slowest->resource;
  return floor;
}

}  // namespace groundshift
