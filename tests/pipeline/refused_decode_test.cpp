// SPDX-License-Identifier: Apache-2.0
// What the device does not decode: refused blocks go to the CPU and are counted, damage is told in the CPU's words, and
// --decode cuda names what it cannot do.
#include <algorithm>
#include <cstring>
#include <fstream>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/pipeline/decode_rig.hpp"
#include "tests/support/codec/deflate_writer.hpp"
#include "tests/support/codec/lzw_writer.hpp"

namespace groundshift::test {
namespace {

using ::testing::HasSubstr;
using Options = std::vector<std::string>;

const Options kTiles = {"TILED=YES", "BLOCKXSIZE=128", "BLOCKYSIZE=64", "COMPRESS=DEFLATE"};
const Options kLzwTiles = {"TILED=YES", "BLOCKXSIZE=128", "BLOCKYSIZE=64", "COMPRESS=LZW"};

class RefusedDecode : public DecodeRig {
 protected:
  /// BEFORE in one band of noise that does not pack, so that other streams fit into its blocks' places.
  void write_noise_pair(const Options& tiles = kTiles) {
    DateForm form(GDT_Byte, tiles);
    form.spec.band_count = 1;
    std::uint32_t state = 1;
    const auto noise = [&](int, int, int) {
      state = state * 1664525u + 1013904223u;
      return static_cast<double>(state >> 24);
    };
    write_scene(options_.before, form.spec, noise);
    write_scene(options_.after, form.spec, noise);
  }

  /// A tile of 77s as 512 blocks of codes.
  static Bytes in_small_blocks() {
    DeflateWriter writer;
    for (int i = 0; i < 512; ++i) writer.begin_fixed(i == 511).literal(77).match(15, 1).end_block();
    return writer.finish(Bytes(128 * 64, 77));
  }

  /// A tile of 77s behind as many Clears.
  static Bytes behind_clears(int clears) {
    LzwWriter writer;
    for (int i = 0; i < clears; ++i) writer.clear();
    writer.code(77);
    for (int length = 2, made = 1; made < 128 * 64; made += length++) writer.code(writer.next_string());
    return writer.bytes();
  }

  /// Where a block of band 1 is stored: offset and size in bytes; -1 where it is not.
  static std::pair<long long, long long> place_of(const std::string& path, int block_x, int block_y) {
    const OpenDataset in = open_quietly(path);
    const auto fact = [&](const char* what) {
      const char* text =
          in->GetRasterBand(1)->GetMetadataItem(fmt::format("{}_{}_{}", what, block_x, block_y).c_str(), "TIFF");
      return text == nullptr ? -1 : std::stoll(text);
    };
    return {fact("BLOCK_OFFSET"), fact("BLOCK_SIZE")};
  }

  /// Overwrites the first bytes of a stored block.
  static void overwrite(const std::string& path, int block_x, int block_y, const Bytes& bytes) {
    const auto [offset, size] = place_of(path, block_x, block_y);
    ASSERT_GT(size, static_cast<long long>(bytes.size()));
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(offset);
    file.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    ASSERT_TRUE(file.flush());
  }

  /// A stream that goes on behind the bytes of a block: decoders that look at its end refuse it, GDAL does not look.
  static Bytes too_long(std::size_t block_bytes) {
    DeflateWriter writer;
    writer.begin_fixed(true);
    const std::size_t pieces = block_bytes / 16 + 2;
    for (std::size_t i = 0; i < pieces; ++i) writer.literal(60).match(15, 1);
    writer.end_block();
    return writer.finish(Bytes(pieces * 16, 60));
  }

  /// Runs by both: the same pixels, refused blocks by the CPU, `by_cpu` of them and others a pass, the rest by the
  /// device. Returns the device's outcome.
  DecodeOutcome expect_filled_in(std::int64_t by_cpu_beside, const std::string& what) {
    const DecodeOutcome cpu = run_as(DecodeChoice::cpu);
    DecodeOutcome device = run_as(DecodeChoice::cuda);
    EXPECT_EQ(cpu.error, "") << what;
    EXPECT_EQ(device.error, "") << what;
    EXPECT_EQ(device.hashes, cpu.hashes) << what;
    const DecodeCounts& counts = device.result.decode;
    EXPECT_GT(counts.refused_blocks, 0) << what;
    EXPECT_EQ(counts.cpu_blocks, counts.refused_blocks + by_cpu_beside) << what;
    EXPECT_EQ(counts.device_blocks + counts.cpu_blocks, device.summary["plan"]["decode"]["blocks_a_pass"]) << what;
    EXPECT_EQ(device.refusal_warnings, counts.refused_blocks) << what;
    EXPECT_EQ(device.summary["plan"]["decode"]["refused_blocks"], counts.refused_blocks) << what;
    return device;
  }

