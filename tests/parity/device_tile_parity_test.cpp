// SPDX-License-Identifier: Apache-2.0
// Tiles kept in device memory: every verb gives the bits of the host's copy, nothing is copied in again, and a device
// without room says so by its count.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <functional>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <thread>
#include <tuple>
#include <utility>
#include <vector>

#include "tests/parity/executors.hpp"
#include "tests/parity/gram_reference.hpp"
#include "tests/parity/recipes.hpp"
#include "tests/parity/reference.hpp"
#include "tests/support/fibre/fibre_backend.hpp"
#include "tests/support/fibre/runtime.hpp"

namespace groundshift::parity {
namespace {

constexpr std::int32_t kHalo = 4;
constexpr PixelType kTypes[] = {PixelType::u8, PixelType::u16, PixelType::i16, PixelType::f32};

WorkspaceShape shape_of(const PairTile& tile) {
  return {tile.type, tile.band_count, tile.width, tile.height, kHalo, true};
}

/// The pixels of a tile in memory that may be written, in rows of their own pitch.
struct HostTile {
  explicit HostTile(const PairTile& like) : tile(like) {
    tile.row_pitch = like.width + 3;
    tile.band_pitch = tile.row_pitch * like.height + 5;
    const std::size_t date_bytes =
        static_cast<std::size_t>(tile.band_pitch) * static_cast<std::size_t>(like.band_count) * byte_count(like.type);
    before.assign(date_bytes, std::byte{0x77});
    after.assign(date_bytes, std::byte{0x77});
    valid.assign(static_cast<std::size_t>(tile.row_pitch * like.height), 0x77);
    tile.before = before.data();
    tile.after = after.data();
    tile.valid = valid.data();
  }
  std::vector<std::byte> before, after;
  std::vector<std::uint8_t> valid;
  PairTile tile;
};

bool same_validity(const PairTile& a, const PairTile& b) {
  for (std::int32_t y = 0; y < a.height; ++y) {
    if (!std::equal(a.valid_view().row(y), a.valid_view().row(y) + a.width, b.valid_view().row(y))) return false;
  }
  return true;
}

bool same_pixels(const PairTile& a, const PairTile& b) {
  bool same = true;
  with_pixel_type(a.type, [&](auto tag) {
    using T = typename decltype(tag)::type;
    const auto row_bytes = static_cast<std::size_t>(a.width) * sizeof(T);
    for (std::int32_t band = 0; band < a.band_count; ++band) {
      for (std::int32_t y = 0; y < a.height; ++y) {
        const auto same_row = [&](const PlanarView<const T>& p, const PlanarView<const T>& q) {
          return std::memcmp(p.band(band).row(y), q.band(band).row(y), row_bytes) == 0;
        };
        same = same && same_row(a.before_as<T>(), b.before_as<T>()) && same_row(a.after_as<T>(), b.after_as<T>());
      }
    }
  });
  return same;
}

PairTile band_of(const PairTile& tile, std::int32_t band) {
  PairTile one = tile;
  one.band_count = 1;
  one.device_band = band;
  if (tile.device != nullptr) return one;
  const std::ptrdiff_t skipped = band * tile.band_pitch * static_cast<std::ptrdiff_t>(byte_count(tile.type));
  one.before = static_cast<const std::byte*>(tile.before) + skipped;
  one.after = static_cast<const std::byte*>(tile.after) + skipped;
  return one;
}

/// What a tile on the device is handed out as: without any pixels in host memory.
PairTile on_device(const PairTile& tile, const DeviceTile& kept) {
  PairTile there = tile;
  there.device = &kept;
  there.before = there.after = nullptr;
  there.valid = nullptr;
  return there;
}

/// Answers of every verb for one tile, as bytes.
struct Answer {
  std::string verb;
  std::vector<std::byte> bytes;
};

template <class T>
void append(std::vector<std::byte>& bytes, const std::vector<T>& values) {
  const auto* first = reinterpret_cast<const std::byte*>(values.data());
  bytes.insert(bytes.end(), first, first + values.size() * sizeof(T));
}

Answer gram_answer(Backend& backend, Workspace& workspace, const PairTile& tile, const GramRecipe& recipe,
                   const std::string& verb) {
  TileGram gram;
  backend.gram(workspace, tile, recipe, gram);
  Answer answer{verb, {}};
  append(answer.bytes, std::vector<std::int64_t>{gram.count});
  append(answer.bytes, gram.integer_sums);
  append(answer.bytes, gram.cell_sums);
  return answer;
}

Answer bins_answer(const std::string& verb, const std::function<void(std::span<std::uint64_t>)>& ask) {
  std::vector<std::uint64_t> bins(kFloatBins, 0);
  ask(bins);
  Answer answer{verb, {}};
  append(answer.bytes, bins);
  return answer;
}

Answer score_answer(Backend& backend, Workspace& workspace, const PairTile& tile, const ScoreRecipe& recipe,
                    const std::string& verb) {
  std::vector<float> scores(static_cast<std::size_t>(tile.core.width) * static_cast<std::size_t>(tile.core.height));
  backend.score(workspace, tile, recipe, {scores.data(), tile.core.width, tile.core.height, tile.core.width});
  Answer answer{verb, {}};
  append(answer.bytes, scores);
  return answer;
}

std::vector<Answer> every_verb(Backend& backend, Workspace& workspace, const Scene& scene, const PairTile& tile) {
  std::vector<Answer> answers;
  answers.push_back(bins_answer(
      "value_histogram", [&](std::span<std::uint64_t> bins) { backend.value_histogram(workspace, tile, bins); }));
  const std::int32_t last = tile.band_count - 1;
  for (const Date date : {Date::before, Date::after}) {
    answers.push_back(bins_answer("band_histogram", [&](std::span<std::uint64_t> bins) {
      backend.band_histogram(workspace, tile, date, last, tile.type, bins);
    }));
  }
  for (const std::int32_t box : {1, 5}) {
    const WeightRule rule = make_rule(scene, WeightKind::table, box, tile.band_count);
    answers.push_back(bins_answer(
        "form_histogram", [&](std::span<std::uint64_t> bins) { backend.form_histogram(workspace, tile, rule, bins); }));
    GramRecipe recipe{rule, GramSubset::held_out, {}, 512, 256};
    answers.push_back(gram_answer(backend, workspace, tile, recipe, "gram, box " + std::to_string(box)));
    recipe.subset = GramSubset::everything;
    recipe.texture = TextureFits{std::vector<BandFit>(static_cast<std::size_t>(tile.band_count))};
    recipe.weight = make_rule(scene, WeightKind::unit, 1, 1);
    answers.push_back(gram_answer(backend, workspace, tile, recipe, "texture gram"));
  }
  answers.push_back(gram_answer(backend, workspace, band_of(tile, last), {}, "gram of the last band"));
  for (const ScoreKind kind : {ScoreKind::scva, ScoreKind::angle, ScoreKind::direction}) {
    for (const std::int32_t smooth : {1, 5}) {
      answers.push_back(score_answer(backend, workspace, tile, make_recipe(kind, tile.band_count, smooth),
                                     "score " + std::to_string(static_cast<int>(kind))));
    }
  }
  ScoreRecipe windowed = make_recipe(ScoreKind::ssim, tile.band_count, 3);
  windowed.terms.front().window = 7;
  windowed.terms.front().data_range = 200.0f;
  answers.push_back(score_answer(backend, workspace, tile, windowed, "ssim"));
  ScoreRecipe projected;
  projected.terms.emplace_back();
  projected.terms.front().kind = ScoreKind::projection;
  projected.terms.front().projection = make_rule(scene, WeightKind::unit, 5, tile.band_count).form;
  answers.push_back(score_answer(backend, workspace, tile, projected, "projection"));
  return answers;
}

/// Size of a scene and the tile in it: inside with a halo on every side, at a corner, and as small as they come.
struct Cut {
  std::int32_t width, height;
  Window core;
};
constexpr std::array<Cut, 5> kCuts{{{67, 29, {4, 4, 59, 21}},
                                    {70, 31, {0, 0, 64, 16}},
                                    {33, 9, {9, 5, 24, 4}},
                                    {40, 1, {0, 0, 40, 1}},
                                    {1, 1, {0, 0, 1, 1}}}};

class DeviceTileParity : public testing::TestWithParam<std::tuple<Executor, PixelType>> {
 protected:
  Executor executor() const { return std::get<0>(GetParam()); }
  PixelType type() const { return std::get<1>(GetParam()); }
  Scene scene(const Cut& cut, std::int32_t band_count) const {
    return with_kept_out(make_scene({type(), band_count, cut.width, cut.height, true}));
  }
};

TEST_P(DeviceTileParity, EveryVerbGivesTheBitsOfTheHostsCopy) {
  GS_SKIP_WITHOUT(executor());
  const auto backend = make_backend(executor());
  ASSERT_TRUE(backend->has_device_memory());
  for (const Cut& cut : kCuts) {
    const Scene image = scene(cut, 3);
    const PairTile tile = image.tile(cut.core, kHalo);
    const auto workspace = backend->make_workspace(shape_of(tile));
    // The second room is larger than the tile: rows and planes lie further apart than its own would.
    WorkspaceShape larger = shape_of(tile);
    larger.width += 70;
    larger.height += 3;
    larger.band_count += 2;
    for (const WorkspaceShape& room : {shape_of(tile), larger}) {
      const auto rooms = backend->reserve_device_tiles(room, 3);
      ASSERT_EQ(rooms.size(), 3u);
      for (const auto& each : rooms) backend->keep_on_device(*workspace, *each, tile);
      const std::vector<Answer> expected = every_verb(*backend, *workspace, image, tile);
      const std::vector<Answer> got = every_verb(*backend, *workspace, image, on_device(tile, *rooms[1]));
      ASSERT_EQ(expected.size(), got.size());
      for (std::size_t k = 0; k < expected.size(); ++k) {
        EXPECT_TRUE(expected[k].bytes == got[k].bytes) << image.name() << ": " << expected[k].verb;
      }
    }
  }
}

TEST_P(DeviceTileParity, ComesBackAsItWentInAndTakesChanges) {
  GS_SKIP_WITHOUT(executor());
  const auto backend = make_backend(executor());
  for (const Cut& cut : kCuts) {
    const Scene image = scene(cut, 2);
    const PairTile tile = image.tile(cut.core, kHalo);
    const auto workspace = backend->make_workspace(shape_of(tile));
    const auto rooms = backend->reserve_device_tiles(shape_of(tile), 2);
    ASSERT_EQ(rooms.size(), 2u);
    backend->keep_on_device(*workspace, *rooms[0], tile);
    HostTile back(tile);
    back.tile.device = rooms[0].get();
    backend->copy_back(*workspace, back.tile, HostPlanes::none);
    EXPECT_FALSE(same_validity(back.tile, tile));
    backend->copy_back(*workspace, back.tile, HostPlanes::validity);
    EXPECT_TRUE(same_validity(back.tile, tile));
    EXPECT_FALSE(same_pixels(back.tile, tile));
    backend->copy_back(*workspace, back.tile, HostPlanes::all);
    EXPECT_TRUE(same_pixels(back.tile, tile)) << image.name();
    EXPECT_EQ(back.valid[static_cast<std::size_t>(tile.width)], 0x77) << "wrote beside the tile";

    for (std::uint8_t& validity : back.valid) validity = validity == 0 ? 1 : 0;
    for (std::byte& byte : back.after) byte ^= std::byte{1};
    backend->keep_on_device(*workspace, *rooms[0], back.tile);
    HostTile changed(tile);
    changed.tile.device = rooms[0].get();
    backend->copy_back(*workspace, changed.tile, HostPlanes::all);
    EXPECT_TRUE(same_validity(changed.tile, back.tile) && same_pixels(changed.tile, back.tile));
    EXPECT_FALSE(same_validity(changed.tile, tile));
  }
}

TEST_P(DeviceTileParity, IsReadByWorkspacesOfOtherThreadsAtOnce) {
  GS_SKIP_WITHOUT(executor());
  const auto backend = make_backend(executor());
  const Scene image = scene(kCuts[0], 2);
  const PairTile tile = image.tile(kCuts[0].core, kHalo);
  const auto first = backend->make_workspace(shape_of(tile));
  const auto rooms = backend->reserve_device_tiles(shape_of(tile), 1);
  ASSERT_EQ(rooms.size(), 1u);
  backend->keep_on_device(*first, *rooms[0], tile);
  const ScoreRecipe recipe = make_recipe(ScoreKind::cva, 2, 3);
  const Answer expected = score_answer(*backend, *first, tile, recipe, "score");
  std::array<bool, 3> same{};
  std::vector<std::thread> readers;
  for (bool& mine : same) {
    readers.emplace_back([&] {
      const auto workspace = backend->make_workspace(shape_of(tile));
      mine = score_answer(*backend, *workspace, on_device(tile, *rooms[0]), recipe, "score").bytes == expected.bytes;
    });
  }
  for (std::thread& reader : readers) reader.join();
  EXPECT_EQ(same, (std::array<bool, 3>{true, true, true}));
}

TEST_P(DeviceTileParity, RefusesOtherTilesThanTheOneItHolds) {
  GS_SKIP_WITHOUT(executor());
  const auto backend = make_backend(executor());
  const Scene image = scene(kCuts[0], 2);
  const PairTile tile = image.tile(kCuts[0].core, kHalo);
  const auto workspace = backend->make_workspace(shape_of(tile));
  const auto rooms = backend->reserve_device_tiles(shape_of(tile), 1);
  ASSERT_EQ(rooms.size(), 1u);
  std::vector<std::uint64_t> bins(kFloatBins, 0);
  PairTile there = on_device(tile, *rooms[0]);
  EXPECT_THROW(backend->value_histogram(*workspace, there, bins), std::invalid_argument) << "nothing lies there yet";
  const PairTile small = image.tile({0, 0, 8, 8}, kHalo);
  backend->keep_on_device(*workspace, *rooms[0], small);
  EXPECT_THROW(backend->value_histogram(*workspace, there, bins), std::invalid_argument) << "another size";
  backend->keep_on_device(*workspace, *rooms[0], tile);
  there.device_band = 1;
  EXPECT_THROW(backend->value_histogram(*workspace, there, bins), std::invalid_argument) << "bands 1 and 2 of 2";
  EXPECT_THROW(backend->copy_back(*workspace, tile, HostPlanes::all), std::invalid_argument) << "of no device tile";
  EXPECT_EQ(std::count(bins.begin(), bins.end(), 0u), kFloatBins);
  WorkspaceShape low = shape_of(tile);
  low.height -= 1;
  const auto tight = backend->reserve_device_tiles(low, 1);
  ASSERT_EQ(tight.size(), 1u);
  EXPECT_THROW(backend->keep_on_device(*workspace, *tight[0], tile), std::invalid_argument);
  EXPECT_TRUE(backend->reserve_device_tiles(shape_of(tile), 0).empty());
}

INSTANTIATE_TEST_SUITE_P(Executors, DeviceTileParity,
                         testing::Combine(testing::Values(Executor::fibre_forward, Executor::fibre_reversed,
                                                          Executor::fibre_shuffled, Executor::cuda),
                                          testing::ValuesIn(kTypes)),
                         [](const auto& param) {
                           return name_of(std::get<0>(param.param)) + "_" + name_of(std::get<1>(param.param));
                         });

/// On the host-run device, whose memory and copies can be counted.
class DeviceTileMemory : public testing::Test {
 protected:
  void SetUp() override { allocations_ = gs_fibre::live_allocations(); }
  void TearDown() override {
    gs_fibre::set_device_bytes(gs_fibre::kDeviceBytes);
    EXPECT_EQ(gs_fibre::live_allocations(), allocations_);
  }
  /// Leaves the device this many bytes.
  static void leave(std::size_t byte_count) {
    gs_fibre::set_device_bytes(gs_fibre::allocated_device_bytes() + byte_count);
  }

