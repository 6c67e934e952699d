// SPDX-License-Identifier: Apache-2.0
// A summary as a command line.
#include "host/products/report_words.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace groundshift {
namespace {

using Json = nlohmann::ordered_json;
using ::testing::HasSubstr;

TEST(ShellQuoted, LeavesPlainWordsAndQuotesTheRest) {
  EXPECT_EQ(shell_quoted("a/b-1.tif"), "a/b-1.tif");
  EXPECT_EQ(shell_quoted("two words"), "'two words'");
  EXPECT_EQ(shell_quoted("it's $HOME"), "'it'\\''s $HOME'");
  EXPECT_EQ(shell_quoted(""), "''");
}

TEST(RepeatCommand, NamesWhatIsNoDefault) {
  const Json summary = Json::parse(R"({"command": {"verb": "detect", "options": {
    "before": "in/a b.tif", "after": "c.tif", "out": "o.tif", "preset": "vhr", "smooth": [3, 9], "texture": true, "window": 1,
    "epsilon": "auto", "fit_pixels": "all", "te": [0.5, 1, 2, 3], "t_srs": "EPSG:32633", "tap": true, "mask": ["m.tif:udm2", "n.tif"],
    "before_bands": [3, 2, 1], "src_nodata": null, "threads": 7, "memory_bytes": 5, "products": ["score", "class"], "co": ["A=B"],
    "overwrite": false, "ot": "UInt16", "local_contrast": 1}}})");
  EXPECT_EQ(repeat_command(summary),
            "groundshift detect 'in/a b.tif' c.tif o.tif --preset vhr --smooth 3,9 --texture on --fit-pixels all "
            "--te 0.5 1 2 3 --t_srs EPSG:32633 --tap --mask m.tif:udm2 --mask n.tif --before-bands 3,2,1 "
            "--products score,class --co A=B --ot UInt16");
}

TEST(RunWarnings, SayHowOften) {
  const Json summary = Json::parse(R"({"warnings": [{"code": "a", "message": "one", "count": 1},
    {"code": "b", "message": "many", "count": 1200}]})");
  EXPECT_THAT(run_warnings(summary), ::testing::ElementsAre("one", "many (1,200 times)"));
  EXPECT_TRUE(run_warnings(Json::object()).empty());
}

TEST(MethodSentence, NamesScoreSmoothingAndThreshold) {
  const Json summary = Json::parse(R"({"normalization": {"method": "none"},
    "command": {"options": {"score": "cva", "smooth": [5]}}, "thresholds": {"used": {"rule": "otsu", "value": 2.5}}})");
  const std::string sentence = method_sentence(summary);
  for (const char* word : {"as they are", "CVA", "5 x 5", "above 2.5", "otsu"}) EXPECT_THAT(sentence, HasSubstr(word));
  EXPECT_THAT(method_sentence(Json::parse(R"({"command": {"options": {"score": "scva+mad", "smooth": [1]}}})")),
              ::testing::AllOf(HasSubstr("geometric mean of two scores"), HasSubstr("SCVA"), HasSubstr("MAD")));
}

}  // namespace
}  // namespace groundshift
