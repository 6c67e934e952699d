// SPDX-License-Identifier: Apache-2.0
// Opening input rasters.
#include "host/io/open_dataset.hpp"

#include <cpl_string.h>
#include <cpl_vsi.h>
#include <fmt/format.h>

#include "host/base/error.hpp"

namespace groundshift {
namespace {

/// Why a path that GDAL refused cannot be opened, where the file system already knows.
std::string file_problem(const std::string& path) {
  VSIStatBufL facts{};
  if (VSIStatL(path.c_str(), &facts) != 0) return "no such file";
  if (VSI_ISDIR(facts.st_mode)) return "is a directory, not a raster file";
  if (VSI_ISREG(facts.st_mode) && facts.st_size == 0) return "is empty (0 bytes)";
  return {};
}

}  // namespace

std::vector<std::string> subdataset_names(GDALDataset& dataset) {
  const CPLStringList items(CSLDuplicate(dataset.GetMetadata("SUBDATASETS")), TRUE);
  std::vector<std::string> names;
  for (int i = 1;; ++i) {
    const char* name = items.FetchNameValue(fmt::format("SUBDATASET_{}_NAME", i).c_str());
    if (name == nullptr) return names;
    names.emplace_back(name);
  }
}

Dataset open_dataset(const std::string& path) {
  initialize_gdal();
  const GdalMessages messages;
  Dataset dataset(GDALDataset::Open(path.c_str(), GDAL_OF_RASTER | GDAL_OF_READONLY | GDAL_OF_VERBOSE_ERROR));
  if (dataset == nullptr) {
    const std::string problem = file_problem(path);
    if (!problem.empty()) throw InputError(fmt::format("{}: {}", path, problem));
    const std::string reason = messages.failure_text();  // GDAL begins some with the path
    throw InputError(reason.starts_with(path) ? reason : fmt::format("{}: {}", path, reason));
  }
  if (dataset->GetRasterCount() == 0) {
    const std::vector<std::string> subdatasets = subdataset_names(*dataset);
    if (!subdatasets.empty()) {
      throw InputError(fmt::format("{}: holds several rasters; name one of its subdatasets:\n  {}", path,
                                   fmt::join(subdatasets, "\n  ")));
    }
    throw InputError(fmt::format("{}: has no raster bands", path));
  }
  return dataset;
}

}  // namespace groundshift
