// SPDX-License-Identifier: Apache-2.0
// What a broken run left under the output's names: complete, or not there.
#pragma once

#include <filesystem>
#include <set>
#include <string>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "host/io/pixel_hash.hpp"
#include "tests/support/scene_files.hpp"
#include "tests/support/temporary_folder.hpp"

namespace groundshift::test {

/// Every block of every overview can be read (hash_file reads those of the full resolution).
inline bool overviews_read(const std::string& path) {
  const OpenDataset dataset = open_quietly(path);
  if (dataset == nullptr) return false;
  GDALRasterBand& band = *dataset->GetRasterBand(1);
  for (int i = 0; i < band.GetOverviewCount(); ++i) {
    GDALRasterBand& overview = *band.GetOverview(i);
    std::vector<float> pixels(static_cast<std::size_t>(overview.GetXSize()) * overview.GetYSize());
    if (overview.RasterIO(GF_Read, 0, 0, overview.GetXSize(), overview.GetYSize(), pixels.data(), overview.GetXSize(),
                          overview.GetYSize(), GDT_Float32, 0, 0, nullptr) != CE_None) {
      return false;
    }
  }
  return true;
}

/// The heatmap <folder>/change.tif is absent, or complete with one of the hashes; a summary is absent, or describes
/// the heatmap beside it. Returns the hash of the heatmap, empty when there is none.
inline std::string expect_complete_or_absent(const std::filesystem::path& folder, const std::set<std::string>& hashes) {
  const std::filesystem::path heatmap = folder / "change.tif", summary = folder / "change.json";
  std::string hash;
  if (std::filesystem::exists(heatmap)) {
    EXPECT_NO_THROW(hash = hash_file(heatmap.string()));
    EXPECT_TRUE(overviews_read(heatmap.string()));
    EXPECT_EQ(hashes.count(hash), 1u) << "a heatmap that is neither the old nor the new one";
  }
  if (std::filesystem::exists(summary)) {
    const nlohmann::json json = nlohmann::json::parse(read_text(summary), nullptr, false);
    EXPECT_FALSE(json.is_discarded()) << "half a summary";
    if (!json.is_discarded()) {
      EXPECT_EQ(json["products"][0]["pixel_hash"], hash) << "a summary beside a heatmap it does not describe";
    }
  }
  return hash;
}

/// Entries of a folder that are temporary siblings of an output.
inline std::size_t sibling_count(const std::filesystem::path& folder) {
  std::size_t count = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    count += entry.path().filename().string().find(".gs-") != std::string::npos ? 1 : 0;
  }
  return count;
}

}  // namespace groundshift::test
