// SPDX-License-Identifier: Apache-2.0
// The whole of `detect` in double and plain loops over whole images: an independent reference, no code shared.
#pragma once

#include <string>
#include <vector>

namespace groundshift::test {

/// One date: bands[b][y * width + x], and where every band of it is valid.
struct NaiveDate {
  int width = 0, height = 0;
  std::vector<std::vector<double>> bands;
  std::vector<bool> valid;
};

/// Reads all bands of a raster with GDAL's judgement of validity; values as float32 keeps them.
NaiveDate read_date(const std::string& path);

/// normalize, score : names as on the command line
/// integer_input : epsilon of relative and log-ratio is 1, else 1 % of the joint median of the values
/// returns : scores row-major, NaN where a date is invalid or the score undefined
/// source  : the formulas of ALGORITHMS 1 and 2.1, moments over all jointly valid pixels, box mean over defined scores
std::vector<double> naive_detect(const NaiveDate& before, const NaiveDate& after, const std::string& normalize,
                                 const std::string& score, int smooth, bool integer_input);

}  // namespace groundshift::test
