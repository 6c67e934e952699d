// SPDX-License-Identifier: Apache-2.0
// Tables by RFC 4180 and folders to jobs; what is refused, and what the refusal names.
#include "host/cli/batch_jobs.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "host/base/error.hpp"
#include "host/cli/csv.hpp"
#include "tests/support/temporary_folder.hpp"

namespace groundshift::cli {
namespace {

using test::TemporaryFolder;
using test::write_text;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;

const std::vector<std::string> kKnown = {"aoi", "grid", "mask", "preset", "threshold"};

std::vector<std::vector<std::string>> cells_of(const std::string& text) {
  std::vector<std::vector<std::string>> out;
  for (const CsvRow& row : parse_csv(text, "t")) out.push_back(row.cells);
  return out;
}

TEST(Csv, FollowsRfc4180) {
  using Rows = std::vector<std::vector<std::string>>;
  EXPECT_EQ(cells_of("a,b\r\n1,2\r\n"), (Rows{{"a", "b"}, {"1", "2"}}));
  EXPECT_EQ(cells_of("\xEF\xBB\xBF"
                     "a,b\n1,2"),
            (Rows{{"a", "b"}, {"1", "2"}}))
      << "mark, no last line end";
  EXPECT_EQ(cells_of("\"a,b\",\"say \"\"x\"\"\"\n"), (Rows{{"a,b", "say \"x\""}}));
  EXPECT_EQ(cells_of("\"two\nlines\",x\n"), (Rows{{"two\nlines", "x"}}));
  EXPECT_EQ(cells_of("a,,\n,\n"), (Rows{{"a", "", ""}, {"", ""}})) << "empty cells stay";
  EXPECT_EQ(cells_of("a\n\n\r\nb\n"), (Rows{{"a"}, {"b"}})) << "blank lines are no rows";
  EXPECT_EQ(cells_of("\"\"\n"), (Rows{{""}})) << "a quoted nothing is a cell";
  EXPECT_EQ(cells_of(""), Rows{});
}

TEST(Csv, CountsLinesOfTheText) {
  const auto rows = parse_csv("h\n\"x\ny\"\n\nz\n", "t");
  ASSERT_EQ(rows.size(), 3u);
  EXPECT_EQ(rows[1].line, 2u);
  EXPECT_EQ(rows[2].line, 5u);
}

TEST(Csv, RefusesBrokenQuotes) {
  for (const char* text : {"a\n\"b", "a\nb\"c\"", "a\n\"b\"c", "a\n\"b\" ,c"}) {
    try {
      parse_csv(text, "jobs.csv");
      FAIL() << text;
    } catch (const InputError& e) {
      EXPECT_THAT(e.what(), HasSubstr("jobs.csv, line 2"));
    }
  }
}

BatchJobs table(const TemporaryFolder& folder, const std::string& text) {
  write_text(folder / "jobs.csv", text);
  return jobs_of_table(folder / "jobs.csv", kKnown);
}

TEST(JobsOfTable, ResolvesPathsAgainstTheTablesFolder) {
  const TemporaryFolder folder;
  const BatchJobs found = table(folder,
                                "Before, after ,OUT,--Preset,mask,aoi,grid\n"
                                "x/a.tif,/abs/b.tif,c.tif,sar,m.tif:scl;/n.tif,\"1,2,3,4\",before\n"
                                "/vsizip/p.zip/a.tif,NETCDF:q.nc:v,,,,area.gpkg,g.tif\n");
  ASSERT_EQ(found.jobs.size(), 2u);
  EXPECT_EQ(found.jobs[0].name, "c");
  EXPECT_EQ(found.jobs[0].file(), "c.tif");
  EXPECT_EQ(found.jobs[0].before, folder / "x/a.tif");
  EXPECT_EQ(found.jobs[0].after, "/abs/b.tif");
  EXPECT_EQ(found.jobs[0].line, 2u);
  EXPECT_THAT(found.jobs[0].options,
              ElementsAre(Pair("preset", "sar"), Pair("mask", (folder / "m.tif:scl") + ";/n.tif"),
                          Pair("aoi", "1,2,3,4"), Pair("grid", "before")));
  EXPECT_EQ(found.jobs[1].before, "/vsizip/p.zip/a.tif");
  EXPECT_EQ(found.jobs[1].after, "NETCDF:q.nc:v") << "a connection string is no path";
  EXPECT_THAT(found.jobs[1].options, ElementsAre(Pair("aoi", folder / "area.gpkg"), Pair("grid", folder / "g.tif")));
}

TEST(JobsOfTable, RefusesWhatItCannotMean) {
  struct Row {
    const char *text, *word;
  };
  const Row rows[] = {{"before,after,colour\na,b,c\n", "'colour'"},
                      {"before,after,colour\na,b,c\n", "aoi, grid, mask, preset, threshold"},
                      {"before,preset\na,b\n", "no column 'after'"},
                      {"before,after,after\na,b,c\n", "twice"},
                      {"before,after\na,b,c\n", "line 2: has 3 cells, but the header 2"},
                      {"before,after\na\n", "line 2: has 1 cells"},
                      {"before,after\na,\n", "line 2: before and after"},
                      {"before,after,out\na,b,x/c.tif\n", "plain name"},
                      {"before,after,out\na,b,c.png\n", "plain name"},
                      {"before,after,out\na,b,.tif\n", "plain name"},
                      {"before,after,out\na,b,batch.tif\n", "index"},
                      {"before,after,out\na,b,c.tif\nd,e,c.tiff\n", "line 2 and line 3"}};
  const TemporaryFolder folder;
  for (const Row& row : rows) {
    try {
      table(folder, row.text);
      FAIL() << row.text;
    } catch (const UsageError& e) {
      EXPECT_THAT(e.what(), HasSubstr(row.word)) << row.text;
    }
  }
  EXPECT_THROW(table(folder, ""), InputError);
  EXPECT_THROW(table(folder, "before,after\n"), InputError);
  EXPECT_THROW(jobs_of_table(folder / "absent.csv", kKnown), InputError);
}

TEST(PairName, IsWhatBothNamesShare) {
  EXPECT_EQ(pair_name("/d/site7/before.tif", "/d/site7/AFTER.jp2"), "site7");
  EXPECT_EQ(pair_name("/d/site7/t1.tif", "/d/site7/t2.tif"), "site7");
  EXPECT_EQ(pair_name("/d/mine_before.tif", "/d/mine_after.tif"), "mine");
  EXPECT_EQ(pair_name("/d/mine_T1.tif", "/e/mine_T2.tif"), "mine");
  EXPECT_EQ(pair_name("/d/2019.tif", "/d/2020.tif"), "2019_to_2020");
  EXPECT_EQ(pair_name("/d/before.tif", "/e/after.tif"), "before_to_after") << "of two folders";
  EXPECT_EQ(pair_name("/before.tif", "/after.tif"), "before_to_after") << "the root has no name";
}

TEST(JobsOfFolder, FindsPairsByTheStatedRule) {
  const TemporaryFolder folder;
  for (const char* sub : {"b", "a", "c", "d", ".hidden"}) std::filesystem::create_directory(folder.path() / sub);
  for (const char* file : {"b/before.png", "b/before.tif", "b/after.TIF", "b/before.tif.aux.xml", "b/after.json",
                           "a/t1.jp2", "a/t2.jp2", "c/before.tif", "c/notes.txt", "mine_before.tif", "mine_after.vrt",
                           "lone_before.tif", ".hidden/before.tif", ".hidden/after.tif"}) {
    write_text(folder / file, "x");
  }
  const BatchJobs found = jobs_of_folder(folder.path());
  ASSERT_EQ(found.jobs.size(), 3u);
  EXPECT_EQ(found.jobs[0].name, "a");
  EXPECT_EQ(found.jobs[1].name, "b");
  EXPECT_EQ(found.jobs[1].before, folder / "b/before.tif") << "tif goes before png";
  EXPECT_EQ(found.jobs[1].after, folder / "b/after.TIF");
  EXPECT_EQ(found.jobs[2].name, "mine");
  EXPECT_EQ(found.jobs[2].after, folder / "mine_after.vrt");
  EXPECT_THAT(found.notes, ::testing::UnorderedElementsAre(HasSubstr("has before but no after"),
                                                           HasSubstr("no lone_after beside it")));
}

TEST(JobsOfFolder, RefusesOneWithoutPairs) {
  const TemporaryFolder folder;
  EXPECT_THROW(jobs_of_folder(folder.path()), InputError);
  EXPECT_THROW(jobs_of_folder(folder.path() / "absent"), InputError);
}

}  // namespace
}  // namespace groundshift::cli
