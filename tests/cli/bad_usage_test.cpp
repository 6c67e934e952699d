// SPDX-License-Identifier: Apache-2.0
// Command lines that make no sense: exit code 2, the message names the option; nothing written.
#include "tests/cli/job_folder.hpp"

namespace groundshift::test {
namespace {

using Words = std::vector<std::string>;

struct BadUsage {
  std::string name;
  Words options;  ///< after "detect BEFORE AFTER OUT"
  Words says;
};

void PrintTo(const BadUsage& row, std::ostream* out) { *out << row.name; }

std::vector<BadUsage> malformed_values() {
  return {
      {"NormalizeUnknown", {"--normalize", "best"}, {"--normalize best", "orthogonal"}},
      {"ScoreUnknown", {"--score", "sum"}, {"--score sum", "log-ratio"}},
      {"SmoothEven", {"--smooth", "4"}, {"--smooth 4", "odd"}},
      {"SmoothZero", {"--smooth", "0"}, {"--smooth 0"}},
      {"SmoothHuge", {"--smooth", "1001"}, {"--smooth 1001"}},
      {"SmoothNoNumber", {"--smooth", "three"}, {"--smooth", "three"}},
      {"EpsilonNoNumber", {"--epsilon", "small"}, {"--epsilon small"}},
      {"EpsilonZero", {"--epsilon", "0"}, {"--epsilon 0"}},
      {"EpsilonNegative", {"--epsilon=-1"}, {"--epsilon -1"}},
      {"EpsilonNaN", {"--epsilon", "nan"}, {"--epsilon nan"}},
      {"EpsilonInfinite", {"--epsilon", "inf"}, {"--epsilon inf"}},
      {"BandsTwice", {"--bands", "1,1"}, {"--bands", "twice"}},
      {"BandsEmptyEntry", {"--bands", "1,,2"}, {"--bands", "empty"}},
      {"BandsForBothAndForOne", {"--bands", "1", "--before-bands", "1"}, {"--bands", "--before-bands"}},
      {"SrcNodataNoNumber", {"--src-nodata", "black"}, {"--src-nodata black"}},
      {"TypeUnknown", {"-ot", "Float64"}, {"-ot Float64", "UInt16"}},
      {"FormatUnknown", {"-of", "PNG"}, {"-of PNG", "GTiff"}},
      {"CreationOptionWithoutValue", {"-co", "TILED"}, {"-co TILED", "NAME=VALUE"}},
      {"CreationOptionWithoutName", {"-co", "=YES"}, {"-co =YES", "NAME=VALUE"}},
      {"CreationOptionThatGdalDoesNotKnow", {"-of", "GTiff", "-co", "NOSUCH=1"}, {"NOSUCH"}},
      {"CreationOptionValueThatGdalDoesNotKnow", {"-co", "COMPRESS=BRICK"}, {"COMPRESS", "BRICK"}},
      {"BackendUnknown", {"--backend", "gpu"}, {"--backend gpu", "cuda"}},
      {"BackendDeviceNoNumber", {"--backend", "cuda:first"}, {"cuda:", "first"}},
      {"BackendDeviceOfCpu", {"--backend", "cpu:0"}, {"--backend cpu:0"}},
      {"DecodeUnknown", {"--decode", "gpu"}, {"--decode gpu", "cuda"}},
      {"DecodeByTheDeviceOfTheCpuBackend",
       {"--backend", "cpu", "--decode", "cuda"},
       {"--decode cuda", "--backend cpu"}},
      {"ThreadsZero", {"--threads", "0"}, {"--threads", "0"}},
      {"ThreadsNegative", {"--threads=-2"}, {"--threads", "-2"}},
      {"ThreadsNoNumber", {"--threads", "all"}, {"--threads", "all"}},
      {"MemoryNoSize", {"--memory", "lots"}, {"--memory lots"}},
      {"MemoryUnitUnknown", {"--memory", "4PB"}, {"--memory 4PB"}},
      {"MemoryZero", {"--memory", "0"}, {"--memory 0"}},
      {"MemoryNegative", {"--memory=-1GiB"}, {"--memory -1GiB"}},
      {"MemoryNaN", {"--memory", "nan"}, {"--memory nan"}},
      {"TileNoNumber", {"--tile", "big"}, {"--tile big"}},
      {"TileZero", {"--tile", "0"}, {"--tile 0"}},
      {"TileNoWholeCells", {"--tile", "300"}, {"--tile 300", "256"}},
      {"TileNegative", {"--tile=-256"}, {"--tile -256"}},
      {"PresetUnknown", {"--preset", "best"}, {"--preset best", "multispectral"}},
      {"ScoreTwice", {"--score", "mad+mad"}, {"mad+mad", "itself"}},
      {"ScoreThree", {"--score", "mad+scva+cva"}, {"at most two"}},
      {"ScoreEmptyPart", {"--score", "mad+"}, {"--score"}},
      {"ScoreIndexWithoutName", {"--score", "index"}, {"index:ndvi"}},
      {"ScoreIndexUnknown", {"--score", "index:evi9"}, {"index:evi9", "ndvi"}},
      {"ScoreIndexMalformed", {"--score", "index:(1-2)/(2+1)"}, {"(A-B)/(A+B)"}},
      {"SmoothThree", {"--smooth", "3,5,7"}, {"3,5,7", "at most two"}},
      {"TextureWithoutScva", {"--score", "mad", "--texture", "on"}, {"--texture on", "scva"}},
      {"TextureNoWord", {"--texture", "maybe"}, {"--texture maybe"}},
      {"WindowEven", {"--score", "ssim", "--window", "4"}, {"--window 4", "odd"}},
      {"WindowOfNothing", {"--score", "cva", "--window", "5"}, {"--window", "ssim"}},
      {"DataRangeZero", {"--score", "ssim", "--data-range", "0"}, {"--data-range 0"}},
      {"IrmadUnknown", {"--irmad", "nielsen"}, {"--irmad nielsen", "canty"}},
      {"IrmadToleranceNegative", {"--irmad-tolerance=-1"}, {"--irmad-tolerance -1"}},
      {"IrmadPassesZero", {"--irmad-passes", "0"}, {"--irmad-passes"}},
      {"FitPixelsTooFew", {"--fit-pixels", "100"}, {"--fit-pixels 100"}},
      {"FitPixelsNoNumber", {"--fit-pixels", "most"}, {"--fit-pixels most"}},
      {"WeightsUnknown", {"--weights", "heavy"}, {"--weights heavy", "irmad"}},
      {"WeightsWithoutTheirNormalization",
       {"--score", "mad", "--normalize", "none", "--weights", "contextual"},
       {"--weights contextual"}},
      {"TolerateShiftOfAWindow", {"--score", "ssim", "--tolerate-shift", "1"}, {"--tolerate-shift"}},
      {"TolerateShiftTooFar", {"--tolerate-shift", "99"}, {"--tolerate-shift"}},
      {"LocalContrastEven", {"--local-contrast", "20"}, {"--local-contrast 20"}},
      {"ThresholdUnknown", {"--threshold", "high"}, {"--threshold high", "otsu"}},
      {"ThresholdWithoutItsValue", {"--threshold", "value"}, {"--threshold value"}},
      {"ThresholdNoProbability", {"--threshold", "p:2"}, {"--threshold p:2"}},
      {"ThresholdOfPWithoutPValues", {"--score", "cva", "--threshold", "p:0.01"}, {"mad and irmad"}},
      {"ThresholdWithANumberTooMany", {"--threshold", "otsu:3"}, {"--threshold otsu:3", "no number"}},
      {"ThresholdPercentileOfAll", {"--threshold", "percentile:100"}, {"--threshold percentile:100", "0 and 100"}},
      {"ThresholdPercentileOfNone", {"--threshold", "percentile:0"}, {"--threshold percentile:0", "0 and 100"}},
      {"ThresholdPercentileNoNumber", {"--threshold", "percentile:most"}, {"--threshold", "most"}},
      {"ThresholdPercentileWithoutItsValue", {"--threshold", "percentile"}, {"percentile:98"}},
      {"ThresholdNoRate", {"--threshold", "fdr:1"}, {"--threshold fdr:1", "0 and 1"}},
      {"ThresholdOfFdrWithoutPValues", {"--score", "cva", "--threshold", "fdr:0.05"}, {"fdr", "mad and irmad"}},
      {"ThresholdOfFdrOfASmoothedScore",
       {"--score", "mad", "--smooth", "3", "--threshold", "fdr:0.05"},
       {"fdr", "--smooth 1"}},
      {"ThresholdOfPOfALocalContrast",
       {"--score", "mad", "--smooth", "1", "--local-contrast", "21", "--threshold", "p:0.05"},
       {"p-values", "--local-contrast"}},
      {"ProductUnknown", {"--products", "places"}, {"--products", "places", "class"}},
      {"PValueOfASmoothedScore",
       {"--score", "irmad", "--smooth", "3", "--products", "pvalue"},
       {"pvalue", "unsmoothed"}},
      {"ExtentOfThree", {"-te", "1", "2", "3"}, {"--te", "4"}},
      {"ExtentTurned", {"-te", "500100", "4999000", "500000", "4999100"}, {"-te"}},
      {"ResolutionZero", {"-tr", "0", "10"}, {"-tr"}},
      {"AlignedWithoutResolution", {"-tap"}, {"-tap", "-tr"}},
      {"CrsUnknown", {"-t_srs", "EPSG:nowhere"}, {"-t_srs", "EPSG:nowhere"}},
      {"ResamplingUnknown", {"-r", "best"}, {"-r best", "cubic"}},
      {"PixelSizeNegative", {"--pixel-size=-5"}, {"--pixel-size -5"}},
      {"UnknownOption", {"--colour", "red"}, {"--colour"}},
      {"UnknownShortOption", {"-z"}, {"-z"}},
      {"OneArgumentTooMany", {"extra.tif"}, {"extra.tif"}},
      {"OptionWithoutItsValue", {"--score"}, {"--score"}},
      {"ConfigFileMissing", {"--config-file", "nowhere.toml"}, {"nowhere.toml"}},
  };
}

class BadUsages : public ::testing::TestWithParam<BadUsage> {};

TEST_P(BadUsages, AreRefusedByName) {
  const JobFolder folder;
  Words arguments = {"detect", folder.before(), folder.after(), folder.out()};
  arguments.insert(arguments.end(), GetParam().options.begin(), GetParam().options.end());
  expect_refused(folder, arguments, 2, GetParam().says);
}

INSTANTIATE_TEST_SUITE_P(Detect, BadUsages, ::testing::ValuesIn(malformed_values()),
                         [](const ::testing::TestParamInfo<BadUsage>& row) { return row.param.name; });

TEST(PlannedOptions, AreRefusedByNameAsNotYetThere) {
  const JobFolder folder;
  for (const char* option : {"--nodata-rule", "--unscale", "--before-scale-offset", "--nodata-out", "-oo", "-ovr",
                             "--config", "--on-corrupt", "--rerun"}) {
    SCOPED_TRACE(option);
    expect_refused(folder, {"detect", folder.before(), folder.after(), folder.out(), option, "1"}, 2,
                   {option, "not part of this version"});
  }
}

TEST(CommandLine, WithoutWhatItNeedsIsRefused) {
  const JobFolder folder;
  expect_refused(folder, {}, 2, {"subcommand"});
  expect_refused(folder, {"detekt"}, 2, {"detekt"});
  expect_refused(folder, {"detect"}, 2, {"BEFORE"});
  expect_refused(folder, {"detect", folder.before()}, 2, {"AFTER"});
  expect_refused(folder, {"detect", folder.before(), folder.after()}, 2, {"OUT"});
  expect_refused(folder, {"evaluate", folder.before()}, 2, {"TRUTH"});
  expect_refused(folder, {"synth"}, 2, {"OUTDIR"});
}

TEST(CommandLine, OfOtherVerbsRefusesMalformedValues) {
  const JobFolder folder;
  const std::string scene = folder.folder() + "/scene";
  expect_refused(folder, {"evaluate", folder.before(), folder.after(), "--threshold", "high"}, 2,
                 {"--threshold", "high"});
  expect_refused(folder, {"evaluate", folder.before(), folder.after(), "--band", "0"}, 2, {"--band"});
  expect_refused(folder, {"evaluate", folder.before(), folder.after(), "--changed", "new"}, 2, {"--changed", "new"});
  expect_refused(folder, {"evaluate", folder.before(), folder.after(), "--curves", folder.out("curves.txt")}, 2,
                 {".svg"});
  expect_refused(folder, {"plan", folder.before(), folder.after(), "--score", "sum"}, 2, {"--score sum"});
  expect_refused(folder, {"normalize", folder.before(), folder.after()}, 2, {"OUT"});
  expect_refused(folder, {"normalize", folder.before(), folder.after(), folder.out(), "--normalize", "none"}, 2,
                 {"nothing to do"});
  expect_refused(folder, {"info", "--hash"}, 2, {"--hash"});
  expect_refused(folder, {"synth", scene, "--size", "big"}, 2, {"--size", "big"});
  expect_refused(folder, {"synth", scene, "--size", "0"}, 2, {"--size 0"});
  expect_refused(folder, {"synth", scene, "--bands", "17"}, 2, {"--bands", "16"});
  expect_refused(folder, {"synth", scene, "--type", "u32"}, 2, {"--type", "u32"});
  expect_refused(folder, {"synth", scene, "--contrast", "2"}, 2, {"contrast"});
  expect_refused(folder, {"synth", scene, "--seed", "x"}, 2, {"--seed"});
  expect_refused(folder, {"synth", scene, "--clouds", "1.5"}, 2, {"clouds"});
  expect_refused(folder, {"synth", scene, "--shift", "1"}, 2, {"--shift 1"});
}

TEST(Environment, WithMalformedValuesIsRefused) {
  const JobFolder folder;
  RunSetup memory, backend;
  memory.environment = {{"GROUNDSHIFT_MEMORY", "lots"}};
  backend.environment = {{"GROUNDSHIFT_BACKEND", "gpu"}};
  const Words job = {"detect", folder.before(), folder.after(), folder.out()};
  expect_refused(folder, job, 2, {"lots"}, memory);
  expect_refused(folder, job, 2, {"gpu"}, backend);
}

}  // namespace
}  // namespace groundshift::test
