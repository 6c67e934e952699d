// SPDX-License-Identifier: Apache-2.0
// Whole jobs on the host-run device with its memory full, scarce and absent: the CPU's bits, decoded once, and the
// summary says where the tiles lay.
#include <cmath>
#include <filesystem>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "host/base/error.hpp"
#include "host/engine/summary.hpp"
#include "tests/pipeline/detect_in_process.hpp"
#include "tests/support/fibre/fibre_backend.hpp"
#include "tests/support/fibre/runtime.hpp"
#include "tests/support/scene_files.hpp"
#include "tests/support/temporary_folder.hpp"

namespace groundshift::test {
namespace {

/// Tiles that a level has room for.
struct Room {
  std::int64_t device = 0, memory = 0;
};
constexpr std::int64_t kAll = 1000;

struct Job {
  DetectResult result;
  std::int64_t record_bytes = 0;
  std::uint64_t bytes_copied_in = 0;
  std::string kept;                                                  ///< the summary's words on it
  std::map<std::string, std::vector<std::vector<double>>> products;  ///< values of each band
};

class DeviceTiles : public ::testing::Test {
 protected:
  static constexpr int kWidth = 530, kHeight = 300;  // 3 x 2 tiles

  void SetUp() override {
    write_pair(false);
    options_ = detect_options(folder_ / "before.tif", folder_ / "after.tif", folder_ / "out.tif");
    options_.method.scores = {ScoreName::mad};
    options_.method.normalize = NormalizationKind::none;
    options_.method.smooth = {1};
    allocations_ = gs_fibre::live_allocations();
  }
  void TearDown() override {
    gs_fibre::set_device_bytes(gs_fibre::kDeviceBytes);
    EXPECT_EQ(gs_fibre::live_allocations(), allocations_);
  }

  /// clipped : a tenth of the pixels hold the lowest value of both bands on both dates
  /// moved   : AFTER lies so many metres (a tenth of a pixel each) to the east
  void write_pair(bool clipped, double moved = 0.0) {
    SceneSpec spec;
    spec.width = kWidth;
    spec.height = kHeight;
    spec.nodata = 0.0;
    for (const int date : {1, 2}) {
      if (date == 2) (*spec.geotransform)[0] += moved;
      write_scene(folder_ / (date == 1 ? "before.tif" : "after.tif"), spec, [=](int b, int x, int y) {
        if ((x * 7 + y * 3) % 101 == date) return 0.0;
        if (clipped && y % 10 == 3) return 5.0;
        const double change = date == 2 && x > 200 && x < 320 && y > 100 && y < 270 ? 40.0 : 0.0;
        return 10.0 + 0.6 * texture(1, b, x, y) + 0.1 * texture(static_cast<std::uint64_t>(date), b, x, y) + change;
      });
    }
  }

  Job on_cpu() {
    Job job;
    job.result = run(options_);
    read_products(job);
    return job;
  }

  Job on_fibres(const Room& room) {
    Warnings warnings;
    SilentProgress progress;
    DetectPlan plan = plan_detect(options_, warnings);
    plan.backend.backend = make_fibre_backend();
    const TileSet tiles = plan.sampled() ? cell_set(kWidth, kHeight, plan.fit_halo) : tiles_of(plan.tiles, plan.halo);
    Job job;
    job.record_bytes = tiles.record_bytes(plan.type, plan.band_count);
    plan.store_bytes = room.memory * job.record_bytes;
    if (room.device < kAll) {
      const auto slots = make_slots(*plan.backend.backend, plan.tiles, workspace_shape(plan));
      // Of what the workspaces leave, four fifths hold the tiles asked for and a part of the next.
      const auto wanted = static_cast<std::size_t>((4 * room.device + 1) * job.record_bytes / 4);
      gs_fibre::set_device_bytes(gs_fibre::allocated_device_bytes() + (room.device == 0 ? 0 : wanted / 4 * 5));
    }
    NoProducts products;
    const std::uint64_t copied = gs_fibre::bytes_copied_in();
    job.result = run_detect(plan, products, {&progress, &warnings, {}});
    job.bytes_copied_in = gs_fibre::bytes_copied_in() - copied;
    gs_fibre::set_device_bytes(gs_fibre::kDeviceBytes);
    job.kept = summary_json(plan, job.result, warnings)["plan"]["resident"].dump();
    read_products(job);
    return job;
  }

