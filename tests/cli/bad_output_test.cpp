// SPDX-License-Identifier: Apache-2.0
// Outputs that cannot be, or must not be, written: exit code 4 and nothing touched.
#include <functional>

#include "tests/cli/job_folder.hpp"

namespace groundshift::test {
namespace {

namespace fs = std::filesystem;
using Arguments = std::vector<std::string>;

struct BadOutput {
  std::string name;
  std::function<Arguments(const JobFolder&)> make;  ///< what follows "detect"
  std::vector<std::string> says;
};

void PrintTo(const BadOutput& row, std::ostream* out) { *out << row.name; }

/// One older file of that name stands where the run would write.
BadOutput exists_already(const std::string& name, const std::string& file) {
  return {name,
          [file](const JobFolder& f) {
            write_text(f.out(file), "older");
            return Arguments{f.before(), f.after(), f.out()};
          },
          {file, "exists already", "--overwrite"}};
}

BadOutput to(
    const std::string& name, const std::string& out, std::vector<std::string> says,
    const std::function<void(const JobFolder&)>& prepare = [](const JobFolder&) {}) {
  return {name,
          [out, prepare](const JobFolder& f) {
            prepare(f);
            return Arguments{f.before(), f.after(), f.folder() + "/" + out, "--overwrite"};
          },
          says};
}

std::vector<BadOutput> bad_outputs() {
  return {
      exists_already("ExistingHeatmap", "change.tif"),
      exists_already("ExistingSummary", "change.json"),
      exists_already("ExistingPicture", "change.png"),
      exists_already("ExistingStyle", "change.qml"),
      to("FolderMissing", "nowhere/change.tif", {"nowhere/change.tif", "does not exist"}),
      to("IsADirectory", "out/change.tif", {"out/change.tif", "is a directory"},
         [](const JobFolder& f) { fs::create_directory(f.out()); }),
      to("PictureIsADirectory", "out/change.tif", {"out/change.png", "is a directory"},
         [](const JobFolder& f) { fs::create_directory(f.out("change.png")); }),
      to("NamesNoFile", "out/", {"out"}),
      to("IsBefore", "in/before.tif", {"before.tif", "is an input"}),
      to("IsAfter", "in/after.tif", {"after.tif", "is an input"}),
      to("IsAfterByAnotherPath", "out/../in/after.tif", {"after.tif", "is an input"}),
      to("IsALinkToBefore", "out/change.tif", {"out/change.tif", "is an input"},
         [](const JobFolder& f) { fs::create_symlink(f.before(), f.out()); }),
      to("IsAHardLinkOfBefore", "out/change.tif", {"out/change.tif", "is an input"},
         [](const JobFolder& f) { fs::create_hard_link(f.before(), f.out()); }),
      {"PictureWouldReplaceAnInput",
       [](const JobFolder& f) {
         fs::rename(f.after(), f.in("after.png"));
         return Arguments{f.before(), f.in("after.png"), f.in("after.tif"), "--overwrite"};
       },
       {"after.png", "input"}},
      to("HasTheNameOfTheSummary", "out/change.json", {"change.json", "summary"}),
      to("HasTheNameOfThePicture", "out/change.png", {"change.png", ".tif"}),
      {"InVirtualMemory",
       [](const JobFolder& f) {
         return Arguments{f.before(), f.after(), "/vsimem/change.tif"};
       },
       {"local"}},
      {"ScratchFolderMissing",
       [](const JobFolder& f) {
         return Arguments{f.before(), f.after(), f.out(), "--scratch", f.folder() + "/nowhere"};
       },
       {"nowhere", "does not exist"}},
  };
}

class BadOutputs : public ::testing::TestWithParam<BadOutput> {};

TEST_P(BadOutputs, AreRefusedAndNothingIsTouched) {
  const JobFolder folder;
  Arguments arguments = GetParam().make(folder);
  arguments.insert(arguments.begin(), "detect");
  expect_refused(folder, arguments, 4, GetParam().says);
}

INSTANTIATE_TEST_SUITE_P(Rows, BadOutputs, ::testing::ValuesIn(bad_outputs()),
                         [](const ::testing::TestParamInfo<BadOutput>& row) { return row.param.name; });

TEST(BadOutputFolder, WithoutPermissionIsRefused) {
  const JobFolder folder;
  fs::permissions(folder.folder() + "/out", fs::perms::owner_read | fs::perms::owner_exec);
  RunSetup setup;
  setup.in_child = drop_file_privileges;
  expect_refused(folder, {"detect", folder.before(), folder.after(), folder.out()}, 4,
                 {"change.tif", "cannot be written", "Permission denied"}, setup);
}

TEST(OverwriteOption, ReplacesEveryFileOfAnOlderRun) {
  const JobFolder folder;
  folder.put_older_outputs();
  const ProgramRun run = run_groundshift({"detect", folder.before(), folder.after(), folder.out(), "--overwrite"});
  ASSERT_EQ(run.exit_code, 0) << run.err;
  const Listing files = listing_of(folder.folder() + "/out");
  EXPECT_EQ(files.size(), 4u);
  for (const auto& [name, contents] : files) EXPECT_NE(contents, "older " + name);
}

TEST(OverwriteOption, ReplacesALinkAndNotWhatItPointsTo) {
  const JobFolder folder;
  write_text(folder.in("precious.tif"), "precious");
  fs::create_symlink(folder.in("precious.tif"), folder.out());
  const ProgramRun run = run_groundshift({"detect", folder.before(), folder.after(), folder.out(), "--overwrite"});
  ASSERT_EQ(run.exit_code, 0) << run.err;
  EXPECT_EQ(read_text(folder.in("precious.tif")), "precious");
  EXPECT_FALSE(fs::is_symlink(folder.out()));
}

}  // namespace
}  // namespace groundshift::test
