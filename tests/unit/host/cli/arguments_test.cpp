// SPDX-License-Identifier: Apache-2.0
// Sizes, numbers, tiles and GDAL's spellings on the command line.
#include "host/cli/arguments.hpp"

#include <array>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "host/base/error.hpp"
#include "host/plan/plan.hpp"

namespace groundshift::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(ParseBytes, KnowsBinaryAndDecimalUnits) {
  EXPECT_EQ(parse_bytes("1048576"), 1048576);
  EXPECT_EQ(parse_bytes("400MiB"), 400ll << 20);
  EXPECT_EQ(parse_bytes("400M"), 400ll << 20);
  EXPECT_EQ(parse_bytes("4GiB"), 4ll << 30);
  EXPECT_EQ(parse_bytes("4gib"), 4ll << 30);
  EXPECT_EQ(parse_bytes("1.5G"), 3ll << 29);
  EXPECT_EQ(parse_bytes("512MB"), 512000000);
  EXPECT_EQ(parse_bytes("2kB"), 2000);
  EXPECT_EQ(parse_bytes("2k"), 2048);
  EXPECT_EQ(parse_bytes("1TB"), 1000000000000);
  EXPECT_EQ(parse_bytes("7b"), 7);
}

TEST(ParseBytes, RefusesWhatIsNoSize) {
  for (const char* text :
       {"", "MiB", "-1", "0", "4 GiB", "4Gi", "4GiBs", "four", "1e30", "nan", "inf", "0x10", "4,5G"}) {
    EXPECT_THROW(parse_bytes(text), UsageError) << text;
  }
}

TEST(ParseNumber, TakesANumberAndNothingElse) {
  EXPECT_EQ(parse_number("--epsilon", "0.25"), 0.25);
  EXPECT_EQ(parse_number("--epsilon", "-1e3"), -1000.0);
  for (const char* text : {"", "1x", "x", " 1", "1 ", "1,5"}) {
    try {
      parse_number("--epsilon", text);
      ADD_FAILURE() << text;
    } catch (const UsageError& e) {
      EXPECT_THAT(e.what(), HasSubstr("--epsilon"));
    }
  }
}

TEST(ParseTile, TakesASideOrAWord) {
  EXPECT_EQ(parse_tile("auto"), kAutoTile);
  EXPECT_EQ(parse_tile("whole"), kWholeTile);
  EXPECT_EQ(parse_tile("512"), 512);
  for (const char* text : {"0", "-256", "256.5", "x", "", "99999999999"})
    EXPECT_THROW(parse_tile(text), UsageError) << text;
}

TEST(NormalisedArguments, TurnsGdalsSpellingsIntoLongOptions) {
  const std::array argv = {"groundshift", "detect", "a.tif", "b.tif",        "c.tif",
                           "-of",         "GTiff",  "-co",   "COMPRESS=LZW", "-q"};
  EXPECT_THAT(normalised_arguments(static_cast<int>(argv.size()), argv.data()),
              ElementsAre("detect", "a.tif", "b.tif", "c.tif", "--of", "GTiff", "--co", "COMPRESS=LZW", "-q"));
}

TEST(NormalisedArguments, RefusesLaterOptionsByName) {
  for (const char* option : {"--nodata-rule", "--unscale=auto", "-oo", "--rerun"}) {
    const std::array argv = {"groundshift", "detect", "a.tif", "b.tif", "c.tif", option, "1"};
    try {
      normalised_arguments(static_cast<int>(argv.size()), argv.data());
      ADD_FAILURE() << option;
    } catch (const UsageError& e) {
      EXPECT_THAT(e.what(), HasSubstr(std::string(option).substr(0, std::string(option).find('='))));
    }
  }
}

}  // namespace
}  // namespace groundshift::cli
