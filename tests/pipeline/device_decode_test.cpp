// SPDX-License-Identifier: Apache-2.0
// Whole jobs whose tiles the host-run device decodes: the CPU's pixels, whatever the files' form and wherever the tiles
// lie.
#include <algorithm>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "host/engine/normalize_job.hpp"
#include "tests/pipeline/decode_rig.hpp"

namespace groundshift::test {
namespace {

using Options = std::vector<std::string>;

const Options kTiles = {"TILED=YES", "BLOCKXSIZE=128", "BLOCKYSIZE=64", "COMPRESS=DEFLATE"};
const Options kStrips = {"BLOCKYSIZE=9", "COMPRESS=DEFLATE"};

Options by_lzw(Options options) {
  std::replace(options.begin(), options.end(), std::string("COMPRESS=DEFLATE"), std::string("COMPRESS=LZW"));
  return options;
}

Options with(Options options, const Options& more) {
  options.insert(options.end(), more.begin(), more.end());
  return options;
}

class DeviceDecode : public DecodeRig {};

// Every form that the device takes: type x predictor x interleave, tiles on one date and strips on the other.
class DecodedForms : public DecodeRig, public ::testing::WithParamInterface<GDALDataType> {};

TEST_P(DecodedForms, GiveTheCpusPixels) {
  const GDALDataType type = GetParam();
  for (const char* predictor : {"PREDICTOR=1", "PREDICTOR=2", "PREDICTOR=3"}) {
    if (type != GDT_Float32 && std::string(predictor) == "PREDICTOR=3") continue;
    for (const bool apart : {false, true}) {
      const Options more = {predictor, apart ? "INTERLEAVE=BAND" : "INTERLEAVE=PIXEL"};
      const Options tiles = with(kTiles, more), strips = with(kStrips, more);
      for (const bool lzw : {false, true}) {
        if (lzw && apart != (type == GDT_UInt16 || type == GDT_Float32)) continue;
        DateForm before(type, lzw ? by_lzw(tiles) : tiles), after(type, lzw ? by_lzw(strips) : strips);
        before.spec.height = after.spec.height = 100;  // two tiles
        write_pair(before, after);
        const DecodeOutcome device = expect_same_pixels(fmt::format("{}, {}, LZW {}", predictor, more[1], lzw));
        EXPECT_EQ(device.summary["inputs"][0]["reader"]["way"],
                  fmt::format("tiff: raw blocks, {}, decoded by the device", lzw ? "LZW" : "DEFLATE"));
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Types, DecodedForms, ::testing::Values(GDT_Byte, GDT_UInt16, GDT_Int16, GDT_Float32),
                         [](const auto& type) { return std::string(GDALGetDataTypeName(type.param)); });

// One batch holds blocks of both.
TEST_F(DeviceDecode, TakesDatesOfTwoCodecs) {
  write_pair({GDT_UInt16, by_lzw(with(kTiles, {"PREDICTOR=2"}))}, {GDT_UInt16, kStrips});
  options_.method.scores = {ScoreName::irmad};
  options_.method.irmad_passes = 2;
  options_.method.smooth = {1};
  expect_same_pixels("LZW and DEFLATE");
  write_pair({GDT_Byte, {"TILED=YES", "BLOCKXSIZE=64", "BLOCKYSIZE=64"}}, {GDT_Byte, by_lzw(kStrips)});
  expect_same_pixels("none and LZW");
}

TEST_F(DeviceDecode, TakesUncompressedBlocks) {
  write_pair({GDT_UInt16, {"TILED=YES", "BLOCKXSIZE=64", "BLOCKYSIZE=64"}}, {GDT_UInt16, {"BLOCKYSIZE=1"}});
  expect_same_pixels("none");
}

TEST_F(DeviceDecode, FillsSparseBlocks) {
  for (const double nodata : {0.0, 7.0}) {
    const Options sparse = with(kTiles, {"SPARSE_OK=TRUE"});
    DateForm before(GDT_UInt16, nodata == 0.0 ? sparse : by_lzw(sparse));
    before.spec.nodata = nodata;
    write_scene(options_.before, before.spec, [&](int b, int x, int y) {  // the left and the lowest blocks hold nothing
      return x < 128 || y >= 192 ? nodata : 100.0 + texture(1, b, x, y);
    });
    write_date(options_.after, {GDT_UInt16, kStrips}, 2);
    const DecodeOutcome device = expect_same_pixels(fmt::format("nodata {}", nodata));
    EXPECT_GT(device.result.valid_pixels, 0);
  }
  DateForm without(GDT_UInt16, with(kTiles, {"SPARSE_OK=TRUE"}));
  without.spec.nodata.reset();
  write_scene(options_.before, without.spec, [](int b, int x, int y) { return x < 128 ? 0.0 : texture(1, b, x, y); });
  expect_same_pixels("zeros that are values");
}

// AFTER begins 30 pixels to the right and 20 further down, and ends before BEFORE does.
TEST_F(DeviceDecode, FillsWhatLiesBesideADate) {
  const DateForm before(GDT_UInt16, with(kTiles, {"PREDICTOR=2"}));
  DateForm after = before;
  after.spec.width = 200;
  after.spec.height = 180;
  (*after.spec.geotransform)[0] += 30 * 10.0;
  (*after.spec.geotransform)[3] -= 20 * 10.0;
  write_pair(before, after);
  const DecodeOutcome device = expect_same_pixels("AFTER smaller");
  EXPECT_LT(device.result.valid_pixels, 200 * 180);
  std::swap(options_.before, options_.after);
  expect_same_pixels("AFTER larger");
}

TEST_F(DeviceDecode, TakesTheBandsAskedFor) {
  DateForm before(GDT_Byte, with(kTiles, {"INTERLEAVE=BAND"})), after(GDT_Byte, kStrips);
  before.spec.band_count = 4;
  after.spec.band_count = 3;
  write_pair(before, after);
  options_.before_bands = {"4", "1"};
  options_.after_bands = {"2", "3"};
  expect_same_pixels("a choice in another order");
  options_.before_bands = {"1", "3", "4"};
  options_.method.scores = {ScoreName::mad};
  options_.method.smooth = {1};
  expect_same_pixels("unequal counts");
  options_.src_nodata = 61.0;
  expect_same_pixels("a nodata value of the user");
  options_.src_nodata.reset();
  options_.ignore_nodata = true;
  expect_same_pixels("no nodata value");
}

// Passes over kept tiles: on the device, in memory, in scratch, and decoded again.
TEST_F(DeviceDecode, OfSeveralPasses) {
  write_pair({GDT_UInt16, with(kTiles, {"PREDICTOR=2"})}, {GDT_UInt16, kStrips});
  options_.method.scores = {ScoreName::irmad};
  options_.method.irmad_passes = 2;
  options_.method.smooth = {1};
  const DecodeOutcome there = expect_same_pixels("kept on the device");
  EXPECT_GT(there.result.residency.device_bytes, 0);
  EXPECT_EQ(there.result.decode.device_blocks, there.summary["plan"]["decode"]["blocks_a_pass"]);
  options_.method.scores = {ScoreName::scva};
  options_.method.normalize = NormalizationKind::zscore;
  expect_same_pixels("one pass of statistics");
  options_.method.fit_pixels = kCellSize * kCellSize;
  expect_same_pixels("a sample of cells");
}

// One tile has room on the device, one in memory; two are spilled, or decoded again where one pass alone wants them.
TEST_F(DeviceDecode, OfTilesThatAreKeptEverywhere) {
  write_pair({GDT_UInt16, with(kTiles, {"PREDICTOR=2"})}, {GDT_UInt16, kStrips});
  options_.method.smooth = {1};
  std::int64_t record = 0;
  const auto scarce = [&](DetectPlan& plan) {
    record = tiles_of(plan.tiles, plan.halo).record_bytes(plan.type, plan.band_count);
    plan.store_bytes = record;
    const auto slots = make_slots(*plan.backend.backend, plan.tiles, workspace_shape(plan));
    // Of what the workspaces leave, four fifths hold one tile and a part of the next.
    gs_fibre::set_device_bytes(gs_fibre::allocated_device_bytes() + static_cast<std::size_t>(5 * record / 4 / 4 * 5));
  };
  for (const bool several : {true, false}) {
    options_.method.scores = {several ? ScoreName::irmad : ScoreName::scva};
    options_.method.irmad_passes = 2;
    options_.method.normalize = several ? NormalizationKind::none : NormalizationKind::zscore;
    const DecodeOutcome cpu = run_as(DecodeChoice::cpu), device = run_as(DecodeChoice::cuda, scarce);
    gs_fibre::set_device_bytes(gs_fibre::kDeviceBytes);
    EXPECT_EQ(device.error, "");
    EXPECT_EQ(device.hashes, cpu.hashes) << several;
    EXPECT_EQ(device.result.residency.device_bytes, record);
    EXPECT_EQ(device.result.residency.resident_bytes, record);
    EXPECT_EQ(device.result.residency.scratch_bytes, several ? 2 * record : 0);
    EXPECT_EQ(device.result.decode.cpu_blocks, 0);
    const std::int64_t a_pass = device.summary["plan"]["decode"]["blocks_a_pass"];
    EXPECT_EQ(device.result.decode.device_blocks > a_pass, !several);
  }
}

TEST_F(DeviceDecode, OfTilesThatAreChangedBeforeTheyAreWorkedOn) {
  DateForm form(GDT_Byte, kTiles);
  write_scene(options_.before, form.spec, [](int b, int x, int y) { return y % 9 == 3 ? 1.0 : texture(1, b, x, y); });
  write_scene(options_.after, form.spec, [](int b, int x, int y) { return y % 9 == 3 ? 1.0 : texture(2, b, x, y); });
  options_.method.normalize = NormalizationKind::huber;
  options_.method.scores = {ScoreName::scva};
  options_.products.change_class = options_.products.direction = options_.products.normalized = true;
  const DecodeOutcome device = expect_same_pixels("clipped pixels");
  EXPECT_GT(device.result.fit.clipped, 0);
  EXPECT_EQ(device.hashes.size(), 4u);
}

TEST_F(DeviceDecode, DoesNotDependOnTileOrMemory) {
  write_pair({GDT_Byte, kTiles}, {GDT_Byte, kStrips});
  options_.method.smooth = {9};
  const DecodeOutcome cpu = run_as(DecodeChoice::cpu);
  for (const std::int32_t tile : {256, 512, kWholeTile}) {
    options_.resources.tile = tile;
    for (const auto& [threads, memory] : {std::pair{1, std::int64_t{1} << 30}, std::pair{3, std::int64_t{64} << 20}}) {
      options_.resources.threads = threads;
      options_.resources.memory_bytes = memory;
      const DecodeOutcome device = run_as(DecodeChoice::cuda);
      EXPECT_EQ(device.error, "");
      EXPECT_EQ(device.hashes, cpu.hashes) << tile << ", " << threads;
      EXPECT_EQ(device.result.decode.cpu_blocks, 0);
    }
  }
}

TEST_F(DeviceDecode, OfAfterAloneToNormalizeIt) {
  write_pair({GDT_UInt16, kTiles}, {GDT_UInt16, with(kStrips, {"PREDICTOR=2"})});
  options_.method.normalize = NormalizationKind::zscore;
  options_.resources.backend = BackendChoice::cpu;
  Warnings warnings;
  SilentProgress progress;
  const JobContext context{&progress, &warnings, {}};
  DetectPlan cpu = plan_normalize(options_, false, warnings);
  const NormalizeResult expected = run_normalize(cpu, std::nullopt, context);
  BackendShelf shelf;
  options_.resources.backend = BackendChoice::cuda;
  options_.resources.decode = DecodeChoice::cuda;
  shelf.put(options_.resources, {make_fibre_backend(), "host-run"});
  DetectPlan device = plan_normalize(options_, false, warnings, {}, &shelf);
  const NormalizeResult result = run_normalize(device, std::nullopt, context);
  EXPECT_EQ(result.product.pixel_hash, expected.product.pixel_hash);
  EXPECT_GT(result.decode.device_blocks, device.decode.a_pass.block_count);  // the fit's, and AFTER's once more
  EXPECT_EQ(result.decode.cpu_blocks, 0);
}

// The summary says who decoded what; the plan says what it takes.
TEST_F(DeviceDecode, IsToldByPlanAndSummary) {
  write_pair({GDT_Byte, kTiles}, {GDT_Byte, kStrips});
  const DecodeOutcome device = run_as(DecodeChoice::cuda), cpu = run_as(DecodeChoice::cpu);
  const auto& decode = device.summary["plan"]["decode"];
  EXPECT_EQ(decode["by"], "cuda");
  EXPECT_EQ(decode["experimental"], true);
  EXPECT_EQ(decode["stored_blocks"], 3 * 5 + 30);  // 290 x 270 in 128 x 64 and in strips of 9
  EXPECT_EQ(decode["device_blocks"], decode["blocks_a_pass"]);
  EXPECT_GT(decode["blocks_a_pass"], decode["stored_blocks"]);  // a halo of one pixel
  EXPECT_EQ(decode["cpu_blocks"], 0);
  EXPECT_EQ(decode["refused_blocks"], 0);
  EXPECT_GT(decode["batch"]["host_bytes"], decode["stored_bytes"].get<std::int64_t>() / 4);
  EXPECT_EQ(device.summary["inputs"][0]["reader"]["way"], "tiff: raw blocks, DEFLATE, decoded by the device");
  EXPECT_EQ(device.summary["command"]["options"]["decode"], "cuda");
  EXPECT_NE(device.plan_text.find("by the device (asked for; experimental"), std::string::npos) << device.plan_text;
  EXPECT_NE(device.plan_text.find("45 blocks stored"), std::string::npos) << device.plan_text;
  EXPECT_EQ(cpu.summary["plan"]["decode"]["by"], "cpu");
  EXPECT_EQ(cpu.summary["inputs"][0]["reader"]["way"], "tiff: raw blocks, DEFLATE");
  EXPECT_NE(cpu.plan_text.find("by the CPU (asked for)"), std::string::npos) << cpu.plan_text;
}

// The planned memory holds the batches too.
TEST_F(DeviceDecode, IsPlannedInsideTheMemory) {
  write_pair({GDT_UInt16, kTiles}, {GDT_UInt16, kStrips});
  const auto planned = [&](DecodeChoice decode) {
    BackendShelf shelf;
    Warnings warnings;
    options_.resources.backend = BackendChoice::cuda;
    options_.resources.decode = decode;
    shelf.put(options_.resources, {make_fibre_backend(), "host-run"});
    const DetectPlan plan = plan_detect(options_, warnings, {}, &shelf);
    return std::pair{plan.tiles.slot.total_bytes, PackedBatch::byte_count(plan.decode.shape)};
  };
  const auto [with_cpu, none] = planned(DecodeChoice::automatic);
  const auto [with_device, batch] = planned(DecodeChoice::cuda);
  EXPECT_EQ(none, 0);
  EXPECT_GT(batch, 0);
  EXPECT_GE(with_device, with_cpu + batch);
}

}  // namespace
}  // namespace groundshift::test
