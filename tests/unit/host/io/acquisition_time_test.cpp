// SPDX-License-Identifier: Apache-2.0
// Times as metadata write them, and which of a file's items counts.
#include "host/io/acquisition_time.hpp"

#include <gtest/gtest.h>

#include "host/io/sha256.hpp"
#include "tests/support/scene_files.hpp"
#include "tests/support/temporary_folder.hpp"

namespace groundshift {
namespace {

using test::TemporaryFolder;

struct Written {
  const char* text;
  const char* utc;  ///< empty: no time
  bool day;
};

TEST(AcquisitionTime, ReadsTheWaysOfWritingATime) {
  const Written rows[] = {{"2020-12-11T22:38:32Z", "2020-12-11T22:38:32Z", false},
                          {"2020-12-11T22:38:32.125000Z", "2020-12-11T22:38:32Z", false},
                          {"2020-12-11 22:38", "2020-12-11T22:38:00Z", false},
                          {"2020-12-11 22:38:32 UTC", "2020-12-11T22:38:32Z", false},
                          {"2020-12-31T23:30:00-01:00", "2021-01-01T00:30:00Z", false},
                          {"2020-03-01T00:30:00+0130", "2020-02-29T23:00:00Z", false},
                          {"2020:12:11 22:38:32", "2020-12-11T22:38:32Z", false},
                          {"20201211223832", "2020-12-11T22:38:32Z", false},
                          {"20201211T223832", "2020-12-11T22:38:32Z", false},
                          {"\"1999-08-03T19:00:45.9Z\"", "1999-08-03T19:00:45Z", false},
                          {"{ 2020-12-11 }", "2020-12-11T00:00:00Z", true},
                          {"20201211", "2020-12-11T00:00:00Z", true},
                          {"2020/12/11", "2020-12-11T00:00:00Z", true},
                          {"", "", false},
                          {"    :  :     :  :  ", "", false},
                          {"0000:00:00 00:00:00", "", false},
                          {"2021-02-29", "", false},
                          {"2020-13-01", "", false},
                          {"2020-12/11", "", false},
                          {"2020-12-11T25:00:00Z", "", false},
                          {"2020-12-11T10:61", "", false},
                          {"2020-12-11T10:00:00 CET", "", false},
                          {"2020-12-11T10:00:00.", "", false},
                          {"2020-12-1110:00", "", false},
                          {"-202-12-11", "", false},
                          {"11 December 2020", "", false}};
  for (const Written& row : rows) {
    const auto time = parse_acquisition_time(row.text);
    ASSERT_EQ(time.has_value(), *row.utc != '\0') << row.text;
    if (!time) continue;
    EXPECT_EQ(time->utc, row.utc) << row.text;
    EXPECT_EQ(time->day, row.day) << row.text;
  }
}

TEST(AcquisitionTime, OfAFileIsItsBestItem) {
  const TemporaryFolder folder;
  test::write_scene(folder / "bare.tif", {}, [](int, int, int) { return 1.0; });
  EXPECT_FALSE(acquisition_time(folder / "bare.tif")) << "the time of writing is no acquisition";
  EXPECT_FALSE(acquisition_time(folder / "absent.tif"));
  const auto with = [&](std::vector<std::array<const char*, 3>> items) {
    const test::OpenDataset dataset(static_cast<GDALDataset*>(GDALOpen((folder / "bare.tif").c_str(), GA_Update)));
    for (const auto& [domain, item, value] : items) dataset->SetMetadataItem(item, value, domain);
  };
  with({{"", "TIFFTAG_DATETIME", "2020:12:11 22:38:32"}});
  ASSERT_TRUE(acquisition_time(folder / "bare.tif"));
  EXPECT_EQ(acquisition_time(folder / "bare.tif")->source, "TIFFTAG_DATETIME");
  with({{"", "DATE_ACQUIRED", "2019-07-05"}, {"", "SCENE_CENTER_TIME", "\"10:15:30.5Z\""}});
  const auto landsat = acquisition_time(folder / "bare.tif");
  ASSERT_TRUE(landsat);
  EXPECT_EQ(landsat->source, "DATE_ACQUIRED");
  EXPECT_EQ(landsat->utc, "2019-07-05T10:15:30Z");
}

TEST(Sha256, OfAFileIsItsBytes) {
  // NIST FIPS 180-2, "abc" and the empty message.
  const TemporaryFolder folder;
  test::write_text(folder / "abc", "abc");
  test::write_text(folder / "empty", "");
  EXPECT_EQ(sha256_of_file(folder / "abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(sha256_of_file(folder / "empty"), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_ANY_THROW(sha256_of_file(folder / "absent"));
}

}  // namespace
}  // namespace groundshift
