// SPDX-License-Identifier: Apache-2.0
// The whole estimate on scenes with a known displacement, on a real pair, and on pairs that must be refused.
#include "host/align/estimate_shift_field.hpp"

#include <cmath>
#include <functional>
#include <string>

#include <gtest/gtest.h>

#include "host/base/error.hpp"
#include "tests/support/scene_files.hpp"
#include "tests/support/test_data.hpp"
#include "tests/unit/host/align/align_scene.hpp"

namespace groundshift {
namespace {

using test::PairInMemory;

AlignOptions with_mode(AlignMode mode) {
  AlignOptions options;
  options.mode = mode;
  return options;
}

void fill_shifted(PairInMemory& pair, std::uint32_t seed, double dx, double dy) {
  auto before = test::texture(pair.width(), seed), after = test::texture(pair.width(), seed, 0.25, dx, dy);
  pair.fill([&](std::int32_t x, std::int32_t y) { return before.at(x, y); },
            [&](std::int32_t x, std::int32_t y) { return after.at(x, y); });
}

/// The message of the InputError that f ends in; a failure when it ends otherwise.
std::string refusal(const std::function<void()>& f) {
  try {
    f();
  } catch (const InputError& error) {
    return error.what();
  }
  ADD_FAILURE() << "not refused";
  return "";
}

TEST(EstimateShiftField, GlobalShiftsUpTo20PixelsUnderNoiseCloudsAndSeasons) {
  const Shift shifts[] = {{0.0, 0.0}, {3.0, -4.0}, {0.35, 0.15}, {-7.62, 11.27}, {14.1, -14.05}, {-19.4, 3.3}};
  double squares = 0.0;
  std::uint32_t seed = 1;
  for (const Shift& truth : shifts) {
    PairInMemory pair(512, 512);
    fill_shifted(pair, seed, truth.dx, truth.dy);
    test::wear(pair, {0.2, 0.3, true}, 100 * seed++);
    EXPECT_LT(test::valid_share(pair), 0.85);
    const auto result = estimate_shift_field(pair, 512, 512, with_mode(AlignMode::global));
    const Shift found = result.field.evaluate(255.5, 255.5);
    squares += std::pow(found.dx - truth.dx, 2) + std::pow(found.dy - truth.dy, 2);
    EXPECT_EQ(result.field.model, ShiftModel::translation);
    EXPECT_LT(result.report.rms_after, 0.1);
    EXPECT_GE(result.report.windows_accepted, 8);
  }
  EXPECT_LT(std::sqrt(squares / 12.0), 0.03);  // RMS of an axis
}

TEST(EstimateShiftField, LargeShiftsAreFoundOnTheReducedGrid) {
  PairInMemory pair(1024, 1024);
  fill_shifted(pair, 3, -83.3, 120.6);
  AlignOptions options = with_mode(AlignMode::automatic);
  options.tie.max_shift = 160.0;
  const auto result = estimate_shift_field(pair, 1024, 1024, options);
  EXPECT_GT(result.report.coarse.decimation, 2);
  EXPECT_NEAR(result.field.evaluate(500, 500).dx, -83.3, 0.03);
  EXPECT_NEAR(result.field.evaluate(500, 500).dy, 120.6, 0.03);
}

TEST(EstimateShiftField, SmallScenesHaveTheirShiftToo) {
  for (const std::int32_t side : {64, 128}) {
    PairInMemory pair(side, side);
    fill_shifted(pair, 8, 1.3, -0.7);
    const auto result = estimate_shift_field(pair, side, side, with_mode(AlignMode::automatic));
    EXPECT_NEAR(result.field.evaluate(30, 30).dx, 1.3, 0.1) << side;
    EXPECT_NEAR(result.field.evaluate(30, 30).dy, -0.7, 0.1) << side;
  }
}

/// A scene displaced by a smooth warp of 2 px amplitude, wavelength about 1000 px.
Shift warp(double x, double y) {
  return {2.0 * std::sin(2 * M_PI * x / 1000.0 + 0.3) * std::cos(2 * M_PI * y / 1250.0),
          2.0 * std::cos(2 * M_PI * (x + y) / 1200.0)};
}

void fill_warped(PairInMemory& pair, std::uint32_t seed) {
  auto texture = test::texture(pair.width(), seed);
  pair.fill([&](std::int32_t x, std::int32_t y) { return texture.at(x, y); },
            [&](std::int32_t x, std::int32_t y) {
              Shift back;  // after(x + d(x)) = before(x): the argument of `before` by fixed-point steps
              for (int i = 0; i < 6; ++i) back = warp(x - back.dx, y - back.dy);
              return test::sample(texture, x - back.dx, y - back.dy);
            });
}

double residual_warp(const ShiftField& field) {
  double squares = 0.0, count = 0.0;
  for (std::int32_t y = 8; y < field.height; y += 16)
    for (std::int32_t x = 8; x < field.width; x += 16) {
      const Shift truth = warp(x, y), found = field.evaluate(x, y);
      squares += std::pow(found.dx - truth.dx, 2) + std::pow(found.dy - truth.dy, 2);
      count += 1.0;
    }
  return std::sqrt(squares / count);
}

TEST(EstimateShiftField, SmoothWarpsAreFollowedAndAutomaticFindsThatOut) {
  PairInMemory pair(2048, 2048);
  fill_warped(pair, 21);
  test::wear(pair, {0.2, 0.3, true}, 900);
  AlignOptions options = with_mode(AlignMode::automatic);
  options.tie.threads = 2;
  const auto result = estimate_shift_field(pair, 2048, 2048, options);
  EXPECT_EQ(result.field.model, ShiftModel::local);
  EXPECT_TRUE(result.report.worth_correcting);
  EXPECT_LT(residual_warp(result.field), 0.15);
  EXPECT_GT(result.report.rms_before, 1.4);
  EXPECT_LT(result.report.rms_after, 0.15);
  ASSERT_TRUE(result.report.cross_validation);
  EXPECT_LT(*result.report.cross_validation, 0.3);
}

TEST(EstimateShiftField, TheSameBitsForAnyNumberOfThreads) {
  PairInMemory pair(1024, 1024);
  fill_warped(pair, 22);
  test::wear(pair, {0.2, 0.3, true}, 901);
  AlignOptions options = with_mode(AlignMode::local);
  const auto one = estimate_shift_field(pair, 1024, 1024, options);
  EXPECT_EQ(one.field.model, ShiftModel::local);
  for (const int threads : {2, 4}) {
    options.tie.threads = threads;
    const auto many = estimate_shift_field(pair, 1024, 1024, options);
    EXPECT_EQ(many.field, one.field) << threads;
    ASSERT_EQ(many.report.points.size(), one.report.points.size());
    for (std::size_t i = 0; i < one.report.points.size(); ++i) {
      EXPECT_EQ(many.report.points[i].shift, one.report.points[i].shift);
      EXPECT_EQ(many.report.points[i].state, one.report.points[i].state);
    }
    EXPECT_EQ(many.report.rms_after, one.report.rms_after);
  }
}

TEST(EstimateShiftField, BelowTheLimitAutomaticCorrectsNothingAndGlobalDoes) {
  PairInMemory pair(512, 512);
  fill_shifted(pair, 31, 0.1, -0.05);  // 0.112 px
  const auto checked = estimate_shift_field(pair, 512, 512, with_mode(AlignMode::automatic));
  EXPECT_EQ(checked.field.model, ShiftModel::none);
  EXPECT_FALSE(checked.report.worth_correcting);
  EXPECT_NEAR(checked.report.field_rms, 0.112, 0.02);
  EXPECT_EQ(checked.field.evaluate(10, 10), Shift{});
  const auto forced = estimate_shift_field(pair, 512, 512, with_mode(AlignMode::global));
  EXPECT_EQ(forced.field.model, ShiftModel::translation);
  EXPECT_NEAR(forced.field.evaluate(10, 10).dx, 0.1, 0.02);
}

TEST(EstimateShiftField, AMeanWithinItsErrorIsNotWorthCorrecting) {
  // A chessboard of 128 px squares that lean 1.4 px in four directions, and 0.2 px in all: the windows disagree.
  PairInMemory pair(512, 512);
  auto texture = test::texture(512, 32);
  pair.fill([&](std::int32_t x, std::int32_t y) { return texture.at(x, y); },
            [&](std::int32_t x, std::int32_t y) {
              const double lean = (x / 128 + y / 128) % 2 == 0 ? 1.0 : -1.0;
              return test::sample(texture, x - 0.2 - lean, y - lean * (x / 256 == 0 ? 1.0 : -1.0));
            });
  const auto result = estimate_shift_field(pair, 512, 512, with_mode(AlignMode::automatic));
  EXPECT_GT(result.report.rms_after, 0.3);
  EXPECT_LT(result.report.field_rms, 3.0 * result.report.field_error);
  EXPECT_FALSE(result.report.worth_correcting);
  EXPECT_EQ(result.field.model, ShiftModel::none);
}

TEST(EstimateShiftField, UnrelatedScenesAreRefused) {
  for (const std::int32_t side : {64, 256, 512})
    for (std::uint32_t seed = 1; seed <= 3; ++seed) {
      PairInMemory pair(side, side);
      auto before = test::texture(side, 500 + seed), after = test::texture(side, 600 + seed);
      pair.fill([&](std::int32_t x, std::int32_t y) { return before.at(x, y); },
                [&](std::int32_t x, std::int32_t y) { return after.at(x, y); });
      for (const auto mode : {AlignMode::automatic, AlignMode::local}) {
        const auto why = refusal([&] { estimate_shift_field(pair, side, side, with_mode(mode)); });
        EXPECT_NE(why.find("no common structure"), std::string::npos) << why;
      }
    }
}

TEST(EstimateShiftField, NoiseConstantAndMaskedImagesAreRefused) {
  PairInMemory pair(256, 256);
  const auto estimate = [&] { estimate_shift_field(pair, 256, 256, {}); };
  pair.fill([](std::int32_t x, std::int32_t y) { return test::white(1, x, y); },
            [](std::int32_t x, std::int32_t y) { return test::white(2, x, y); });
  EXPECT_NE(refusal(estimate).find("no common structure"), std::string::npos);
  pair.fill([](std::int32_t, std::int32_t) { return 7.0; }, [](std::int32_t, std::int32_t) { return 7.0; });
  EXPECT_NE(refusal(estimate).find("no common structure"), std::string::npos);
  fill_shifted(pair, 40, 0.0, 0.0);
  std::fill(pair.after_valid.begin(), pair.after_valid.end(), std::uint8_t{0});
  const auto masked = refusal(estimate);
  EXPECT_NE(masked.find("no common structure"), std::string::npos);
  EXPECT_NE(masked.find("0 had enough valid pixels"), std::string::npos) << masked;
}

TEST(EstimateShiftField, ShiftsBeyondTheLimitAreRefusedByName) {
  PairInMemory pair(512, 512);
  fill_shifted(pair, 41, 30.0, -24.0);
  const auto far = refusal([&] { estimate_shift_field(pair, 512, 512, {}); });
  EXPECT_NE(far.find("(30.0, -24.0)"), std::string::npos) << far;
  EXPECT_NE(far.find("20 px"), std::string::npos) << far;
  AlignOptions options;  // a little beyond: the reduced grid cannot tell
  options.tie.max_shift = 38.0;
  const auto near = refusal([&] { estimate_shift_field(pair, 512, 512, options); });
  EXPECT_NE(near.find("38 px"), std::string::npos) << near;
}

TEST(EstimateShiftField, ScenesWithoutRoomForAWindowAreRefused) {
  for (const auto& [width, height] : {std::pair{0, 0}, std::pair{1, 1}, std::pair{1000, 1}, std::pair{31, 500}}) {
    PairInMemory pair(width, height);
    EXPECT_NE(refusal([&] { estimate_shift_field(pair, width, height, {}); }).find("too few to align"),
              std::string::npos);
  }
  PairInMemory one(32, 32);  // one window is no agreement
  fill_shifted(one, 42, 0.0, 0.0);
  EXPECT_NE(refusal([&] { estimate_shift_field(one, 32, 32, {}); }).find("no common structure"), std::string::npos);
}

TEST(EstimateShiftField, OddSizesWork) {
  PairInMemory square(512, 512);
  fill_shifted(square, 43, 2.4, 1.7);
  PairInMemory pair(501, 333);
  pair.fill([&](std::int32_t x, std::int32_t y) { return square.before[square.place(x, y)]; },
            [&](std::int32_t x, std::int32_t y) { return square.after[square.place(x, y)]; });
  const auto result = estimate_shift_field(pair, 501, 333, {});
  EXPECT_NEAR(result.field.evaluate(500, 332).dx, 2.4, 0.03);
  EXPECT_NEAR(result.field.evaluate(0, 0).dy, 1.7, 0.03);
}

TEST(EstimateShiftField, AStopIsAnInterruption) {
  PairInMemory pair(256, 256);
  fill_shifted(pair, 44, 0.0, 0.0);
  std::stop_source stop;
  stop.request_stop();
  try {
    estimate_shift_field(pair, 256, 256, {}, stop.get_token());
    FAIL() << "not stopped";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::interrupted);
  }
}

/// Mean of taizhou's bands for one date on a plane of 512 x 512, its edges repeated beyond 400 x 400.
test::Plane taizhou(const char* date) {
  GDALAllRegister();
  const auto file = test::test_data() / "pairs" / "taizhou" / (std::string(date) + ".tif");
  test::Plane plane{512, std::vector<double>(512 * 512, 0.0)};
  for (int band = 1; band <= 6; ++band) {
    const auto pixels = test::read_band(file, band);
    for (std::int32_t y = 0; y < 512; ++y)
      for (std::int32_t x = 0; x < 512; ++x) {
        const int px = std::min(x, pixels.width - 1), py = std::min(y, pixels.height - 1);
        plane.at(x, y) += pixels.values[static_cast<std::size_t>(py * pixels.width + px)] / 6.0;
      }
  }
  return plane;
}

TEST(EstimateShiftField, ARealPairMovedFurtherIsFoundMovedFurther) {
  GS_NEEDS(test::test_data() / "pairs" / "taizhou" / "before.tif");
  auto before = taizhou("before"), after = taizhou("after");
  const auto estimate = [&](double dx, double dy) {
    PairInMemory pair(400, 400);
    pair.fill([&](std::int32_t x, std::int32_t y) { return before.at(x, y); },
              [&](std::int32_t x, std::int32_t y) { return test::sample(after, x - dx, y - dy); });
    for (std::int32_t y = 0; y < 400; ++y)  // what was sampled with pixels beyond the edge
      for (std::int32_t x = 0; x < 400; ++x)
        if (x < 11 || y < 11 || x >= 389 || y >= 389) pair.after_valid[pair.place(x, y)] = 0;
    return estimate_shift_field(pair, 400, 400, with_mode(AlignMode::global));
  };
  const auto own = estimate(0.0, 0.0);
  EXPECT_LT(own.report.field_rms, 0.3);  // 2000 and 2003 lie on one grid to a fraction of a pixel
  for (const auto& [dx, dy] : {std::pair{0.7, -0.4}, std::pair{2.3, 1.6}}) {
    const auto moved = estimate(dx, dy);
    for (const double at : {50.0, 200.0, 350.0}) {
      EXPECT_NEAR(moved.field.evaluate(at, at).dx - own.field.evaluate(at, at).dx, dx, 0.05);
      EXPECT_NEAR(moved.field.evaluate(at, at).dy - own.field.evaluate(at, at).dy, dy, 0.05);
    }
  }
}

}  // namespace
}  // namespace groundshift
