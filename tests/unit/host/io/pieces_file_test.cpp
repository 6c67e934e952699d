// SPDX-License-Identifier: Apache-2.0
// Pieces from several threads, and how much of a large file stays in the page cache.
#include "host/io/pieces_file.hpp"

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/vfs.h>
#include <unistd.h>
#include <cstring>
#include <fstream>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "host/base/error.hpp"
#include "host/bench/storage_rates.hpp"
#include "tests/support/temporary_folder.hpp"

namespace groundshift::test {
namespace {

constexpr std::int64_t kMiB = std::int64_t{1} << 20;

std::vector<std::byte> piece_of(std::int64_t index) {
  std::vector<std::byte> bytes(kMiB);
  for (std::size_t i = 0; i < bytes.size(); i += sizeof(index)) {
    const std::int64_t value = index * 1000003 + static_cast<std::int64_t>(i);
    std::memcpy(bytes.data() + i, &value, sizeof(value));
  }
  return bytes;
}

void write_all(PiecesFile& out, std::int64_t pieces, int threads) {
  std::vector<std::jthread> writers;
  for (int t = 0; t < threads; ++t) {
    writers.emplace_back([&, t] {
      for (std::int64_t i = t; i < pieces; i += threads) out.write_at(i * kMiB, piece_of(i));
    });
  }
}

/// The file holds so many pieces in their order, `first` in the place of piece 0, and nothing more.
void expect_pieces(const std::filesystem::path& path, std::int64_t pieces, std::int64_t first) {
  std::ifstream in(path, std::ios::binary);
  std::vector<std::byte> bytes(kMiB);
  for (std::int64_t i = 0; i < pieces; ++i) {
    ASSERT_TRUE(in.read(reinterpret_cast<char*>(bytes.data()), kMiB));
    ASSERT_EQ(bytes, piece_of(i == 0 ? first : i)) << i;
  }
  EXPECT_EQ(in.peek(), std::ifstream::traits_type::eof());
}

TEST(PiecesFile, OfWhichPagesAreLetGoHoldsWhatWasWritten) {
  const TemporaryFolder folder;
  const std::filesystem::path path = folder / "large";
  constexpr std::int64_t kPieces = 160;
  {
    PiecesFile out(path, path, {0}, 8 * kMiB);
    write_all(out, kPieces, 3);
    out.write_at(0, piece_of(kPieces));  // as a header that is written last
    out.close();
  }
  struct statfs facts {};
  ASSERT_EQ(::statfs(path.c_str(), &facts), 0);
  if (facts.f_type != TMPFS_MAGIC) {  // which is nothing but page cache
    const auto share = cached_share({path.string()});
    ASSERT_TRUE(share.has_value());
    EXPECT_LT(*share, 0.6);
  }
  expect_pieces(path, kPieces, kPieces);
}

TEST(PiecesFile, LetsEarlierPagesGoThatAreOnTheDiskByThen) {
  const TemporaryFolder folder;
  const std::filesystem::path path = folder / "large";
  PiecesFile out(path, path, {0}, 256 * kMiB);
  write_all(out, 90, 2);
  struct statfs facts {};
  ASSERT_EQ(::statfs(path.c_str(), &facts), 0);
  if (facts.f_type == TMPFS_MAGIC) GTEST_SKIP() << "the folder lies in a tmpfs, which is nothing but page cache";
  const int written = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  ASSERT_GE(written, 0);
  ASSERT_EQ(::fdatasync(written), 0);
  ::close(written);
  for (std::int64_t i = 90; i < 100; ++i) out.write_at(i * kMiB, piece_of(i));
  out.close();
  const auto share = cached_share({path.string()});
  ASSERT_TRUE(share.has_value());
  EXPECT_LT(*share, 0.75);
  EXPECT_GT(*share, 0.6);  // no more than a step was 64 MiB behind
  expect_pieces(path, 100, 0);
}

/// Pieces 0 to 5 with gaps behind the first and the third.
void write_with_gaps(PiecesFile& out, std::int64_t gap) {
  for (const std::int64_t i : {0, 3, 1, 4, 2, 5}) {
    out.write_at(i * kMiB + (i > 0 ? gap : 0) + (i > 2 ? gap : 0), piece_of(i));
  }
}

void expect_taken_out(const char* parent, std::int64_t gap) {
  const TemporaryFolder folder(parent);
  const std::filesystem::path path = folder / "gaps";
  PiecesFile out(path, path, {0, 3 * kMiB + 2 * gap});
  write_with_gaps(out, gap);
  const std::vector<FileGap> gaps = {{kMiB, gap}, {3 * kMiB + gap, gap}};
  out.take_out(gaps, 6 * kMiB + 2 * gap, {});
  out.close();
  expect_pieces(path, 6, 0);
}

class PiecesFileGaps : public ::testing::TestWithParam<const char*> {};

TEST_P(PiecesFileGaps, AreTakenOut) { expect_taken_out(GetParam(), std::int64_t{1} << 32); }

TEST_P(PiecesFileGaps, AreTakenOutByCopyingWhereTheyAreNoBlocksOfTheFileSystem) {
  expect_taken_out(GetParam(), kMiB + 1);
}

TEST_P(PiecesFileGaps, AreNotTakenOutAfterAStop) {
  const TemporaryFolder folder(GetParam());
  const std::filesystem::path path = folder / "gaps";
  PiecesFile out(path, path);
  write_with_gaps(out, kMiB);
  std::stop_source stop;
  stop.request_stop();
  const std::vector<FileGap> gaps = {{kMiB, kMiB}};
  EXPECT_THROW(out.take_out(gaps, 8 * kMiB, stop.get_token()), Error);
}

// The second is a tmpfs, which cannot take a gap out.
INSTANTIATE_TEST_SUITE_P(Folders, PiecesFileGaps, ::testing::Values("", "/dev/shm"),
                         [](const auto& folder) { return *folder.param == 0 ? "Usual" : "SharedMemory"; });

TEST(PiecesFile, OfUsualSizeStaysInThePageCache) {
  const TemporaryFolder folder;
  const std::filesystem::path path = folder / "usual";
  PiecesFile out(path, path);
  write_all(out, 100, 2);
  out.close();
  const auto share = cached_share({path.string()});
  ASSERT_TRUE(share.has_value());
  EXPECT_EQ(*share, 1.0);
}

}  // namespace
}  // namespace groundshift::test
