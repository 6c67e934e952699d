// SPDX-License-Identifier: Apache-2.0
// The page over a batch: a row a job, text escaped, nothing that asks the network.
#include "host/products/batch_page.hpp"

#include <regex>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace groundshift {
namespace {

using Json = nlohmann::ordered_json;
using ::testing::HasSubstr;
using ::testing::Not;

Json index() {
  return {{"counts", {{"done", 1}, {"kept", 1}, {"failed", 1}, {"left", 1}}},
          {"jobs",
           {{{"name", "A & <b>"},
             {"status", "done"},
             {"why", nullptr},
             {"before", "/d/a\"1.tif"},
             {"after", "/d/a2.tif"},
             {"wall_s", 12.34},
             {"changed_fraction", 0.0321},
             {"sites", 17},
             {"warnings", 2},
             {"heatmap", "a%20b.tif"},
             {"quicklook", "a%20b.png"},
             {"summary", "a%20b.json"},
             {"report", "a_report.html"},
             {"layer", "a_sites.gpkg"}},
            {{"name", "old"}, {"status", "kept"}},
            {{"name", "bad"}, {"status", "failed"}, {"why", "x.tif: no <such> file"}},
            {{"name", "later"}, {"status", "left"}, {"sites", nullptr}}}}};
}

TEST(BatchPage, HasARowAJob) {
  const std::string page = batch_page(index());
  EXPECT_THAT(page, HasSubstr("4 jobs: 1 done, 1 done before, 1 failed, 1 not run yet."));
  EXPECT_THAT(page, HasSubstr("<th scope=\"row\">A &amp; &lt;b&gt;"));
  EXPECT_THAT(page, HasSubstr("/d/a&quot;1.tif"));
  EXPECT_THAT(page, HasSubstr("<img src=\"a%20b.png\" alt=\"Heatmap of A &amp; &lt;b&gt;\""));
  EXPECT_THAT(page, HasSubstr(">3.21 %</td>"));
  EXPECT_THAT(page, HasSubstr(">17</td>"));
  EXPECT_THAT(page, HasSubstr(">12.3 s</td>"));
  EXPECT_THAT(page, HasSubstr("x.tif: no &lt;such&gt; file"));
  EXPECT_THAT(page, HasSubstr("not run yet</span>"));
  for (const char* link : {"a%20b.tif", "a%20b.json", "a_report.html", "a_sites.gpkg"}) {
    EXPECT_THAT(page, HasSubstr(std::string("href=\"") + link + "\""));
  }
  const std::regex row("<tr>");
  EXPECT_EQ(std::distance(std::sregex_iterator(page.begin(), page.end(), row), std::sregex_iterator()), 5);
}

TEST(BatchPage, AsksNothingOfTheNetworkAndRunsNoScript) {
  const std::string page = batch_page(index());
  for (const char* word : {"http:", "https:", "<script", "@import", "url("}) EXPECT_THAT(page, Not(HasSubstr(word)));
  EXPECT_THAT(page, HasSubstr("<html lang=\"en\">"));
}

TEST(BatchPage, OfNoJobsIsStillAPage) {
  EXPECT_THAT(batch_page({{"counts", Json::object()}, {"jobs", Json::array()}}), HasSubstr("0 jobs: 0 done"));
}

}  // namespace
}  // namespace groundshift
