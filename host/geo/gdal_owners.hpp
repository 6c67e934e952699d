// SPDX-License-Identifier: Apache-2.0
// GDAL's process-wide set-up, its handles with one owner each, and its messages as data.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <gdal_priv.h>

#include "host/geo/grid.hpp"

namespace groundshift {

struct DatasetCloser {
  void operator()(GDALDataset* dataset) const noexcept { GDALClose(GDALDataset::ToHandle(dataset)); }
};
/// One owner, one thread at a time.
using Dataset = std::unique_ptr<GDALDataset, DatasetCloser>;

/// Registers GDAL's drivers once (thread-safe) and switches PROJ's network off.
void initialize_gdal();

/// Sets GDAL's block cache unless the environment or a --config gave GDAL_CACHEMAX. Returns the bytes in force.
std::int64_t limit_gdal_block_cache(std::int64_t byte_count);

/// Collects what GDAL says on this thread while it lives, instead of letting it go to stderr.
class GdalMessages {
 public:
  GdalMessages();
  ~GdalMessages();
  GdalMessages(const GdalMessages&) = delete;
  GdalMessages& operator=(const GdalMessages&) = delete;

  bool has_failure() const { return !failures_.empty(); }
  /// Failures joined by "; ", each once; `otherwise` when there is none.
  std::string failure_text(const std::string& otherwise = "GDAL gave no reason") const;
  const std::vector<std::string>& warnings() const { return warnings_; }
  void clear();

 private:
  static void CPL_STDCALL handle(CPLErr level, CPLErrorNum number, const char* text);
  std::vector<std::string> failures_;
  std::vector<std::string> warnings_;
};

/// The grid of an open dataset.
Grid grid_of(GDALDataset& dataset);

/// Writes transform, CRS and AREA_OR_POINT of a grid to a dataset being created. GDAL's messages say what failed.
bool apply_grid(GDALDataset& dataset, const Grid& grid);

}  // namespace groundshift
