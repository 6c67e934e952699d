// SPDX-License-Identifier: Apache-2.0
// Every way in which an input can be unfit: exit code 3, a message with file and cause, nothing written.
#include <functional>
#include <limits>

#include <ogr_spatialref.h>

#include "tests/cli/job_folder.hpp"

namespace groundshift::test {
namespace {

namespace fs = std::filesystem;

/// What `detect` gets; out is added by the test.
struct Inputs {
  std::string before, after;
  std::vector<std::string> options;
};

struct BadInput {
  std::string name;
  std::function<Inputs(const JobFolder&)> make;
  std::vector<std::string> says;  ///< words of the message
};

void PrintTo(const BadInput& row, std::ostream* out) { *out << row.name; }

/// A stand-in for AFTER that `make` has prepared under in/.
BadInput bad_after(const std::string& name, const std::string& file, std::vector<std::string> says,
                   std::function<void(const JobFolder&, const std::string& path)> make,
                   std::vector<std::string> options = {}) {
  says.push_back(file);
  return {name,
          [file, make, options](const JobFolder& f) {
            make(f, f.in(file));
            return Inputs{f.before(), f.in(file), options};
          },
          says};
}

SceneSpec with(const std::function<void(SceneSpec&)>& change) {
  SceneSpec spec;
  change(spec);
  return spec;
}

BadInput other_grid(const std::string& name, const std::vector<std::string>& says,
                    const std::function<void(SceneSpec&)>& change) {
  return bad_after(name, "other.tif", says,
                   [change](const JobFolder& f, const std::string&) { f.scene("other.tif", with(change)); });
}

void cut_file(const std::string& path, double share) {
  fs::resize_file(path, static_cast<std::uintmax_t>(static_cast<double>(fs::file_size(path)) * share));
}

/// Float scene with a rule; NaN is what it says.
void write_floats(const std::string& path, const PixelRule& rule) {
  write_scene(path, with([](SceneSpec& s) { s.type = GDT_Float32; }), rule);
}

void write_geopackage_of_two(const JobFolder& f, const std::string& path) {
  const OpenDataset one = open_quietly(f.before());
  GDALDriver* driver = GetGDALDriverManager()->GetDriverByName("GPKG");
  for (const char* table : {"RASTER_TABLE=first", "RASTER_TABLE=second"}) {
    const char* options[] = {table, "APPEND_SUBDATASET=YES", "TILE_FORMAT=PNG", nullptr};
    const OpenDataset made(
        driver->CreateCopy(path.c_str(), one.get(), FALSE, const_cast<char**>(options), nullptr, nullptr));
    ASSERT_TRUE(made) << CPLGetLastErrorMsg();
  }
}

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

std::vector<BadInput> unreadable() {
  return {
      {"MissingBefore",
       [](const JobFolder& f) {
         return Inputs{f.in("gone.tif"), f.after(), {}};
       },
       {"gone.tif", "no such file"}},
      {"MissingAfter",
       [](const JobFolder& f) {
         return Inputs{f.before(), f.in("gone.tif"), {}};
       },
       {"gone.tif", "no such file"}},
      bad_after("Directory", "folder.tif", {"is a directory"},
                [](const JobFolder&, const std::string& path) { fs::create_directory(path); }),
      bad_after("TextFile", "notes.tif", {"not recognized"},
                [](const JobFolder&, const std::string& path) { write_text(path, "this is no raster\n"); }),
      bad_after("ZeroBytes", "empty.tif", {"empty"},
                [](const JobFolder&, const std::string& path) { write_text(path, ""); }),
      bad_after("TruncatedInItsPixels", "cut.tif", {"band 1", "block (", "damaged"},
                [](const JobFolder& f, const std::string& path) {
                  f.scene("cut.tif", with([](SceneSpec& s) { s.creation_options = {"COMPRESS=DEFLATE"}; }));
                  cut_file(path, 0.6);
                }),
      bad_after("TruncatedInItsHeader", "cut.tif", {"cut.tif: "},
                [](const JobFolder& f, const std::string& path) {
                  f.scene("cut.tif", {});
                  fs::resize_file(path, 20);
                }),
      bad_after("CorruptTileInTheMiddle", "hurt.tif",
                {"band 2", "block (1,1) of 128 x 128", "damaged", "tile at (0,0)"},
                [](const JobFolder& f, const std::string& path) {
                  f.scene("hurt.tif", with([](SceneSpec& s) { s.creation_options.push_back("INTERLEAVE=BAND"); }));
                  corrupt_block(path, 2, 1, 1);
                }),
      bad_after("SeveralRasters", "two.gpkg", {"several", "two.gpkg:first", "two.gpkg:second"},
                [](const JobFolder& f, const std::string& path) { write_geopackage_of_two(f, path); }),
  };
}

std::vector<BadInput> unfit_grids() {
  return {
      other_grid("ZoneBesideIt",
                 {"do not overlap", "before.tif", "x 500000 to 503000", "other.tif", "x 971622", "-a_srs"},
                 [](SceneSpec& s) { s.crs = "EPSG:32634"; }),
      other_grid("NoOverlap", {"do not overlap", "before.tif", "x 500000 to 503000", "x 600000 to 603000"},
                 [](SceneSpec& s) { (*s.geotransform)[0] += 1e5; }),
      other_grid("CrsOnOneDateOnly", {"other.tif", "no CRS", "gdal_edit.py -a_srs"},
                 [](SceneSpec& s) { s.crs.clear(); }),
      other_grid("GeoreferenceOnOneDateOnly", {"other.tif", "georeference"},
                 [](SceneSpec& s) { s.geotransform.reset(); }),
  };
}

std::vector<BadInput> unfit_bands() {
  const auto same = [](std::vector<std::string> options) {
    return [options](const JobFolder& f) { return Inputs{f.before(), f.after(), options}; };
  };
  return {
      bad_after("DifferentBandCount", "three.tif", {"before.tif", "BEFORE gives 2 bands", "AFTER gives 3"},
                [](const JobFolder& f, const std::string&) {
                  f.scene("three.tif", with([](SceneSpec& s) { s.band_count = 3; }));
                }),
      bad_after("ComplexType", "complex.tif", {"band 1", "complex", "CFloat32"},
                [](const JobFolder& f, const std::string&) {
                  f.scene("complex.tif", with([](SceneSpec& s) { s.type = GDT_CFloat32; }));
                }),
      bad_after("AlphaBandOnly", "alpha.tif", {"alpha"},
                [](const JobFolder& f, const std::string& path) {
                  f.scene("alpha.tif", with([](SceneSpec& s) { s.band_count = 1; }));
                  const OpenDataset open(GDALDataset::Open(path.c_str(), GDAL_OF_UPDATE));
                  ASSERT_EQ(open->GetRasterBand(1)->SetColorInterpretation(GCI_AlphaBand), CE_None);
                }),
      {"BandOfBothDatesThatDoesNotExist", same({"--bands", "1,9"}), {"before.tif", "no band 9", "1, 2"}},
      {"BandZero", same({"--bands", "0"}), {"before.tif", "no band 0"}},
      {"BandOfBeforeThatDoesNotExist",
       same({"--before-bands", "3", "--after-bands", "1"}),
       {"before.tif", "no band 3"}},
      {"BandOfAfterThatDoesNotExist", same({"--before-bands", "1", "--after-bands", "3"}), {"after.tif", "no band 3"}},
      {"UnequalNumbersOfBands", same({"--before-bands", "1,2", "--after-bands", "1"}), {"2 bands", "AFTER gives 1"}},
      bad_after("BandDescriptionThatDoesNotExist", "named.tif", {"nir", "'red'", "'green'"},
                [](const JobFolder& f, const std::string&) {
                  f.scene("named.tif", with([](SceneSpec& s) { s.descriptions = {"red", "green"}; }));
                },
                {"--before-bands", "1", "--after-bands", "nir"}),
  };
}

std::vector<BadInput> nothing_to_compare() {
  std::vector<BadInput> all = {
      bad_after("NodataEverywhereOnOneDate", "void.tif", {"before.tif", "no pixel is valid on both dates"},
                [](const JobFolder&, const std::string& path) {
                  write_scene(path, with([](SceneSpec& s) { s.nodata = 0; }), [](int, int, int) { return 0.0; });
                }),
      bad_after(
          "NaNEverywhereOnOneDate", "void.tif", {"no pixel is valid on both dates"},
          [](const JobFolder&, const std::string& path) { write_floats(path, [](int, int, int) { return kNan; }); }),
      {"DisjointValidity",
       [](const JobFolder& f) {
         const SceneSpec holed = with([](SceneSpec& s) { s.nodata = 0; });
         write_scene(f.in("left.tif"), holed, [](int b, int x, int y) { return x < 150 ? texture(4, b, x, y) : 0.0; });
         write_scene(f.in("right.tif"), holed, [](int b, int x, int y) { return x < 150 ? 0.0 : texture(5, b, x, y); });
         return Inputs{f.in("left.tif"), f.in("right.tif"), {}};
       },
       {"left.tif", "right.tif", "no pixel is valid on both dates"}},
      bad_after("ScoreDefinedNowhere", "negative.tif", {"log-ratio", "defined at no pixel"},
                [](const JobFolder&, const std::string& path) {
                  write_floats(path, [](int b, int x, int y) { return -10.0 - texture(6, b, x, y); });
                },
                {"--normalize", "none", "--score", "log-ratio", "--epsilon", "1"}),
  };
  for (const char* method : {"zscore", "regression", "orthogonal"}) {
    for (const bool before_is_flat : {true, false}) {
      all.push_back({std::string("Constant") + (before_is_flat ? "Before_" : "After_") + method,
                     [=](const JobFolder& f) {
                       write_scene(f.in("flat.tif"), {}, [](int, int, int) { return 7.0; });
                       return Inputs{before_is_flat ? f.in("flat.tif") : f.before(),
                                     before_is_flat ? f.after() : f.in("flat.tif"),
                                     {"--normalize", method}};
                     },
                     {"flat.tif", method, "impossible", "band 1",
                      before_is_flat ? "before date is constant" : "after date is constant"}});
    }
  }
  return all;
}

class BadInputs : public ::testing::TestWithParam<BadInput> {};

TEST_P(BadInputs, AreRefusedAndNothingIsWritten) {
  const JobFolder folder;
  const Inputs inputs = GetParam().make(folder);
  if (::testing::Test::HasFatalFailure()) return;
  std::vector<std::string> arguments = {"detect", inputs.before, inputs.after, folder.out()};
  arguments.insert(arguments.end(), inputs.options.begin(), inputs.options.end());
  expect_refused(folder, arguments, 3, GetParam().says);
}

TEST_P(BadInputs, LeaveAnOlderResultAlone) {
  const JobFolder folder;
  const Inputs inputs = GetParam().make(folder);
  if (::testing::Test::HasFatalFailure()) return;
  folder.put_older_outputs();
  std::vector<std::string> arguments = {"detect", inputs.before, inputs.after, folder.out(), "--overwrite"};
  arguments.insert(arguments.end(), inputs.options.begin(), inputs.options.end());
  expect_refused(folder, arguments, 3, GetParam().says);
}

std::string name_of_case(const ::testing::TestParamInfo<BadInput>& row) { return row.param.name; }

INSTANTIATE_TEST_SUITE_P(Unreadable, BadInputs, ::testing::ValuesIn(unreadable()), name_of_case);
INSTANTIATE_TEST_SUITE_P(Grids, BadInputs, ::testing::ValuesIn(unfit_grids()), name_of_case);
INSTANTIATE_TEST_SUITE_P(Bands, BadInputs, ::testing::ValuesIn(unfit_bands()), name_of_case);
INSTANTIATE_TEST_SUITE_P(NothingToCompare, BadInputs, ::testing::ValuesIn(nothing_to_compare()), name_of_case);

TEST(BadInputsOfOtherVerbs, AreRefused) {
  const JobFolder folder;
  expect_refused(folder, {"plan", folder.before(), folder.in("gone.tif")}, 3, {"gone.tif", "no such file"});
  expect_refused(folder, {"info", "--hash", folder.in("gone.tif")}, 3, {"gone.tif", "no such file"});
  expect_refused(folder, {"evaluate", folder.before(), folder.in("gone.tif")}, 3, {"gone.tif", "no such file"});
  expect_refused(folder, {"evaluate", folder.in("gone.tif"), folder.before()}, 3, {"gone.tif", "no such file"});
}

}  // namespace
}  // namespace groundshift::test
