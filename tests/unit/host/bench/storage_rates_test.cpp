// SPDX-License-Identifier: Apache-2.0
// Rates of storage: there where files are, absent where there are none, refused where nothing can be written.
#include "host/bench/storage_rates.hpp"

#include <filesystem>

#include <gtest/gtest.h>

#include "host/base/error.hpp"
#include "tests/support/temporary_folder.hpp"

namespace groundshift {
namespace {

TEST(StorageRates, ReadsLocalFilesAndWritesWithoutATrace) {
  const test::TemporaryFolder folder;
  test::write_text(folder / "input", std::string(std::size_t{9} << 20, 'x'));
  const test::Listing before = test::listing_of(folder.path());
  test::write_text(folder / "small", "less than a chunk");
  EXPECT_TRUE(storage_rates({folder / "small"}, folder.path(), 1).cached);
  std::filesystem::remove(folder / "small");
  const StorageRates rates = storage_rates({folder / "input", "/vsimem/none.tif"}, folder.path(), 2);
  ASSERT_TRUE(rates.cached);
  EXPECT_GT(*rates.cached, 0.0);
  EXPECT_GT(rates.write, 0.0);
  EXPECT_TRUE(test::listing_of(folder.path()) == before);
  read_through({folder / "input"});
  const auto share = cached_share({folder / "input"});
  EXPECT_GT(share.value_or(1.0), 0.9);
}

TEST(StorageRates, OfNoLocalFileAreAbsent) {
  const test::TemporaryFolder folder;
  const StorageRates rates = storage_rates({"/vsicurl/https://nowhere.invalid/x.tif"}, folder.path(), 1);
  EXPECT_FALSE(rates.cached);
  EXPECT_FALSE(rates.direct);
  EXPECT_FALSE(cached_share({"/vsicurl/https://nowhere.invalid/x.tif"}));
}

TEST(StorageRates, RefusesAFolderThatIsNotThere) {
  const test::TemporaryFolder folder;
  EXPECT_THROW(storage_rates({}, folder / "nowhere", 1), OutputError);
}

}  // namespace
}  // namespace groundshift