  static void read_products(Job& job) {
    for (const ProductRecord& product : job.result.products) {
      const OpenDataset file = open_quietly(product.path);
      ASSERT_NE(file, nullptr) << product.path;
      for (int band = 1; band <= file->GetRasterCount(); ++band) {
        std::vector<double> values = read_band(*file, band).values;
        for (double& value : values) value = std::isnan(value) ? -1e300 : value;
        job.products[product.name].push_back(std::move(values));
      }
    }
  }

  static void expect_same(const Job& expected, const Job& job) {
    const PairFit& want = expected.result.fit;
    const PairFit& got = job.result.fit;
    EXPECT_EQ(job.result.products.front().pixel_hash, expected.result.products.front().pixel_hash) << job.kept;
    EXPECT_TRUE(job.products == expected.products) << job.kept;
    EXPECT_EQ(got.mad_rho, want.mad_rho) << job.kept;
    EXPECT_EQ(got.minimum, want.minimum) << job.kept;
    EXPECT_EQ(got.clipped, want.clipped) << job.kept;
    EXPECT_EQ(got.sample.valid_pixels, want.sample.valid_pixels) << job.kept;
    ASSERT_EQ(got.fits.size(), want.fits.size());
    for (std::size_t b = 0; b < want.fits.size(); ++b) {
      EXPECT_EQ(got.fits[b].gain, want.fits[b].gain) << job.kept;
      EXPECT_EQ(got.fits[b].offset, want.fits[b].offset) << job.kept;
      EXPECT_EQ(got.fits[b].sigma, want.fits[b].sigma) << job.kept;
    }
  }

  /// The job gives the CPU's bits wherever its tiles lie. bands : of each product
  void expect_same_everywhere(const std::map<std::string, std::size_t>& bands) {
    const Job expected = on_cpu();
    std::map<std::string, std::size_t> found;
    for (const auto& [name, values] : expected.products) found[name] = values.size();
    EXPECT_EQ(found, bands);
    for (const Room& room : {Room{kAll, 0}, Room{2, 1}}) {
      const Job job = on_fibres(room);
      EXPECT_GT(job.result.residency.device_bytes, 0);
      expect_same(expected, job);
      EXPECT_EQ(job.result.decoded_bytes_before, expected.result.decoded_bytes_before) << job.kept;
    }
  }

