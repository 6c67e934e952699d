// SPDX-License-Identifier: Apache-2.0
// Real jobs broken on purpose: no output that looks whole, an older one survives, the first error is told.
#include <atomic>
#include <functional>
#include <stop_token>
#include <string>
#include <tuple>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "host/base/error.hpp"
#include "host/io/pixel_hash.hpp"
#include "tests/pipeline/detect_in_process.hpp"
#include "tests/support/scene_files.hpp"
#include "tests/support/temporary_folder.hpp"

namespace groundshift::test {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

/// The real source until the decode of this number (from 0), which fails as a damaged file would.
class FailingSource final : public RasterSource {
 public:
  FailingSource(std::unique_ptr<RasterSource> real, int fails_at) : real_(std::move(real)), fails_at_(fails_at) {}
  const RasterDescription& description() const override { return real_->description(); }
  std::int32_t unit_width() const override { return real_->unit_width(); }
  std::int32_t unit_height() const override { return real_->unit_height(); }
  std::string way_in() const override { return real_->way_in(); }
  std::int64_t thread_bytes() const override { return real_->thread_bytes(); }
  void decode(const Window& w, void* pixels, std::ptrdiff_t row_pitch, std::ptrdiff_t band_pitch,
              std::uint8_t* valid) override {
    if (decodes_++ == fails_at_) throw InputError("after.tif: an I/O error, injected");
    real_->decode(w, pixels, row_pitch, band_pitch, valid);
  }

 private:
  std::unique_ptr<RasterSource> real_;
  std::atomic<int> decodes_{0};
  int fails_at_;
};

/// The real backend until the score of this number.
class FailingBackend final : public Backend {
 public:
  FailingBackend(std::shared_ptr<Backend> real, int fails_at) : real_(std::move(real)), fails_at_(fails_at) {}
  std::string name() const override { return "failing"; }
  HostBuffer allocate_host(std::size_t byte_count) override { return real_->allocate_host(byte_count); }
  std::unique_ptr<Workspace> make_workspace(const WorkspaceShape& shape) override {
    return real_->make_workspace(shape);
  }
  std::size_t workspace_bytes(const WorkspaceShape& shape) const override { return real_->workspace_bytes(shape); }
  DeviceTile* decode(Workspace& w, DeviceTile* room, const PairTile& tile, const PackedTile& packed,
                     std::span<codec::DecodeStatus> statuses) override {
    return real_->decode(w, room, tile, packed, statuses);
  }
  void value_histogram(Workspace& w, const PairTile& tile, std::span<std::uint64_t> bins) override {
    real_->value_histogram(w, tile, bins);
  }
  void gram(Workspace& w, const PairTile& tile, const GramRecipe& recipe, TileGram& out) override {
    real_->gram(w, tile, recipe, out);
  }
  void form_histogram(Workspace& w, const PairTile& tile, const WeightRule& rule,
                      std::span<std::uint64_t> bins) override {
    real_->form_histogram(w, tile, rule, bins);
  }
  void band_histogram(Workspace& w, const PairTile& tile, Date date, std::int32_t band, PixelType source,
                      std::span<std::uint64_t> bins) override {
    real_->band_histogram(w, tile, date, band, source, bins);
  }
  void score(Workspace& w, const PairTile& tile, const ScoreRecipe& recipe, RasterView<float> score) override {
    if (scores_++ == fails_at_) throw DeviceFault("the device fell off the bus, injected");
    real_->score(w, tile, recipe, score);
  }
  void resample(Workspace& w, const ResampleTile& tile, const ResampleWeights& weights) override {
    real_->resample(w, tile, weights);
  }

 private:
  std::shared_ptr<Backend> real_;
  std::atomic<int> scores_{0};
  int fails_at_;
};

class StopAtTile final : public Progress {
 public:
  StopAtTile(std::string pass, int tile) : pass_(std::move(pass)), left_(tile) {}
  void begin(std::string_view what, std::int64_t) override { inside_ = what == pass_; }
  void advance(std::int64_t) override {
    if (inside_ && left_-- == 0) stop.request_stop();
  }
  void end() override {}
  std::stop_source stop;

 private:
  std::string pass_;
  int left_;
  bool inside_ = false;
};

/// 1100 x 900 in 20 tiles of 256: 20 units of each date, decoded in two passes.
class JobFault : public ::testing::TestWithParam<std::tuple<RasterFormat, bool>> {
 protected:
  void SetUp() override {
    SceneSpec spec;
    spec.width = 1100;
    spec.height = 900;
    spec.type = GDT_UInt16;
    for (const int date : {1, 2}) {
      write_scene(folder_ / (date == 1 ? "before.tif" : "after.tif"), spec,
                  [date](int b, int x, int y) { return 40.0 * texture(1, b, x, y) + texture(date, b, x, y); });
    }
    options_ = detect_options(folder_ / "before.tif", folder_ / "after.tif", folder_ / "out.tif");
    options_.format = std::get<0>(GetParam());
    options_.resources.threads = 3;
    if (over_older_output()) {
      DetectOptions older = options_;
      older.method.scores = {ScoreName::cva};
      older.method.normalize = NormalizationKind::none;
      run(older);
    }
    before_ = listing_of(folder_.path());
  }

