// SPDX-License-Identifier: Apache-2.0
// Tiles kept in memory and in a file without a name.
#include "host/pipeline/tile_store.hpp"

#include <unistd.h>
#include <algorithm>
#include <fstream>
#include <vector>

#include <gtest/gtest.h>

#include "host/base/error.hpp"
#include "tests/support/small_filesystem.hpp"
#include "tests/support/temporary_folder.hpp"

namespace groundshift::test {
namespace {

constexpr std::int64_t kRecord = 10000;

std::vector<std::byte> record_of(int seed) {
  std::vector<std::byte> bytes(kRecord);
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::byte>((i * 31 + seed * 7) & 0xff);
  return bytes;
}

/// Of this process, from /proc.
std::int64_t resident_memory_bytes() {
  std::ifstream statm("/proc/self/statm");
  std::int64_t total = 0, resident = 0;
  statm >> total >> resident;
  return resident * ::sysconf(_SC_PAGE_SIZE);
}

TEST(TileStore, KeepsWhatFitsInMemoryAndSpillsTheRest) {
  const TemporaryFolder folder;
  const auto backend = make_cpu_backend(1);
  TileStore store(*backend, kRecord, 2 * kRecord + 17, folder.path());
  store.grow(5);
  EXPECT_EQ(store.resident_bytes(), 2 * kRecord);
  EXPECT_EQ(store.scratch_bytes(), 3 * kRecord);
  for (int i = 4; i >= 0; --i) {
    EXPECT_TRUE(store.keeps(i));
    const std::vector<std::byte> bytes = record_of(i);
    if (std::byte* kept = store.resident(i)) {
      std::copy(bytes.begin(), bytes.end(), kept);
    } else {
      store.spill(i, bytes.data());
    }
  }
  for (int i = 0; i < 5; ++i) {
    std::vector<std::byte> got(kRecord);
    if (const std::byte* kept = store.resident(i)) {
      got.assign(kept, kept + kRecord);
    } else {
      store.fetch(i, got.data());
    }
    EXPECT_EQ(got, record_of(i)) << i;
    EXPECT_EQ(store.in_memory(i), i < 2);
  }
}

TEST(TileStore, GivesTheMemoryOfADroppedRecordBackAndKeepsTheOthers) {
  const TemporaryFolder folder;
  const auto backend = make_cpu_backend(1);
  constexpr std::int64_t kLarge = 64 << 20;
  TileStore store(*backend, kLarge, 2 * kLarge, folder.path());
  store.grow(3);
  for (const int i : {0, 1}) std::fill_n(store.resident(i), kLarge, std::byte{static_cast<unsigned char>(i + 1)});
  const std::vector<std::byte> spilled(kLarge, std::byte{9});
  store.spill(2, spilled.data());
  const std::int64_t before = resident_memory_bytes();
  store.drop(0);
  store.drop(2);                    // lies in the file: stays
#if !defined(__SANITIZE_ADDRESS__)  // which holds what is freed for a while
  EXPECT_LE(resident_memory_bytes(), before - kLarge + (1 << 20));
#endif
  EXPECT_EQ(store.resident(1)[kLarge - 1], std::byte{2});
  std::vector<std::byte> got(kLarge);
  store.fetch(2, got.data());
  EXPECT_EQ(got, spilled);
}

TEST(TileStore, LeavesNoNameInItsFolder) {
  const TemporaryFolder folder;
  const auto backend = make_cpu_backend(1);
  TileStore store(*backend, kRecord, 0, folder.path());
  store.grow(3);
  store.spill(2, record_of(2).data());
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

TEST(TileStore, WithoutAFolderKeepsOnlyWhatFits) {
  const auto backend = make_cpu_backend(1);
  TileStore store(*backend, kRecord, kRecord, {});
  store.grow(2);
  EXPECT_TRUE(store.keeps(0));
  EXPECT_FALSE(store.keeps(1));
  EXPECT_EQ(store.scratch_bytes(), 0);
}

TEST(TileStore, OfAFolderThatIsMissingNamesItAndTheRemedy) {
  const auto backend = make_cpu_backend(1);
  TileStore store(*backend, kRecord, 0, "/nowhere/at/all");
  try {
    store.grow(1);
    FAIL() << "made a scratch file in a folder that does not exist";
  } catch (const OutputError& e) {
    EXPECT_NE(std::string(e.what()).find("/nowhere/at/all"), std::string::npos);
    EXPECT_NE(std::string(e.what()).find("--scratch"), std::string::npos);
  }
}

TEST(TileStore, OnAFullDiskSaysSo) {
  const TemporaryFolder folder;
  const SmallFilesystem small(folder.path(), 1 << 16);
  if (!small.problem().empty()) GTEST_SKIP() << small.problem();
  const auto backend = make_cpu_backend(1);
  TileStore store(*backend, kRecord, 0, folder.path());
  store.grow(100);
  EXPECT_THROW(
      {
        for (int i = 0; i < 100; ++i) store.spill(i, record_of(i).data());
      },
      OutputError);
}

}  // namespace
}  // namespace groundshift::test
