// SPDX-License-Identifier: Apache-2.0
// Temporary siblings: complete under the name or not at all, the dead swept, the living left alone.
#include "host/io/output_file.hpp"

#include <sys/file.h>
#include <sys/wait.h>
#include <unistd.h>
#include <algorithm>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "host/base/error.hpp"
#include "tests/support/temporary_folder.hpp"

namespace groundshift::test {
namespace {

namespace fs = std::filesystem;

std::size_t entry_count(const TemporaryFolder& folder) {
  return static_cast<std::size_t>(std::distance(fs::directory_iterator(folder.path()), fs::directory_iterator()));
}

/// A process that makes siblings of a target and dies without cleaning up.
void die_leaving_siblings(const std::string& target, const std::string& purpose) {
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    auto* sibling = new TemporarySibling(target, {}, purpose);  // never destroyed: the process is killed
    write_text(sibling->path(), "half");
    write_text(sibling->path().string() + ".ovr.tmp", "a library's own temporary file");
    auto* nested = new TemporarySibling(sibling->path());
    write_text(nested->path(), "half of a half");
    ::kill(::getpid(), SIGKILL);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFSIGNALED(status));
}

TEST(TemporarySibling, CommitMovesItToTheTarget) {
  const TemporaryFolder folder;
  {
    TemporarySibling sibling(folder / "out.tif");
    EXPECT_EQ(sibling.path().parent_path(), folder.path());
    EXPECT_EQ(sibling.path().filename().string().front(), '.');
    EXPECT_EQ(sibling.path().extension(), ".tif");
    write_text(sibling.path(), "whole");
    EXPECT_FALSE(fs::exists(folder / "out.tif"));
    sibling.commit();
    EXPECT_EQ(read_text(folder / "out.tif"), "whole");
  }
  EXPECT_EQ(entry_count(folder), 1u);
}

TEST(TemporarySibling, WithoutCommitNothingStaysAndTheOldFileSurvives) {
  const TemporaryFolder folder;
  write_text(folder / "out.tif", "old");
  {
    TemporarySibling sibling(folder / "out.tif");
    write_text(sibling.path(), "new");
    write_text(sibling.path().string() + ".aux.xml", "a library's sidecar");
    TemporarySibling nested(sibling.path(), {}, ".more");
    write_text(nested.path(), "newer");
  }
  EXPECT_EQ(read_text(folder / "out.tif"), "old");
  EXPECT_EQ(entry_count(folder), 1u);
}

TEST(TemporarySibling, SweepsWhatADeadProcessLeft) {
  const TemporaryFolder folder;
  for (const std::string purpose : {"", ".tiles", ".score"}) {
    die_leaving_siblings(folder / "out.tif", purpose);
    EXPECT_GE(entry_count(folder), 4u);
    { TemporarySibling next(folder / "out.tif"); }
    EXPECT_EQ(entry_count(folder), 0u) << purpose;
  }
}

TEST(TemporarySibling, LeavesOtherTargetsAndOtherFilesAlone) {
  const TemporaryFolder folder;
  die_leaving_siblings(folder / "other.tif", "");
  write_text(folder / ".out.tif", "a file of the user");
  write_text(folder / "out.tif.gs-1-1.tif", "another");
  const std::size_t before = entry_count(folder);
  { TemporarySibling next(folder / "out.tif"); }
  EXPECT_EQ(entry_count(folder), before);
}

TEST(TemporarySibling, LeavesTheLivingAlone) {
  const TemporaryFolder folder;
  TemporarySibling first(folder / "out.tif", {}, ".tiles");
  write_text(first.path(), "at work");
  {
    TemporarySibling second(folder / "out.tif");
    EXPECT_NE(second.path(), first.path());
  }
  EXPECT_EQ(read_text(first.path()), "at work");
}

TEST(TemporarySibling, ASimilarNameOfALivingOneIsNotSwept) {
  const TemporaryFolder folder;
  const std::string stem = ".out.tif.gs-" + std::to_string(::getpid()) + "-9";
  write_text(folder / (stem + ".lock"), "");  // dead: nobody holds it
  write_text(folder / (stem + ".tif"), "dead");
  write_text(folder / (stem + "9.tif"), "a living one with a longer number");
  { TemporarySibling next(folder / "out.tif"); }
  EXPECT_FALSE(fs::exists(folder / (stem + ".tif")));
  EXPECT_TRUE(fs::exists(folder / (stem + "9.tif")));
}

TEST(TemporarySibling, LivesInTheScratchFolderWhenGivenOne) {
  const TemporaryFolder folder, scratch;
  {
    TemporarySibling sibling(folder / "out.tif", scratch.path(), ".score");
    EXPECT_EQ(sibling.path().parent_path(), scratch.path());
    EXPECT_EQ(entry_count(folder), 0u);
  }
  EXPECT_EQ(entry_count(scratch), 0u);
}

TEST(TemporarySibling, MovesWithItsOwner) {
  const TemporaryFolder folder;
  {
    TemporarySibling first(folder / "out.txt");
    write_text(first.path(), "text");
    TemporarySibling second(std::move(first));
    second.commit();
  }
  EXPECT_EQ(read_text(folder / "out.txt"), "text");
  EXPECT_EQ(entry_count(folder), 1u);
}

TEST(TemporarySibling, AMissingFolderOrFileIsAnOutputError) {
  const TemporaryFolder folder;
  EXPECT_THROW(TemporarySibling(folder / "missing/out.tif"), OutputError);
  TemporarySibling never_written(folder / "out.tif");
  EXPECT_THROW(never_written.commit(), OutputError);
}

TEST(TemporarySibling, ManyAtOnceFindNamesOfTheirOwn) {
  const TemporaryFolder folder;
  {
    std::vector<std::jthread> makers;
    for (int i = 0; i < 8; ++i) {
      makers.emplace_back([&folder, i] {
        for (int k = 0; k < 20; ++k) {
          TemporarySibling sibling(folder / "out.txt");
          write_text(sibling.path(), std::to_string(i));
          sibling.commit();
        }
      });
    }
  }
  EXPECT_EQ(entry_count(folder), 1u);
  EXPECT_EQ(read_text(folder / "out.txt").size(), 1u);
}

TEST(WriteTextFile, ReplacesTheWholeFile) {
  const TemporaryFolder folder;
  write_text(folder / "summary.json", std::string(10000, 'x'));
  write_text_file(folder / "summary.json", "short");
  EXPECT_EQ(read_text(folder / "summary.json"), "short");
  write_text_file(folder / "empty", "");
  EXPECT_EQ(read_text(folder / "empty"), "");
  EXPECT_EQ(entry_count(folder), 2u);
}

TEST(CheckOutputPath, SaysWhatCannotBeAnOutput) {
  const TemporaryFolder folder;
  write_text(folder / "old.tif", "old");
  fs::create_directory(folder / "sub");
  fs::create_symlink(folder / "nowhere", folder / "dangling.tif");
  EXPECT_NO_THROW(check_output_path(folder / "new.tif", false));
  EXPECT_NO_THROW(check_output_path(folder / "old.tif", true));
  EXPECT_THROW(check_output_path(folder / "old.tif", false), OutputError);
  EXPECT_THROW(check_output_path(folder / "dangling.tif", false), OutputError);
  EXPECT_THROW(check_output_path(folder / "sub", true), OutputError);
  EXPECT_THROW(check_output_path(folder / "missing/new.tif", true), OutputError);
  EXPECT_THROW(check_output_path(folder / "old.tif/new.tif", true), OutputError);
  EXPECT_THROW(check_output_path("/vsimem/new.tif", true), OutputError);
  EXPECT_THROW(check_output_path(folder.path().string() + "/", true), OutputError);
  EXPECT_EQ(read_text(folder / "old.tif"), "old");
}

}  // namespace
}  // namespace groundshift::test