  static bool over_older_output() { return std::get<1>(GetParam()); }

  /// What run_detect throws for the plan as `change` leaves it; fails when it throws nothing.
  Error error_of(const std::function<void(DetectPlan&)>& change, Progress* progress = nullptr,
                 std::stop_token stop = {}, ProductMaker* products = nullptr) {
    SilentProgress silent;
    Warnings warnings;
    NoProducts none;
    DetectPlan plan = plan_detect(options_, warnings);
    change(plan);
    try {
      run_detect(plan, products != nullptr ? *products : none,
                 {progress != nullptr ? progress : &silent, &warnings, stop});
    } catch (const Error& e) {
      return {e.kind(), describe(e)};
    }
    ADD_FAILURE() << "the job ended as if nothing had happened";
    return {ErrorKind::other, ""};
  }

  void expect_untouched() { EXPECT_TRUE(listing_of(folder_.path()) == before_) << "the broken job left traces"; }

  TemporaryFolder folder_;
  DetectOptions options_;
  Listing before_;
};

TEST_P(JobFault, AReadErrorAtAnyTileLeavesNothing) {
  for (const int decode : {0, 9, 19}) {  // 20 units; later passes find the tiles kept
    const Error e = error_of([decode](DetectPlan& plan) {
      plan.after.source = std::make_unique<FailingSource>(std::move(plan.after.source), decode);
    });
    EXPECT_EQ(e.kind(), ErrorKind::input) << decode;
    EXPECT_THAT(e.what(), HasSubstr("reading AFTER for tile at ("));
    EXPECT_THAT(e.what(), HasSubstr("injected"));
    expect_untouched();
  }
}

TEST_P(JobFault, ACorruptBlockLeavesNothing) {
  const std::string whole = read_text(folder_ / "before.tif");
  corrupt_block(folder_ / "before.tif", 1, 5, 4);
  const Listing damaged = listing_of(folder_.path());
  const Error e = error_of([](DetectPlan&) {});
  EXPECT_EQ(e.kind(), ErrorKind::input);
  EXPECT_THAT(e.what(), HasSubstr("before.tif"));
  EXPECT_THAT(e.what(), HasSubstr("block (5,4)"));
  EXPECT_TRUE(listing_of(folder_.path()) == damaged);
}

TEST_P(JobFault, ADeviceFaultLeavesNothing) {
  for (const int tile : {0, 11, 19}) {
    const Error e = error_of([tile](DetectPlan& plan) {
      plan.backend.backend = std::make_unique<FailingBackend>(std::move(plan.backend.backend), tile);
    });
    EXPECT_EQ(e.kind(), ErrorKind::device);
    EXPECT_THAT(e.what(), HasSubstr("fell off the bus"));
    expect_untouched();
  }
}

TEST_P(JobFault, AStopAtAnyTileLeavesNothing) {
  for (const auto& [pass, tile] :
       {std::pair{"statistics", 0}, std::pair{"statistics", 19}, std::pair{"score", 7}, std::pair{"score", 19}}) {
    StopAtTile progress(pass, tile);
    const Error e = error_of([](DetectPlan&) {}, &progress, progress.stop.get_token());
    EXPECT_EQ(e.kind(), ErrorKind::interrupted) << pass << " " << tile;
    expect_untouched();
  }
}

class FailingProducts final : public NoProducts {
 public:
  explicit FailingProducts(bool at_finish) : at_finish_(at_finish) {}
  void add(const Window&, RasterView<const float>) override {
    if (!at_finish_ && ++added_ == 5) throw OutputError("no room for the picture, injected");
  }
  std::vector<ProductRecord> finish(const HeatmapFacts&) override {
    throw OutputError("no room for the picture, injected");
  }

 private:
  bool at_finish_;
  int added_ = 0;
};

TEST_P(JobFault, AProductThatFailsDuringTheTilesLeavesNothing) {
  FailingProducts products(false);
  EXPECT_EQ(error_of([](DetectPlan&) {}, nullptr, {}, &products).kind(), ErrorKind::output);
  expect_untouched();
}

TEST_P(JobFault, AProductThatFailsAtTheEndLeavesAWholeHeatmapWithoutSummary) {
  FailingProducts products(true);
  EXPECT_EQ(error_of([](DetectPlan&) {}, nullptr, {}, &products).kind(), ErrorKind::output);
  EXPECT_FALSE(fs::exists(folder_ / "out.json")) << "no summary = not finished";
  const std::string left = hash_file(folder_ / "out.tif");
  DetectOptions again = options_;
  again.out = folder_ / "again.tif";
  EXPECT_EQ(run(again).products.front().pixel_hash, left);
}

std::string name_of_case(const ::testing::TestParamInfo<std::tuple<RasterFormat, bool>>& info) {
  return std::string(name_of(std::get<0>(info.param))) + (std::get<1>(info.param) ? "OverOlder" : "New");
}
INSTANTIATE_TEST_SUITE_P(Outputs, JobFault,
                         ::testing::Combine(::testing::Values(RasterFormat::cog, RasterFormat::gtiff),
                                            ::testing::Bool()),
                         name_of_case);

}  // namespace
}  // namespace groundshift::test
