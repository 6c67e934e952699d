// SPDX-License-Identifier: Apache-2.0
// Bands by common name, out of descriptions, metadata, wavelengths and colours; two dates matched.
#include "host/io/band_names.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "host/base/error.hpp"
#include "host/geo/gdal_owners.hpp"
#include "tests/support/scene_files.hpp"
#include "tests/support/temporary_folder.hpp"

namespace groundshift::test {
namespace {

using ::testing::HasSubstr;
using Bands = std::vector<std::int32_t>;

RasterDescription with_names(const char* path, const std::vector<std::string>& names) {
  RasterDescription raster;
  raster.path = path;
  for (const std::string& name : names) {
    BandInfo band;
    band.common_name = name;
    raster.bands.push_back(band);
  }
  return raster;
}

Bands all_of(const RasterDescription& raster) {
  Bands out;
  for (std::size_t b = 1; b <= raster.bands.size(); ++b) out.push_back(static_cast<std::int32_t>(b));
  return out;
}

MatchedBands match(const RasterDescription& a, const RasterDescription& b) {
  return match_bands(a, all_of(a), b, all_of(b));
}

TEST(CommonName, KnowsSpellingsAndNoProductNames) {
  EXPECT_EQ(common_name_of("Red"), "red");
  EXPECT_EQ(common_name_of("red-edge"), "rededge");
  EXPECT_EQ(common_name_of("Near Infrared"), "nir");
  EXPECT_EQ(common_name_of("swir16"), "swir1");
  EXPECT_EQ(common_name_of("SWIR_2"), "swir2");
  EXPECT_EQ(common_name_of("coastal aerosol"), "coastal");
  EXPECT_EQ(common_name_of("B4"), "");
  EXPECT_EQ(common_name_of("reddish"), "");
  EXPECT_EQ(common_name_of(""), "");
}

TEST(CommonName, KnowsCentralWavelengths) {
  // Sentinel-2A's bands.
  const std::pair<double, const char*> bands[] = {
      {0.4427, "coastal"}, {0.4924, "blue"},    {0.5598, "green"},   {0.6646, "red"},
      {0.7041, "rededge"}, {0.7405, "rededge"}, {0.7828, "rededge"}, {0.8328, "nir"},
      {0.8647, "nir"},     {0.9451, "nir"},     {1.3735, "cirrus"},  {1.6137, "swir1"},
      {2.2024, "swir2"},   {10.895, "lwir"},    {3.0, ""},           {0.0, ""}};
  for (const auto& [wavelength, name] : bands) EXPECT_EQ(common_name_of_wavelength(wavelength), name) << wavelength;
}

TEST(DescribeRaster, NamesBandsByMetadataDescriptionWavelengthAndColour) {
  const TemporaryFolder folder;
  const std::string path = folder / "scene.tif";
  SceneSpec spec;
  spec.width = spec.height = 8;
  spec.band_count = 6;
  spec.creation_options = {"PHOTOMETRIC=RGB"};
  spec.descriptions = {"green", "B8", "", "", "B11"};
  write_scene(path, spec, [](int, int, int) { return 1; });
  {
    Dataset dataset(GDALDataset::Open(path.c_str(), GDAL_OF_RASTER | GDAL_OF_UPDATE));
    dataset->GetRasterBand(2)->SetMetadataItem("COMMON_NAME", "nir08");
    dataset->GetRasterBand(4)->SetMetadataItem("WAVELENGTH", "665");
    dataset->GetRasterBand(4)->SetMetadataItem("WAVELENGTH_UNIT", "nm");
    dataset->GetRasterBand(5)->SetMetadataItem("CENTRAL_WAVELENGTH_UM", "1.61", "IMAGERY");
  }
  const RasterDescription raster = describe_raster(path);
  const char* want[] = {"green", "nir", "blue", "red", "swir1", ""};  // the first two are coloured red and green
  for (int b = 0; b < 6; ++b) EXPECT_EQ(raster.bands[b].common_name, want[b]) << b + 1;
  EXPECT_DOUBLE_EQ(*raster.bands[3].wavelength_um, 0.665);
  EXPECT_EQ(select_bands(raster, {"nir", "Red", "B11", "1", "blue"}), (Bands{2, 4, 5, 1, 3}));
  EXPECT_THROW(select_bands(raster, {"swir2"}), InputError);
  EXPECT_THROW(select_bands(raster, {"nir", "B8"}), UsageError);
  EXPECT_EQ(raster.georeference.kind, GeoreferenceKind::geotransform);
}

TEST(SelectBands, RefusesANameThatSeveralHave) {
  const RasterDescription raster = with_names("s2.tif", {"rededge", "rededge", "nir"});
  EXPECT_EQ(select_bands(raster, {"nir"}), (Bands{3}));
  try {
    select_bands(raster, {"red edge"});
    FAIL() << "not refused";
  } catch (const InputError& e) {
    EXPECT_THAT(e.what(), HasSubstr("several bands are rededge"));
    EXPECT_THAT(e.what(), HasSubstr("3 (nir)"));
  }
}

TEST(MatchBands, PutsAfterInBeforesOrder) {
  const MatchedBands m =
      match(with_names("a", {"blue", "green", "red", "nir"}), with_names("b", {"nir", "red", "green", "blue"}));
  EXPECT_TRUE(m.by_name);
  EXPECT_EQ(m.before, (Bands{1, 2, 3, 4}));
  EXPECT_EQ(m.after, (Bands{4, 3, 2, 1}));
  EXPECT_THAT(m.note, HasSubstr("blue,green,red,nir"));
  const MatchedBands same = match(with_names("a", {"red", "nir"}), with_names("b", {"red", "nir"}));
  EXPECT_TRUE(same.by_name);
  EXPECT_EQ(same.note, "");
}

TEST(MatchBands, LeavesIncompleteOrRepeatedNamesAlone) {
  for (const auto& names : {std::vector<std::string>{"nir", "", "red"}, {"nir", "red", "red"}, {"", "", ""}}) {
    const MatchedBands m = match(with_names("a", {"red", "green", "nir"}), with_names("b", names));
    EXPECT_FALSE(m.by_name);
    EXPECT_EQ(m.after, (Bands{1, 2, 3}));
    EXPECT_EQ(m.note, "");
  }
}

TEST(MatchBands, RefusesDifferentBandsWithBothLists) {
  try {
    match(with_names("a.tif", {"blue", "green", "red", "nir"}), with_names("b.tif", {"red", "green", "blue"}));
    FAIL() << "not refused";
  } catch (const InputError& e) {
    EXPECT_THAT(e.what(), HasSubstr("a.tif: blue,green,red,nir"));
    EXPECT_THAT(e.what(), HasSubstr("b.tif: red,green,blue"));
    EXPECT_THAT(e.what(), HasSubstr("--bands blue,green,red"));
  }
  EXPECT_THROW(match(with_names("a", {"red"}), with_names("b", {"nir"})), InputError);
}

TEST(MatchBands, KeepsDifferentBandsWhereNoneIsPaired) {
  const RasterDescription a = with_names("a", {"blue", "red", "nir"}), b = with_names("b", {"red", "swir1"});
  const MatchedBands m = match_bands(a, all_of(a), b, all_of(b), DifferentBands::kept);
  EXPECT_TRUE(m.different);
  EXPECT_FALSE(m.by_name);
  EXPECT_EQ(m.before, (Bands{1, 2, 3}));
  EXPECT_EQ(m.after, (Bands{1, 2})) << "no order is imposed";
  EXPECT_THAT(m.note, HasSubstr("BEFORE blue,red,nir; AFTER red,swir1"));
  const RasterDescription c = with_names("c", {"nir", "red", "blue"});
  const MatchedBands same = match_bands(a, all_of(a), c, all_of(c), DifferentBands::kept);
  EXPECT_TRUE(same.by_name) << "the same bands are still put in one order";
  EXPECT_FALSE(same.different);
  EXPECT_EQ(same.after, (Bands{3, 2, 1}));
}

}  // namespace
}  // namespace groundshift::test
