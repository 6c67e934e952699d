// SPDX-License-Identifier: Apache-2.0
// The verb on a real run's summary.
#include <filesystem>

#include <nlohmann/json.hpp>

#include "tests/cli/job_folder.hpp"
#include "tests/support/detect_run.hpp"
#include "tests/support/site_files.hpp"

namespace groundshift::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(ReportVerb, MakesAPageOfARun) {
  const JobFolder folder;
  detect(folder.before(), folder.after(), folder.out(), {"--products", "score,class"});
  write_sites(folder.out("change_sites.gpkg"), "GPKG", "EPSG:32633", {rectangle_site(1, 1, 20, 30, 10, 8)});
  const ProgramRun run = run_groundshift(
      {"report", folder.out("change.json"), folder.out("page.html"), "--max-side", "128", "--title", "A title"});
  ASSERT_EQ(run.exit_code, 0) << run.err;
  EXPECT_THAT(run.out, HasSubstr("page.html"));
  const std::string page = read_text(folder.out("page.html"));
  EXPECT_THAT(page, HasSubstr("<title>A title</title>"));
  EXPECT_THAT(page, HasSubstr("1 place changed"));
  EXPECT_THAT(page, HasSubstr("The map has 128 × 119 of the 300 × 280 pixels"));
  EXPECT_THAT(page, Not(HasSubstr("Not on this page")));
}

TEST(ReportVerb, RepeatsTheRunByItsCommandLine) {
  const JobFolder folder;
  const nlohmann::json first = detect(folder.before(), folder.after(), folder.out(),
                                      {"--score", "log-ratio+scva", "--window", "3", "--smooth", "5", "-ot", "UInt16",
                                       "--threshold", "value:0.5", "--aoi", "500100,4998000,502500,4999900"});
  ASSERT_EQ(run_groundshift({"report", folder.out("change.json"), folder.out("page.html")}).exit_code, 0);
  const std::string page = read_text(folder.out("page.html"));
  const std::size_t from = page.find("<code>groundshift ") + 6, to = page.find("</code>", from);
  ASSERT_NE(to, std::string::npos);
  // These words need no shell quoting and no entities; OUT becomes another file.
  std::vector<std::string> words;
  std::string rest = page.substr(from, to - from) + " ";
  for (std::size_t space = rest.find(' '); space != std::string::npos; space = rest.find(' ')) {
    words.push_back(rest.substr(0, space));
    rest.erase(0, space + 1);
  }
  ASSERT_EQ(words[0], "groundshift");
  words.erase(words.begin());
  ASSERT_EQ(words[3], folder.out());
  words[3] = folder.out("again.tif");
  const ProgramRun again = run_groundshift(words);
  ASSERT_EQ(again.exit_code, 0) << again.err;
  const auto second = nlohmann::json::parse(read_text(folder.out("again.json")));
  EXPECT_EQ(second.at("products").at(0).at("pixel_hash"), first.at("products").at(0).at("pixel_hash"));
  EXPECT_EQ(second.at("thresholds"), first.at("thresholds"));
}

TEST(ReportVerb, RefusesWhatItCannotDo) {
  const JobFolder folder;
  detect(folder.before(), folder.after(), folder.out());
  write_text(folder.out("page.html"), "older");
  expect_refused(folder, {"report", folder.out("change.json"), folder.out("page.html")}, 4,
                 {"page.html", "--overwrite"});
  expect_refused(folder, {"report", folder.out("none.json"), folder.out("p.html")}, 3, {"none.json"});
  expect_refused(folder, {"report", folder.out(), folder.out("p.html")}, 3, {"change.tif", "JSON"});
  expect_refused(folder, {"report", folder.out("change.json"), folder.out("no/p.html")}, 4, {"no"});
  expect_refused(folder, {"report", folder.out("change.json"), folder.out("p.html"), "--max-side", "10"}, 2,
                 {"--max-side"});
  expect_refused(folder, {"report", folder.out("change.json"), folder.out("p.html"), "--sites", folder.out("x.gpkg")},
                 3, {"x.gpkg"});
  std::filesystem::remove(folder.out());
  expect_refused(folder, {"report", folder.out("change.json"), folder.out("p.html")}, 3, {"change.tif"});
}

}  // namespace
}  // namespace groundshift::test