  /// Without the tile whose reader came first.
  static std::string of_block(const std::string& error) {
    const std::size_t tile = error.find("): ");
    return tile == std::string::npos ? error : error.substr(tile);
  }

  /// Jobs on files with one damaged bit each.
  struct BitDamage {
    int failed = 0, same = 0;  ///< by both; the same pixels by both
  };
  BitDamage damage_bits(const std::string& packing) {
    DateForm form(GDT_Byte, {"TILED=YES", "BLOCKXSIZE=32", "BLOCKYSIZE=32", packing, "PREDICTOR=2"});
    form.spec.width = 60;
    form.spec.height = 50;
    form.spec.band_count = 1;
    const auto write = [&](const std::string& path, int date) {
      write_scene(path, form.spec, [=](int b, int x, int y) { return 100.0 + texture(date, b, x / 2, y / 2) / 10.0; });
    };
    write(options_.after, 2);
    BitDamage seen;
    std::uint32_t random = 12345;
    for (int i = 0; i < 24; ++i) {
      options_.before = folder_ / fmt::format("before{}.tif", i);  // GDAL may remember files by name
      write(options_.before, 1);
      std::fstream file(options_.before, std::ios::in | std::ios::out | std::ios::binary);
      const auto size = static_cast<std::uint32_t>(std::filesystem::file_size(options_.before));
      random = random * 1664525u + 1013904223u;
      const std::uint32_t at = size / 2 + (random >> 8) % (size / 2);
      file.seekg(at);
      char byte = 0;
      file.get(byte);
      file.seekp(at);
      file.put(static_cast<char>(byte ^ (1 << (random & 7u))));
      file.close();
      const DecodeOutcome cpu = run_as(DecodeChoice::cpu), device = run_as(DecodeChoice::cuda);
      EXPECT_EQ(of_block(device.error), of_block(cpu.error)) << i;
      if (!cpu.error.empty()) {
        ++seen.failed;
      } else {
        EXPECT_EQ(device.hashes, cpu.hashes) << i;
        ++seen.same;
      }
    }
    return seen;
  }

