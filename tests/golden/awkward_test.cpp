// SPDX-License-Identifier: Apache-2.0
// Files that break readers: a correct result where GDAL reads them, else a clear refusal; never a crash, a hang or a
// budget passed.
#include <algorithm>
#include <cctype>
#include <cmath>
#include <cstdint>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/detect_run.hpp"
#include "tests/support/scene_files.hpp"
#include "tests/support/temporary_folder.hpp"
#include "tests/support/test_data.hpp"

namespace groundshift::test {
namespace {

using ::testing::HasSubstr;

/// read          : GDAL reads it and so do we: the score of it against zeros is the mean of its absolute values
/// nothing_valid : GDAL reads it and masks every pixel of it: refused, nothing is valid
/// refused       : complex, or GDAL does not open or read it: refused by name with the cause
/// too_large     : it claims more than any budget holds: refused before anything is allocated
/// unplaced : GDAL reads it, but it has a georeference that the other date has not
enum class Outcome : std::uint8_t { read, nothing_valid, unplaced, refused, too_large };

struct AwkwardFile {
  const char* name;
  Outcome outcome;
  const char* says = "";  ///< a word of the message
};

void PrintTo(const AwkwardFile& row, std::ostream* out) { *out << row.name; }

const AwkwardFile kFiles[] = {
    {"201404_13SED190110_201404_0x1500m_CL_1_alpha.tif", Outcome::read},
    {"6band_wrong_number_extrasamples.tif", Outcome::read},
    {"bigtiff_header_extract.tif", Outcome::too_large, "needs"},
    {"bigtiff_two_strip_be_long8.tif", Outcome::read},
    {"byte_5_bands_LZW_predictor_2.tif", Outcome::read},
    {"byte_LZMA_tiled.tif", Outcome::read},
    {"byte_gcp.tif", Outcome::unplaced, "no georeference"},
    {"byte_inconsistent_georef.tif", Outcome::read},
    {"byte_nogeoref.tif", Outcome::read},
    {"byte_truncated.tif", Outcome::refused, "band 1, block (0,0)"},
    {"byte_with_ovr.tif", Outcome::read},
    {"byte_zstd_corrupted.tif", Outcome::refused, "ZSTD"},
    {"cfloat64.tif", Outcome::refused, "complex type CFloat64"},
    {"cielab.tif", Outcome::read},
    {"cog_dateline.tif", Outcome::read},
    {"cog_hirise_mars.tif", Outcome::read},
    {"corrupt_image.TIF", Outcome::read},
    {"corrupted_gtiff_tags.tif", Outcome::refused, "block (0,0)"},
    {"excessive-memory-TIFFFillTile.tif", Outcome::refused, "block (0,1)"},
    {"float24.tif", Outcome::read},
    {"float32_minwhite.tif", Outcome::read},
    {"float32_with_nodata_slightly_above_float_max.tif", Outcome::read},
    {"float64_LZW_predictor_3.tif", Outcome::read},
    {"gpm_1d.20240617.tif", Outcome::read},
    {"huge-number-strips.tif", Outcome::too_large, "needs"},
    {"image_width_above_32bit.tif", Outcome::refused, "Too large image size"},
    {"int8.tif", Outcome::read},
    {"irregular_tile_size_jpeg_in_tiff.tif", Outcome::refused, "block (1,0)"},
    {"lzw_corrupted.tif", Outcome::refused, "code not yet in table"},
    {"negative_scaley.tif", Outcome::read},
    {"oddsize1bit.tif", Outcome::read},
    {"packbits-not-enough-data.tif", Outcome::refused, "block (0,"},
    {"rgbsmall_WEBP_tiled.tif", Outcome::read},
    {"rgbsmall_int16_bigendian_lzw_predictor_2.tif", Outcome::read},
    {"rioxarray_cint16.tif", Outcome::refused, "complex type CInt16"},
    {"seperate_strip.tif", Outcome::read},
    {"sparse_tiled_separate.tif", Outcome::nothing_valid, "no pixel is valid"},
    {"stefan_full_rgba.tif", Outcome::read},
    {"stripbytecounts_count_not_same_as_stripoffsets_count.tif", Outcome::read},
    {"tag_without_null_byte.tif", Outcome::read},
    {"test3_with_mask_8bit.tif", Outcome::read},
    {"test_nodatavalues.tif", Outcome::nothing_valid, "no pixel is valid"},
    {"tiled_bad_offset.tif", Outcome::refused, "block (0,0)"},
    {"tiled_blockysize_larger_than_rasterysize.tif", Outcome::read},
    {"toomanyblocks.tif", Outcome::refused, "Too many blocks"},
    {"twoimages.tif", Outcome::read},
    {"uint33.tif", Outcome::refused, "Unsupported TIFF configuration"},
    {"uint64_full_range.tif", Outcome::read},
    {"unsupported_codec_unknown.tif", Outcome::refused, "missing codec"},
    {"ycbcr_42_lzw.tif", Outcome::read},
};

constexpr std::int64_t kMiB = 1 << 20;
constexpr std::int64_t kBudget = 256 * kMiB;
constexpr std::int64_t kHuge = 100'000'000;  // pixels that this test does not read itself

std::vector<int> bands_without_alpha(GDALDataset& dataset) {
  std::vector<int> bands;
  for (int b = 1; b <= dataset.GetRasterCount(); ++b) {
    if (dataset.GetRasterBand(b)->GetColorInterpretation() != GCI_AlphaBand) bands.push_back(b);
  }
  return bands;
}

/// Zeros on the grid of a dataset, as many bands as it has without alpha.
void write_zeros_like(GDALDataset& dataset, const std::string& path) {
  SceneSpec spec;
  spec.width = dataset.GetRasterXSize();
  spec.height = dataset.GetRasterYSize();
  spec.band_count = static_cast<int>(bands_without_alpha(dataset).size());
  const bool huge = std::int64_t{spec.width} * spec.height > kHuge;
  spec.creation_options =
      huge ? std::vector<std::string>{"TILED=YES", "BLOCKXSIZE=65536", "BLOCKYSIZE=65536"} : std::vector<std::string>{};
  spec.crs.clear();
  std::array<double, 6> transform{};
  spec.geotransform.reset();
  if (dataset.GetGeoTransform(transform.data()) == CE_None) spec.geotransform = transform;
  if (const OGRSpatialReference* crs = dataset.GetSpatialRef()) {
    char* wkt = nullptr;
    const char* options[] = {"FORMAT=WKT2_2019", nullptr};
    crs->exportToWkt(&wkt, options);
    spec.crs = wkt;
    CPLFree(wkt);
  }
  write_sparse(path, spec);
}

/// Mean of the absolute values over the bands without alpha; NaN where GDAL's mask of any of them is 0.
/// Throws std::runtime_error where GDAL cannot read the pixels.
std::vector<double> mean_absolute(GDALDataset& dataset) {
  const std::vector<int> bands = bands_without_alpha(dataset);
  std::vector<double> mean;
  for (const int b : bands) {
    const BandPixels band = read_band(dataset, b);
    mean.resize(band.values.size(), 0.0);
    for (std::size_t i = 0; i < mean.size(); ++i) {
      mean[i] += band.valid[i] ? std::fabs(band.values[i]) / static_cast<double>(bands.size()) : std::nan("");
    }
  }
  return mean;
}

/// Does GDAL read every pixel of it as numbers that have an order?
bool gdal_reads(GDALDataset* dataset) {
  if (dataset == nullptr || GDALDataTypeIsComplex(dataset->GetRasterBand(1)->GetRasterDataType())) return false;
  try {
    mean_absolute(*dataset);
    return true;
  } catch (const std::runtime_error&) {
    return false;
  }
}

void expect_scores(const std::string& heatmap, const std::vector<double>& expected) {
  const BandPixels found = read_band(heatmap, 1);
  ASSERT_EQ(found.values.size(), expected.size());
  std::size_t wrong_mask = 0, wrong_value = 0;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    wrong_mask += std::isnan(found.values[i]) != std::isnan(expected[i]);
    // A float32 sum of up to six bands.
    wrong_value += std::fabs(found.values[i] - expected[i]) > 4e-7 * std::fabs(expected[i]);
  }
  EXPECT_EQ(wrong_mask, 0u);
  EXPECT_EQ(wrong_value, 0u);
}

class Awkward : public ::testing::TestWithParam<AwkwardFile> {};

TEST_P(Awkward, GivesGdalsPixelsOrAClearRefusal) {
  const auto file = test_data() / "awkward" / GetParam().name;
  GS_NEEDS(file);
  const TemporaryFolder folder;
  const std::string zeros = folder / "zeros.tif", out = folder / "out/change.tif";
  std::filesystem::create_directory(folder / "out");
  const OpenDataset dataset = open_quietly(file);
  if (dataset != nullptr) {
    write_zeros_like(*dataset, zeros);
  } else {
    write_scene(zeros, {}, [](int, int, int) { return 0.0; });
  }
  const Outcome outcome = GetParam().outcome;
  if (outcome != Outcome::too_large) {
    EXPECT_EQ(gdal_reads(dataset.get()), outcome != Outcome::refused) << "what GDAL itself makes of it has changed";
  }

  const ProgramRun run =
      run_groundshift({"detect", zeros, file.string(), out, "--normalize", "none", "--score", "difference", "--smooth",
                       "1", "-of", "GTiff", "--memory", "256MiB", "--quiet"});
  EXPECT_EQ(run.signal, 0);
  EXPECT_FALSE(run.timed_out);
  EXPECT_LE(run.peak_rss_bytes, kBudget + kBudget / 4 + 100 * kMiB);
  if (outcome == Outcome::read) {
    ASSERT_EQ(run.exit_code, 0) << run.err;
    EXPECT_EQ(summary_problem(folder / "out/change.json"), "");
    expect_scores(out, mean_absolute(*dataset));
    return;
  }
  EXPECT_EQ(run.exit_code, outcome == Outcome::too_large ? 6 : 3);
  EXPECT_THAT(run.err, HasSubstr(GetParam().says));
  if (outcome != Outcome::too_large && outcome != Outcome::unplaced) {  // of those the other date is at fault
    EXPECT_THAT(run.err, HasSubstr(GetParam().name));
  }
  EXPECT_TRUE(listing_of(folder / "out").empty());
  EXPECT_LT(run.wall_s, 10.0);
}

INSTANTIATE_TEST_SUITE_P(Files, Awkward, ::testing::ValuesIn(kFiles),
                         [](const ::testing::TestParamInfo<AwkwardFile>& row) {
                           std::string name = row.param.name;
                           for (char& c : name) c = std::isalnum(static_cast<unsigned char>(c)) ? c : '_';
                           return name;
                         });

TEST(AwkwardTable, NamesEveryFileOfTheFolder) {
  const auto folder = test_data() / "awkward";
  GS_NEEDS(folder);
  std::size_t files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() == ".tsv") continue;
    ++files;
    const std::string name = entry.path().filename().string();
    EXPECT_TRUE(std::any_of(std::begin(kFiles), std::end(kFiles), [&](const AwkwardFile& f) { return f.name == name; }))
        << name;
  }
  EXPECT_EQ(files, std::size(kFiles));
}

TEST(AwkwardFiles, OfSeveralRastersAreNotReadWithoutAWord) {
  const auto file = test_data() / "awkward" / "twoimages.tif";
  GS_NEEDS(file);
  const TemporaryFolder folder;
  const OpenDataset dataset = open_quietly(file);
  write_zeros_like(*dataset, folder / "zeros.tif");
  const auto summary = detect(folder / "zeros.tif", file.string(), folder / "change.tif",
                              {"--normalize", "none", "--score", "difference"});
  ASSERT_FALSE(summary.is_null());
  ASSERT_EQ(summary.at("warnings").size(), 1u);
  EXPECT_EQ(summary.at("warnings").at(0).at("code"), "several_rasters");
  EXPECT_THAT(summary.at("warnings").at(0).at("message").get<std::string>(), HasSubstr("GTIFF_DIR:2:"));
}

}  // namespace
}  // namespace groundshift::test