  TemporaryFolder folder_;
  DetectOptions options_;
  std::size_t allocations_ = 0;
};

TEST_F(DeviceTiles, LieOnTheDeviceThenInMemoryThenInScratch) {
  options_.method.scores = {ScoreName::irmad};
  options_.method.irmad_passes = 3;
  const Job expected = on_cpu();
  EXPECT_EQ(expected.result.residency.device_bytes, 0);
  struct Case {
    Room room;
    std::int64_t device, memory, scratch;
  };
  std::map<std::int64_t, std::uint64_t> copied;
  for (const Case& c :
       {Case{{kAll, 2}, 6, 0, 0}, Case{{5, kAll}, 5, 1, 0}, Case{{2, 1}, 2, 1, 3}, Case{{0, 6}, 0, 6, 0}}) {
    const Job job = on_fibres(c.room);
    const Residency& lay = job.result.residency;
    EXPECT_EQ(lay.device_bytes, c.device * job.record_bytes) << job.kept;
    EXPECT_EQ(lay.resident_bytes, c.memory * job.record_bytes) << job.kept;
    EXPECT_EQ(lay.scratch_bytes, c.scratch * job.record_bytes) << job.kept;
    EXPECT_EQ(job.result.fit.irmad->rho, expected.result.fit.irmad->rho) << job.kept;
    EXPECT_EQ(job.result.decoded_bytes_after, expected.result.decoded_bytes_after) << job.kept;
    EXPECT_NE(job.kept.find("\"tiles\":\"device, then memory, then scratch\""), std::string::npos) << job.kept;
    EXPECT_NE(job.kept.find("\"device_bytes\":" + std::to_string(c.device * job.record_bytes)), std::string::npos)
        << job.kept;
    expect_same(expected, job);
    copied[c.device] = job.bytes_copied_in;
  }
  // A Gram matrix and four more passes, or one copy: the pixels of both dates and the validity, 5 bytes a pixel.
  const std::uint64_t once = 5u * kWidth * kHeight;
  EXPECT_GE(copied[6], once);
  EXPECT_LT(copied[6], 2 * once);
  EXPECT_GE(copied[0], copied[6] + 4 * once);
  EXPECT_GT(copied[2], copied[5]);
}

// Huber's passes ask band by band; the scores want a halo.
TEST_F(DeviceTiles, TakeClippedPixelsOutOfTheStatisticsOnce) {
  write_pair(true);
  options_.method.normalize = NormalizationKind::huber;
  options_.method.scores = {ScoreName::scva};
  options_.method.smooth = {3};
  options_.products.change_class = options_.products.direction = true;
  expect_same_everywhere({{"score", 1}, {"class", 1}, {"direction", 2}});
}

TEST_F(DeviceTiles, TakeMatchedHistograms) {
  write_pair(true);
  options_.method.normalize = NormalizationKind::histogram;
  options_.method.scores = {ScoreName::difference};
  options_.products.normalized = true;
  expect_same_everywhere({{"score", 1}, {"normalized", 2}});
}

// The date is resampled by the device, its kept tiles are the resampled ones, and reasons are told once.
TEST_F(DeviceTiles, OfAResampledDate) {
  write_pair(false, 4.0);
  options_.method.scores = {ScoreName::irmad};
  options_.method.irmad_passes = 2;
  options_.grid.resampling = ResampleMethod::cubic;
  options_.products.quality = true;
  expect_same_everywhere({{"score", 1}, {"quality", 1}});
}

TEST_F(DeviceTiles, OfASampleComeInRounds) {
  options_.method.scores = {ScoreName::irmad};
  options_.method.irmad_passes = 2;
  options_.method.fit_pixels = 3 * kCellSize * kCellSize / 2;
  expect_same_everywhere({{"score", 1}});
  const Job job = on_fibres({1, kAll});
  EXPECT_TRUE(job.result.fit.sample.sampled);
  EXPECT_GT(job.result.fit.sample.cells, 2);
  EXPECT_EQ(job.result.residency.device_bytes, job.record_bytes);
  EXPECT_EQ(job.result.residency.resident_bytes, (job.result.fit.sample.cells - 1) * job.record_bytes);
}

// One statistics pass: what fits no level is decoded again, nothing is spilled.
TEST_F(DeviceTiles, OfASingleStatisticsPassAreDecodedAgainBeyondDeviceAndMemory) {
  options_.method.normalize = NormalizationKind::zscore;
  options_.method.scores = {ScoreName::cva};
  const Job expected = on_cpu();
  const Job rich = on_fibres({kAll, 0});
  const Job poor = on_fibres({2, 1});
  expect_same(expected, rich);
  expect_same(expected, poor);
  EXPECT_NE(rich.kept.find("\"tiles\":\"device, then memory\""), std::string::npos) << rich.kept;
  EXPECT_EQ(rich.result.decoded_bytes_before, expected.result.decoded_bytes_before);
  EXPECT_GT(poor.result.decoded_bytes_before, expected.result.decoded_bytes_before);
  EXPECT_EQ(poor.result.residency.device_bytes, 2 * poor.record_bytes);
  EXPECT_EQ(poor.result.residency.resident_bytes, poor.record_bytes);
  EXPECT_EQ(poor.result.residency.scratch_bytes, 0);
}

// Runtime calls fail here and there through a whole job: it ends as with any device fault and leaks nothing. Only the
// waits of the workspaces' destructors, at its end, are told to stderr alone.
TEST_F(DeviceTiles, FaultsEndTheJob) {
  Warnings warnings;
  SilentProgress progress;
  NoProducts products;
  int faults = 0, others = 0;
  for (int calls = 3;; calls += 43) {
    DetectPlan plan = plan_detect(options_, warnings);
    plan.backend.backend = make_fibre_backend();
    gs_fibre::fail_call(calls, gs_fibre::cudaErrorLaunchFailure);
    try {
      run_detect(plan, products, {&progress, &warnings, {}});
      if (gs_fibre::cancel_failure()) break;  // the job has no further call
      ++others;
    } catch (const DeviceError&) {
      ++faults;
      EXPECT_FALSE(std::filesystem::exists(options_.out));
    }
  }
  EXPECT_GT(faults, 5);
  EXPECT_LE(others, 1);
}

// The store alone: levels by index, the device asked again only while it has taken everything.
TEST(DeviceTileStore, FillsItsLevelsInOrderAsItGrows) {
  const WorkspaceShape tile{PixelType::u8, 1, 64, 64};
  constexpr std::int64_t kRecord = 3 * 64 * 64;
  const TemporaryFolder folder;
  const auto backend = make_fibre_backend();
  gs_fibre::set_device_bytes(gs_fibre::allocated_device_bytes() + 4 * kRecord);  // 3 records are four fifths, and some
  {
    TileStore store(*backend, kRecord, kRecord, folder.path(), tile);
    store.grow(0);
    EXPECT_EQ(store.device_bytes(), 0);
    store.grow(1);
    EXPECT_EQ(store.device_bytes(), kRecord);
    store.grow(6);  // four fifths of the three that are left: two
    EXPECT_EQ(store.device_bytes(), 3 * kRecord);
    EXPECT_EQ(store.resident_bytes(), kRecord);
    EXPECT_EQ(store.scratch_bytes(), 2 * kRecord);
    gs_fibre::set_device_bytes(gs_fibre::kDeviceBytes);
    store.grow(7);  // records have their places
    store.grow(2);
    EXPECT_EQ(store.device_bytes(), 3 * kRecord);
    EXPECT_EQ(store.scratch_bytes(), 3 * kRecord);
    for (std::int64_t record = 0; record < 7; ++record) {
      EXPECT_EQ(store.device(record) != nullptr, record < 3) << record;
      EXPECT_EQ(store.in_memory(record), record == 3) << record;
      EXPECT_EQ(store.resident(record) != nullptr, record == 3) << record;
      EXPECT_TRUE(store.keeps(record)) << record;
      if (record < 4) continue;
      store.spill(record, std::vector<std::byte>(kRecord, static_cast<std::byte>(record)).data());
    }
    for (std::int64_t record = 4; record < 7; ++record) {
      std::vector<std::byte> got(kRecord);
      store.fetch(record, got.data());
      EXPECT_EQ(got, std::vector<std::byte>(kRecord, static_cast<std::byte>(record)));
    }
  }
  TileStore unkept(*backend, kRecord, 0, {}, tile);
  unkept.grow(2);
  EXPECT_TRUE(unkept.keeps(1));
  EXPECT_FALSE(unkept.keeps(2));
  TileStore of_no_tiles(*backend, kRecord, kRecord, {});
  of_no_tiles.grow(2);
  EXPECT_EQ(of_no_tiles.device(0), nullptr);
  EXPECT_EQ(of_no_tiles.device_bytes(), 0);
}

}  // namespace
}  // namespace groundshift::test