  DecodeOutcome expect_error(const Options& says, ErrorKind kind) {
    DecodeOutcome out = run_as(DecodeChoice::cuda);
    EXPECT_EQ(out.kind, kind) << out.error;
    for (const std::string& text : says) EXPECT_THAT(out.error, HasSubstr(text));
    return out;
  }
};

// A right stream of so many small blocks that the device leaves it to the CPU.
TEST_F(RefusedDecode, OfARightStreamTakesThatBlockAlone) {
  write_noise_pair();
  overwrite(options_.before, 1, 1, in_small_blocks());
  // The block is decoded for every tile that touches it: it lies in the first one and in the halos of its neighbours.
  expect_filled_in(0, "one block");
  overwrite(options_.after, 1, 1, in_small_blocks());
  overwrite(options_.after, 0, 3, in_small_blocks());
  expect_filled_in(0, "of both dates");
  EXPECT_EQ(run_as(DecodeChoice::cuda).summary["inputs"][0]["reader"]["units_given_to_gdal"], 0);
}

TEST_F(RefusedDecode, OfARightLzwStreamTakesThatBlockAlone) {
  write_noise_pair(kLzwTiles);
  overwrite(options_.before, 2, 2, behind_clears(1));
  EXPECT_EQ(run_as(DecodeChoice::cuda).result.decode.refused_blocks, 0);
  overwrite(options_.before, 1, 1, behind_clears(2000));
  overwrite(options_.after, 0, 3, behind_clears(2000));
  expect_filled_in(0, "many Clears");
  EXPECT_EQ(run_as(DecodeChoice::cuda).summary["inputs"][0]["reader"]["units_given_to_gdal"], 0);
}

// GDAL takes what the decoders of single blocks refuse: the CPU's pixels, and the other blocks stay the
// device's.
TEST_F(RefusedDecode, OfAStreamThatGoesOnIsTheReaders) {
  write_noise_pair();
  overwrite(options_.before, 2, 1, too_long(128 * 64));
  const DecodeOutcome one = expect_filled_in(0, "one block");
  EXPECT_GT(one.summary["inputs"][0]["reader"]["units_given_to_gdal"], 0);
  options_.resources.tile = kWholeTile;
  overwrite(options_.before, 1, 2, too_long(128 * 64));
  overwrite(options_.before, 0, 0, in_small_blocks());
  overwrite(options_.after, 1, 1, in_small_blocks());
  expect_filled_in(2, "the reader takes the four blocks around two");
}

// Each band's block on its own; both wanted of the same pixels, one decoded there.
TEST_F(RefusedDecode, OfOneBandLeavesTheOthersToTheDevice) {
  DateForm form(GDT_UInt16, kTiles);
  form.spec.creation_options.push_back("INTERLEAVE=BAND");
  form.spec.band_count = 3;
  write_pair(form, form);
  overwrite(options_.before, 1, 1, too_long(128 * 64 * 2));
  options_.resources.tile = kWholeTile;
  expect_filled_in(2, "the reader takes all bands of a block");
}

// Where the tile is kept does not matter: on the device, in memory and scratch, or changed before it is worked on.
TEST_F(RefusedDecode, OfTilesThatAreKept) {
  write_noise_pair();
  overwrite(options_.before, 1, 1, in_small_blocks());
  overwrite(options_.after, 0, 2, too_long(128 * 64));
  options_.method.scores = {ScoreName::irmad};
  options_.method.irmad_passes = 2;
  options_.method.smooth = {1};
  EXPECT_GT(expect_filled_in(0, "on the device").result.residency.device_bytes, 0);
  const DecodeOutcome cpu = run_as(DecodeChoice::cpu);
  const DecodeOutcome scarce = run_as(DecodeChoice::cuda, [](DetectPlan& plan) {
    plan.store_bytes = tiles_of(plan.tiles, plan.halo).record_bytes(plan.type, plan.band_count);
    const auto slots = make_slots(*plan.backend.backend, plan.tiles, workspace_shape(plan));
    gs_fibre::set_device_bytes(gs_fibre::allocated_device_bytes() + 100);  // room for no tile
  });
  gs_fibre::set_device_bytes(gs_fibre::kDeviceBytes);
  EXPECT_EQ(scarce.error, "");
  EXPECT_EQ(scarce.hashes, cpu.hashes);
  EXPECT_EQ(scarce.result.residency.device_bytes, 0);
  EXPECT_GT(scarce.result.residency.scratch_bytes, 0);
  EXPECT_GT(scarce.result.decode.refused_blocks, 0);
  options_.method.scores = {ScoreName::scva};
  options_.method.normalize = NormalizationKind::huber;
  expect_filled_in(0, "several passes of statistics");
}

TEST_F(RefusedDecode, OfDamageIsToldAsTheCpuDoes) {
  for (int which = 0; which < 6; ++which) {
    const int kind = which % 4;
    DateForm form(GDT_UInt16, which < 4 ? kTiles : kLzwTiles);
    form.spec.height = 170;
    write_pair(form, form);
    if (kind == 0) corrupt_block(options_.before, 1, 0, 0);
    if (kind == 1) corrupt_block(options_.after, 1, 2, 2);
    if (kind == 2) std::filesystem::resize_file(options_.after, std::filesystem::file_size(options_.after) - 10);
    if (kind == 3) overwrite(options_.after, 1, 1, Bytes(40, 0));
    const DecodeOutcome cpu = run_as(DecodeChoice::cpu), device = run_as(DecodeChoice::cuda);
    EXPECT_EQ(of_block(device.error), of_block(cpu.error)) << which;
    EXPECT_EQ(device.kind, cpu.kind) << which;
    EXPECT_NE(cpu.error, "") << which;
  }
}

// One damaged bit at a time: both the same words, or both the same pixels. DEFLATE's checksum leaves no other pixels
// than those that were stored, where GDAL alone would take some damaged blocks and fill them with what lies in its
// memory.
TEST_F(RefusedDecode, OfDamagedBitsIsTheCpus) {
  const BitDamage seen = damage_bits("COMPRESS=DEFLATE");
  EXPECT_GT(seen.failed, 20);
  EXPECT_EQ(seen.failed + seen.same, 24);
}

// Nothing sums LZW's bytes: both take most damage, and give the same other pixels.
TEST_F(RefusedDecode, OfDamagedBitsOfLzwIsTheCpus) {
  const BitDamage seen = damage_bits("COMPRESS=LZW");
  EXPECT_GT(seen.failed, 0);
  EXPECT_GT(seen.same, 2);
}

TEST_F(RefusedDecode, OfFilesNamesFileAndCause) {
  const DateForm good(GDT_UInt16, kTiles);
  struct Case {
    DateForm form;
    Options says;
  };
  DateForm big(GDT_UInt16, {"COMPRESS=DEFLATE", "ENDIANNESS=BIG"});
  DateForm wide(GDT_Int32, kTiles);
  for (const Case& c : {Case{{GDT_UInt16, {"COMPRESS=ZSTD"}}, {"after.tif", "ZSTD"}},
                        Case{{GDT_UInt16, {"COMPRESS=PACKBITS"}}, {"after.tif", "gdal", "PACKBITS"}},
                        Case{big, {"after.tif", "big-endian"}}, Case{wide, {"not the Float32 pixels"}},
                        Case{{GDT_Byte, kTiles}, {"after.tif", "not the UInt16 pixels"}}}) {
    write_pair(good, c.form);
    expect_error(c.says, ErrorKind::input);
    EXPECT_FALSE(std::filesystem::exists(options_.out));
  }
  DateForm alpha(GDT_Byte, {"COMPRESS=DEFLATE", "ALPHA=YES", "PHOTOMETRIC=RGB"});
  alpha.spec.band_count = 4;
  alpha.spec.nodata.reset();
  options_.before_bands = options_.after_bands = {"1", "2"};
  write_pair({GDT_Byte, kTiles}, alpha);
  expect_error({"after.tif", "mask or alpha band", "--decode cuda"}, ErrorKind::input);
}

TEST_F(RefusedDecode, OfJobsNamesTheCause) {
  DateForm form(GDT_UInt16, kTiles);
  write_pair(form, form);
  options_.products.quality = true;
  expect_error({"after.tif", "--products quality"}, ErrorKind::input);
  options_.products.quality = false;
  options_.rules.saturated = "auto";
  expect_error({"before.tif", "saturation"}, ErrorKind::input);
  options_.rules.saturated.clear();
  options_.method.normalize = NormalizationKind::histogram;
  expect_error({"--normalize histogram", "Float32"}, ErrorKind::input);
  options_.method.normalize = NormalizationKind::none;
  (*form.spec.geotransform)[0] += 4.0;
  write_date(options_.after, form, 2);
  expect_error({"after.tif", "resampled"}, ErrorKind::input);
}

TEST_F(RefusedDecode, WithoutADevice) {
  const DateForm form(GDT_UInt16, kTiles);
  write_pair(form, form);
  options_.resources = {BackendChoice::cpu, 0, 2, std::int64_t{1} << 30, 256, DecodeChoice::cuda};
  Warnings warnings;
  EXPECT_THROW(plan_detect(options_, warnings), UsageError);
  options_.resources.backend = BackendChoice::automatic;
  if (!capabilities().devices.empty()) GTEST_SKIP() << "there is a device";
  EXPECT_THROW(plan_detect(options_, warnings), DeviceError);
}

// Runtime calls fail here and there: the job ends as with any device fault, and leaks nothing.
TEST_F(RefusedDecode, FaultsEndTheJob) {
  DateForm form(GDT_Byte, kTiles);
  form.spec.width = form.spec.height = 140;
  write_pair(form, form);
  int faults = 0;
  for (int calls = 3;; calls += 17) {
    gs_fibre::fail_call(calls, gs_fibre::cudaErrorLaunchFailure);
    const DecodeOutcome out = run_as(DecodeChoice::cuda);
    if (gs_fibre::cancel_failure()) break;
    if (out.kind == ErrorKind::device) ++faults;
  }
  EXPECT_GT(faults, 2);
}

}  // namespace
}  // namespace groundshift::test