  const Scene image_ = make_scene({PixelType::u16, 3, 60, 40, true});
  const PairTile tile_ = image_.tile({4, 4, 50, 30}, kHalo);
  // Rows of 64 pixels: 6 planes of two bytes and one of one, to a multiple of 256.
  const std::size_t record_ = (std::size_t{64} * 38 * 13 + 255) / 256 * 256;
  std::size_t allocations_ = 0;
};

TEST_F(DeviceTileMemory, NoPixelIsCopiedInAgain) {
  const auto backend = make_fibre_backend();
  const auto workspace = backend->make_workspace(shape_of(tile_));
  const auto rooms = backend->reserve_device_tiles(shape_of(tile_), 1);
  ASSERT_EQ(rooms.size(), 1u);
  const std::size_t allocations = gs_fibre::live_allocations();
  const auto bytes_of = [&](const auto& ask) {
    const std::uint64_t before = gs_fibre::bytes_copied_in();
    ask();
    return gs_fibre::bytes_copied_in() - before;
  };
  const std::uint64_t pixels = 13u * 58u * 38u;
  EXPECT_EQ(bytes_of([&] { backend->keep_on_device(*workspace, *rooms[0], tile_); }), pixels);
  const PairTile there = on_device(tile_, *rooms[0]);
  std::vector<std::uint64_t> bins(kFloatBins, 0);
  EXPECT_EQ(bytes_of([&] { backend->value_histogram(*workspace, there, bins); }), 0u);
  EXPECT_EQ(bytes_of([&] { backend->band_histogram(*workspace, there, Date::after, 1, PixelType::u16, bins); }), 0u);
  // What is left of a score and of a Gram are their fits and rules.
  const ScoreRecipe smoothed = make_recipe(ScoreKind::scva, 3, 2 * kHalo + 1);
  EXPECT_EQ(bytes_of([&] { score_answer(*backend, *workspace, tile_, smoothed, ""); }) -
                bytes_of([&] { score_answer(*backend, *workspace, there, smoothed, ""); }),
            pixels);
  const GramRecipe recipe{make_rule(image_, WeightKind::table, 2 * kHalo + 1, 3), GramSubset::everything, {}, 0, 0};
  EXPECT_EQ(bytes_of([&] { gram_answer(*backend, *workspace, tile_, recipe, ""); }) -
                bytes_of([&] { gram_answer(*backend, *workspace, there, recipe, ""); }),
            pixels);
  EXPECT_EQ(bytes_of([&] {
              HostTile back(tile_);
              back.tile.device = rooms[0].get();
              backend->copy_back(*workspace, back.tile, HostPlanes::all);
            }),
            0u);
  EXPECT_EQ(gs_fibre::live_allocations(), allocations) << "nothing is allocated a tile";
}

TEST_F(DeviceTileMemory, HoldsWhatFourFifthsOfTheFreeMemoryHold) {
  const auto backend = make_fibre_backend();
  const auto workspace = backend->make_workspace(shape_of(tile_));
  leave(record_ * 5);
  EXPECT_EQ(backend->reserve_device_tiles(shape_of(tile_), 3).size(), 3u);
  EXPECT_EQ(backend->reserve_device_tiles(shape_of(tile_), 4).size(), 4u);
  EXPECT_EQ(backend->reserve_device_tiles(shape_of(tile_), 100).size(), 4u);
  leave(record_);
  EXPECT_TRUE(backend->reserve_device_tiles(shape_of(tile_), 100).empty());
  leave(0);
  EXPECT_TRUE(backend->reserve_device_tiles(shape_of(tile_), 100).empty());
}

TEST_F(DeviceTileMemory, ThatIsTakenMeanwhileIsAskedForHalf) {
  const auto backend = make_fibre_backend();
  const auto workspace = backend->make_workspace(shape_of(tile_));
  for (const auto& [failures, expected] : {std::pair{1, 4u}, std::pair{2, 2u}, std::pair{4, 0u}}) {
    gs_fibre::refuse_allocations(failures);
    const auto rooms = backend->reserve_device_tiles(shape_of(tile_), 8);
    gs_fibre::refuse_allocations(0);
    EXPECT_EQ(rooms.size(), expected);
    // A refused allocation leaves nothing behind that the next launch would report.
    EXPECT_NO_THROW(score_answer(*backend, *workspace, tile_, make_recipe(ScoreKind::cva, 3, 1), ""));
  }
}

TEST_F(DeviceTileMemory, OtherErrorsThanNoRoomAreFaults) {
  const auto backend = make_fibre_backend();
  for (const int call : {0, 1, 2}) {  // cudaSetDevice, cudaMemGetInfo, cudaMalloc
    gs_fibre::fail_call(call, gs_fibre::cudaErrorInvalidDevice);
    EXPECT_THROW(backend->reserve_device_tiles(shape_of(tile_), 2), DeviceFault);
    EXPECT_FALSE(gs_fibre::cancel_failure());
  }
}

TEST_F(DeviceTileMemory, IsFreedWithTheLastTileInAnyOrder) {
  std::vector<std::unique_ptr<DeviceTile>> rooms;
  {
    const auto backend = make_fibre_backend();
    const auto workspace = backend->make_workspace(shape_of(tile_));
    rooms = backend->reserve_device_tiles(shape_of(tile_), 3);
    ASSERT_EQ(rooms.size(), 3u);
    backend->keep_on_device(*workspace, *rooms[2], tile_);
  }  // workspace and backend go first
  rooms.erase(rooms.begin());
  EXPECT_EQ(gs_fibre::live_allocations(), allocations_ + 1);
  {
    const auto backend = make_fibre_backend();
    const auto workspace = backend->make_workspace(shape_of(tile_));
    std::vector<std::uint64_t> bins(kFloatBins, 0), expected(kFloatBins, 0);
    backend->value_histogram(*workspace, on_device(tile_, *rooms[1]), bins);
    backend->value_histogram(*workspace, tile_, expected);
    EXPECT_EQ(bins, expected);
    rooms.clear();  // before the workspace
  }
  EXPECT_EQ(gs_fibre::live_allocations(), allocations_);
}

TEST(DeviceTile, TheCpuBackendHasNone) {
  const auto backend = make_cpu_backend(1);
  EXPECT_FALSE(backend->has_device_memory());
  EXPECT_TRUE(backend->reserve_device_tiles({PixelType::u8, 1, 10, 10}, 5).empty());
}

}  // namespace
}  // namespace groundshift::parity
