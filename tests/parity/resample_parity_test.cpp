// SPDX-License-Identifier: Apache-2.0
// Resampling on every executor: the reference's bits, whatever the mapping, the holes and the tiles.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "kernels/solve/resample_weights.hpp"
#include "tests/parity/executors.hpp"
#include "tests/parity/resample_reference.hpp"
#include "tests/support/fibre/fibre_backend.hpp"
#include "tests/support/fibre/order.hpp"
#include "tests/support/fibre/runtime.hpp"
#include "tests/support/tapped_window.hpp"

namespace groundshift::parity {
namespace {

constexpr ResampleMethod kMethods[] = {ResampleMethod::nearest, ResampleMethod::bilinear, ResampleMethod::cubic,
                                       ResampleMethod::lanczos};
constexpr PixelType kTypes[] = {PixelType::u8, PixelType::u16, PixelType::i16, PixelType::f32};

struct Size {
  std::int32_t width, height;
};

// The output made tile by tile, each from the window of the source that it needs.
Resampled run_tiles(Backend& backend, const SourceImage& source, Lattice& lattice, std::int32_t step_log2,
                    const ResampleWeights& weights, Size size, Size tile_size) {
  const Size largest{std::min(size.width, tile_size.width), std::min(size.height, tile_size.height)};
  const auto workspace = backend.make_workspace(
      {source.type, source.band_count, largest.width, largest.height, 0, false,
       ResampleShape::of(source.width, source.height, largest.width, largest.height, step_log2, weights)});
  const std::size_t plane = static_cast<std::size_t>(size.width) * static_cast<std::size_t>(size.height);
  const std::size_t bytes = byte_count(source.type);
  Resampled out{std::vector<std::byte>(plane * static_cast<std::size_t>(source.band_count) * bytes, std::byte{0xAB}),
                std::vector<std::uint8_t>(plane, 0xAB)};
  for (std::int32_t y = 0; y < size.height; y += tile_size.height) {
    for (std::int32_t x = 0; x < size.width; x += tile_size.width) {
      const Window at{x, y, std::min(tile_size.width, size.width - x), std::min(tile_size.height, size.height - y)};
      const Window needed =
          tapped_window(lattice.piece(at, 0, 0), at.width, at.height, weights, source.width, source.height);
      ResampleTile tile;
      tile.type = source.type;
      tile.band_count = source.band_count;
      tile.source = source.window(needed);
      tile.positions = lattice.piece(at, needed.x, needed.y);
      const std::size_t first =
          static_cast<std::size_t>(y) * static_cast<std::size_t>(size.width) + static_cast<std::size_t>(x);
      tile.output = {at.width,
                     at.height,
                     size.width,
                     static_cast<std::ptrdiff_t>(plane),
                     out.pixels.data() + first * bytes,
                     out.states.data() + first};
      backend.resample(*workspace, tile, weights);
    }
  }
  return out;
}

Resampled run_whole(Backend& backend, const SourceImage& source, Lattice& lattice, std::int32_t step_log2,
                    const ResampleWeights& weights, Size size) {
  return run_tiles(backend, source, lattice, step_log2, weights, size, size);
}

int count_of(const Resampled& image, ResampledState state) {
  return static_cast<int>(std::count(image.states.begin(), image.states.end(), static_cast<std::uint8_t>(state)));
}

class ResampleParity : public testing::TestWithParam<Executor> {
 protected:
  void SetUp() override {
    GS_SKIP_WITHOUT(GetParam());
    backend_ = make_backend(GetParam());
  }
  // The device code on the host runs a fibre a pixel: fewer combinations there, all of them on the others.
  bool thorough() const { return GetParam() == Executor::cpu_threads || GetParam() == Executor::cuda; }
  std::unique_ptr<Backend> backend_;
};

TEST_P(ResampleParity, GivesTheReferencesBits) {
  constexpr Size kSize{71, 12};
  struct Case {
    const char* name;
    std::int32_t step_log2;
    Holes holes;
    bool undefined;
    double shift_x, shift_y, turn;
  };
  const Case cases[] = {
      {"clean", 4, Holes::none, false, 12.3, 6.7, 0.04},   {"holed", 3, Holes::many, false, 12.3, 6.7, 0.3},
      {"edges", 0, Holes::many, false, -3.6, -2.2, 0.1},   {"undefined", 2, Holes::none, true, 5.0, 4.0, 0.02},
      {"moved", 8, Holes::none, false, 6.40625, 5.7, 0.0}, {"all invalid", 5, Holes::all, false, 3.0, 2.0, 0.0}};
  int states[4] = {0, 0, 0, 0};
  for (const PixelType type : kTypes) {
    for (const std::int32_t bands : {1, 3, 4, 7}) {
      for (const Case& c : cases) {
        for (const double scale : {1.0, 2.5}) {
          if (!thorough() && (bands + static_cast<int>(type)) % 4 != 0) continue;
          const SourceImage source = make_source(type, bands, static_cast<std::int32_t>(scale * 75) + 14,
                                                 static_cast<std::int32_t>(scale * 14) + 17, c.holes);
          Lattice lattice(c.step_log2, kSize.width, kSize.height, affine(c.shift_x, c.shift_y, scale, scale * c.turn));
          if (c.undefined) {
            for (int k = 0; k < 6; ++k) lattice.undefine(3 * k, k % 4, 1 + k % 3);
          }
          for (const ResampleMethod method : kMethods) {
            const ResampleWeights weights = resample_weights(method, scale, scale);
            const Resampled expected = reference_resampled(
                source, lattice.piece({0, 0, kSize.width, kSize.height}, 0, 0), weights, kSize.width, kSize.height);
            const Resampled got = run_whole(*backend_, source, lattice, c.step_log2, weights, kSize);
            ASSERT_EQ(expected.states, got.states) << c.name << " " << name_of(type) << " scale " << scale << " method "
                                                   << static_cast<int>(method) << " bands " << bands;
            ASSERT_TRUE(expected.pixels == got.pixels) << c.name << " " << name_of(type) << " scale " << scale
                                                       << " method " << static_cast<int>(method) << " bands " << bands;
            for (int s = 0; s < 4; ++s) states[s] += count_of(got, static_cast<ResampledState>(s));
          }
        }
      }
    }
  }
  for (const int count : states) EXPECT_GT(count, 1000) << "every state was met";
}

TEST_P(ResampleParity, TilesAndTheirSourceWindowsDoNotShow) {
  constexpr Size kSize{90, 41};
  for (const PixelType type : {PixelType::u16, PixelType::f32}) {
    const SourceImage source = make_source(type, 2, 80, 45, Holes::many);
    for (const std::int32_t step_log2 : {0, 4, 6}) {
      // A mapping that bends, so that the lattice matters, and leaves the source on two sides.
      Lattice lattice(step_log2, kSize.width, kSize.height, [](double x, double y) {
        return SourcePoint{x - 4.3 + 0.002 * x * y, 0.9 * y + 1.7 + 0.001 * x * x};
      });
      lattice.undefine(2, 0, 3);
      for (const ResampleMethod method : kMethods) {
        const ResampleWeights weights = resample_weights(method, 1.0, 1.4);
        const Resampled whole = run_whole(*backend_, source, lattice, step_log2, weights, kSize);
        EXPECT_GT(count_of(whole, ResampledState::outside), 0);
        EXPECT_GT(count_of(whole, ResampledState::whole) + count_of(whole, ResampledState::renormalised), 500);
        for (const Size tile : {Size{32, 16}, Size{13, 7}, Size{90, 1}}) {
          ASSERT_TRUE(whole == run_tiles(*backend_, source, lattice, step_log2, weights, kSize, tile))
              << name_of(type) << " step " << (1 << step_log2) << " method " << static_cast<int>(method) << " tile "
              << tile.width;
        }
      }
    }
  }
}

TEST_P(ResampleParity, AShiftByWholePixelsCopies) {
  constexpr Size kSize{67, 20};
  for (const PixelType type : kTypes) {
    SourceImage source = make_source(type, 3, 80, 31, Holes::many);
    if (type == PixelType::f32) {
      for (std::int32_t y = 0; y < 31; ++y) {  // copied as they are, and kept out of their neighbours
        source.set(0, 20, y, std::numeric_limits<double>::infinity());
        source.set(1, 30, y, -0.0);
      }
    }
    Lattice lattice(4, kSize.width, kSize.height, affine(9.0, -5.0, 1.0, 0.0));
    for (const ResampleMethod method : kMethods) {
      const Resampled got = run_whole(*backend_, source, lattice, 4, resample_weights(method, 1.0, 1.0), kSize);
      for (std::int32_t y = 0; y < kSize.height; ++y) {
        for (std::int32_t x = 0; x < kSize.width; ++x) {
          const auto pixel = static_cast<std::size_t>(y * kSize.width + x);
          const bool inside = y >= 5;
          const bool valid = inside && source.is_valid(x + 9, y - 5);
          ASSERT_EQ(static_cast<ResampledState>(got.states[pixel]), valid    ? ResampledState::whole
                                                                    : inside ? ResampledState::from_invalid
                                                                             : ResampledState::outside)
              << x << " " << y;
          for (std::int32_t b = 0; b < 3; ++b) {
            const std::size_t index = static_cast<std::size_t>(b * kSize.width * kSize.height) + pixel;
            with_pixel_type(type, [&](auto tag) {
              const auto value = static_cast<double>(got.value<typename decltype(tag)::type>(index));
              const double expected = valid ? source.value(b, x + 9, y - 5) : 0.0;
              ASSERT_EQ(value, expected);
              ASSERT_EQ(std::signbit(value), std::signbit(expected));
            });
          }
        }
      }
    }
  }
}

// A plane, constant or a ramp, over a source without holes.
SourceImage plane(PixelType type, double offset, double slope_x, double slope_y) {
  SourceImage source = make_source(type, 1, 60, 40, Holes::none);
  for (std::int32_t y = 0; y < 40; ++y) {
    for (std::int32_t x = 0; x < 60; ++x) source.set(0, x, y, offset + slope_x * x + slope_y * y);
  }
  return source;
}

TEST_P(ResampleParity, AConstantStaysConstant) {
  constexpr Size kSize{65, 37};
  for (const PixelType type : kTypes) {
    const double value = type == PixelType::u8 ? 255.0 : type == PixelType::f32 ? 0.1f : 32767.0;
    SourceImage source = plane(type, value, 0, 0);
    for (std::int32_t k = 0; k < 40; ++k)
      source.valid[static_cast<std::size_t>(1 + k * source.row_pitch + 25 + k % 3)] = 0;
    Lattice lattice(3, kSize.width, kSize.height, affine(-1.2, 3.3, 0.9, 0.11));
    for (const ResampleMethod method : kMethods) {
      for (const double scale : {1.0, 1.7, 3.0}) {
        const Resampled got = run_whole(*backend_, source, lattice, 3, resample_weights(method, scale, scale), kSize);
        for (std::size_t i = 0; i < got.states.size(); ++i) {
          const bool valid = got.states[i] == 1 || got.states[i] == 2;
          with_pixel_type(type, [&](auto tag) {
            ASSERT_EQ(static_cast<double>(got.value<typename decltype(tag)::type>(i)), valid ? value : 0.0) << i;
          });
        }
        EXPECT_GT(count_of(got, ResampledState::whole), 500);
      }
    }
  }
}

TEST_P(ResampleParity, BilinearAndCubicReproduceARamp) {
  constexpr Size kSize{40, 30};
  // Steps of the mapping are whole 1/1024 pixels, so that positions are exact.
  Lattice lattice(0, kSize.width, kSize.height,
                  affine(5.0 + 77.0 / 1024, 4.0 + 300.0 / 1024, 1.0 + 3.0 / 1024, 5.0 / 1024));
  const auto expected = [](std::int32_t x, std::int32_t y, double ax, double ay) {
    return 10.0 + ax * (5.0 + (77 + 1027 * x - 5 * y) / 1024.0) + ay * (4.0 + (300 + 5 * x + 1027 * y) / 1024.0);
  };
  for (const ResampleMethod method : {ResampleMethod::bilinear, ResampleMethod::cubic}) {
    const ResampleWeights weights = resample_weights(method, 1.0, 1.0);
    const Resampled words = run_whole(*backend_, plane(PixelType::u16, 10, 30, 50), lattice, 0, weights, kSize);
    const Resampled floats = run_whole(*backend_, plane(PixelType::f32, 10, 0.25, 0.125), lattice, 0, weights, kSize);
    for (std::int32_t y = 0; y < kSize.height; ++y) {
      for (std::int32_t x = 0; x < kSize.width; ++x) {
        const auto i = static_cast<std::size_t>(y * kSize.width + x);
        ASSERT_EQ(words.states[i], 1);
        ASSERT_EQ(words.value<std::uint16_t>(i), static_cast<int>(std::floor(expected(x, y, 30, 50) + 0.5)));
        ASSERT_NEAR(floats.value<float>(i), expected(x, y, 0.25, 0.125), 1e-6 * expected(x, y, 0.25, 0.125));
      }
    }
  }
}

TEST_P(ResampleParity, IsNearTheKernelWithoutRounding) {
  constexpr Size kSize{30, 9};
  SourceImage source = make_source(PixelType::f32, 1, 110, 60, Holes::none);
  for (std::int32_t y = 0; y < 60; ++y) {
    for (std::int32_t x = 0; x < 110; ++x) source.set(0, x, y, 500 + 200 * std::sin(0.4 * x) * std::cos(0.3 * y));
  }
  for (const double scale : {1.0, 2.5}) {
    for (const ResampleMethod method : {ResampleMethod::bilinear, ResampleMethod::cubic, ResampleMethod::lanczos}) {
      Lattice lattice(8, kSize.width, kSize.height, affine(20.123, 18.77, scale, 0.07));
      const Resampled got = run_whole(*backend_, source, lattice, 8, resample_weights(method, scale, scale), kSize);
      for (std::int32_t y = 0; y < kSize.height; ++y) {
        for (std::int32_t x = 0; x < kSize.width; ++x) {
          const long double expected =
              reference_value(source, method, scale, 20.123L + scale * x - 0.07L * y, 18.77L + 0.07L * x + scale * y);
          // 1/2048 pixel of a slope of 80 a pixel, and 2^-14 of 700 a tap, are 0.04 and 0.04.
          ASSERT_NEAR(got.value<float>(static_cast<std::size_t>(y * kSize.width + x)), static_cast<double>(expected),
                      0.12)
              << scale << " " << static_cast<int>(method);
        }
      }
    }
  }
}

TEST_P(ResampleParity, InfinitiesMakeNoInvalidNumbers) {
  SourceImage source = make_source(PixelType::f32, 2, 12, 6, Holes::none);
  source.set(1, 4, 3, std::numeric_limits<double>::infinity());
  source.set(1, 5, 3, -std::numeric_limits<double>::infinity());
  Lattice lattice(0, 8, 1, affine(1.5, 3.0, 1.0, 0.0));
  const Resampled got =
      run_whole(*backend_, source, lattice, 0, resample_weights(ResampleMethod::bilinear, 1, 1), {8, 1});
  EXPECT_EQ(got.states, (std::vector<std::uint8_t>{1, 1, 1, 3, 1, 1, 1, 1}));  // 4.5 lies between +inf and -inf
  EXPECT_EQ(got.value<float>(3), 0.0f) << "band 0 has none either";
  EXPECT_EQ(got.value<float>(8 + 3), 0.0f);
  EXPECT_EQ(got.value<float>(8 + 2), std::numeric_limits<float>::infinity());
  EXPECT_EQ(got.value<float>(8 + 4), -std::numeric_limits<float>::infinity());
}

TEST_P(ResampleParity, SmallAndEmptySourcesAndOutputs) {
  for (const ResampleMethod method : kMethods) {
    const ResampleWeights weights = resample_weights(method, 1.0, 1.0);
    const SourceImage dot = make_source(PixelType::u8, 1, 1, 1, Holes::none);
    Lattice around(1, 3, 3, affine(-0.75, -0.75, 0.75, 0.0));  // positions -0.75, 0, 0.75: only the middle is inside
    const Resampled got = run_whole(*backend_, dot, around, 1, weights, {3, 3});
    EXPECT_EQ(got.states, (std::vector<std::uint8_t>{0, 0, 0, 0, 1, 0, 0, 0, 0}));
    EXPECT_EQ(got.value<std::uint8_t>(4), dot.value(0, 0, 0));
    Lattice far(3, 5, 2, affine(500, 0, 1.0, 0.0));
    EXPECT_EQ(count_of(run_whole(*backend_, dot, far, 3, weights, {5, 2}), ResampledState::outside), 10);
    Lattice near_edge(0, 4, 1, affine(-0.5, 0, 0.25, 0.0));  // the area of the pixel is [-0.5, 0.5)
    EXPECT_EQ(run_whole(*backend_, dot, near_edge, 0, weights, {4, 1}).value<std::uint8_t>(3), dot.value(0, 0, 0));
  }
  ResampleTile empty;
  empty.band_count = 1;
  const ResampleWeights weights = resample_weights(ResampleMethod::cubic, 1, 1);
  const auto workspace =
      backend_->make_workspace({PixelType::u8, 1, 8, 8, 0, false, ResampleShape::of(8, 8, 8, 8, 0, weights)});
  EXPECT_NO_THROW(backend_->resample(*workspace, empty, weights));
}

TEST_P(ResampleParity, RefusesWhatBreaksItsRules) {
  const SourceImage source = make_source(PixelType::u8, 1, 16, 16, Holes::none);
  const ResampleWeights weights = resample_weights(ResampleMethod::cubic, 1, 1);
  const auto workspace =
      backend_->make_workspace({PixelType::u8, 1, 8, 8, 0, false, ResampleShape::of(16, 16, 8, 8, 2, weights)});
  Lattice lattice(2, 8, 8, affine(2, 2, 1, 0));
  std::vector<std::uint8_t> out(64), states(64);
  ResampleTile tile;
  tile.band_count = 1;
  tile.source = source.window({0, 0, 16, 16});
  tile.output = {8, 8, 8, 64, out.data(), states.data()};
  tile.positions = lattice.piece({0, 0, 8, 8}, 0, 0);
  ASSERT_NO_THROW(backend_->resample(*workspace, tile, weights));
  const auto refused = [&](auto change) {
    ResampleTile changed = tile;
    ResampleWeights table = weights;
    change(changed, table);
    EXPECT_THROW(backend_->resample(*workspace, changed, table), std::invalid_argument);
  };
  refused([](ResampleTile& t, ResampleWeights&) { t.positions.width -= 1; });
  refused([](ResampleTile& t, ResampleWeights&) { t.positions.first_x = 4; });
  refused([](ResampleTile& t, ResampleWeights&) { t.positions.first_y = 2; });
  refused([](ResampleTile& t, ResampleWeights&) { t.positions.step_log2 = 9; });
  refused([](ResampleTile& t, ResampleWeights&) { t.band_count = 0; });
  refused([](ResampleTile& t, ResampleWeights&) { t.source.width = kMaxSourceSide + 1; });
  refused([](ResampleTile&, ResampleWeights& w) { w.taps_x = 3; });
  refused([](ResampleTile&, ResampleWeights& w) { w.y.pop_back(); });
}

TEST_P(ResampleParity, DevicesRefuseMoreThanTheirWorkspaceHolds) {
  const SourceImage source = make_source(PixelType::u16, 2, 16, 12, Holes::none);
  const ResampleWeights weights = resample_weights(ResampleMethod::cubic, 1, 1);
  Lattice lattice(2, 8, 8, affine(2, 2, 1, 0));
  std::vector<std::uint16_t> out(128);
  std::vector<std::uint8_t> states(64);
  ResampleTile tile;
  tile.type = PixelType::u16;
  tile.band_count = 2;
  tile.source = source.window({0, 0, 16, 12});
  tile.output = {8, 8, 8, 64, out.data(), states.data()};
  tile.positions = lattice.piece({0, 0, 8, 8}, 0, 0);
  const auto run = [&](WorkspaceShape shape) {
    const auto workspace = backend_->make_workspace(shape);
    backend_->resample(*workspace, tile, weights);
  };
  const WorkspaceShape fits{PixelType::u16, 2, 8, 8, 0, false, ResampleShape::of(16, 12, 8, 8, 2, weights)};
  EXPECT_NO_THROW(run(fits));
  const auto refused = [&](auto change) {
    WorkspaceShape shape = fits;
    change(shape);
    if (backend_->name() == "cpu") {
      EXPECT_NO_THROW(run(shape)) << "it needs no memory beside the tile's";
    } else {
      EXPECT_THROW(run(shape), std::invalid_argument);
    }
  };
  refused([](WorkspaceShape& s) { s.resample = {}; });
  refused([](WorkspaceShape& s) { s.resample.source_width = 15; });
  refused([](WorkspaceShape& s) { s.resample.source_height = 11; });
  refused([](WorkspaceShape& s) { s.resample.node_count = 8; });
  refused([](WorkspaceShape& s) { s.width = 7; });
  refused([](WorkspaceShape& s) { s.height = 7; });
  refused([](WorkspaceShape& s) { s.band_count = 1; });
  refused([](WorkspaceShape& s) { s.type = PixelType::i16; });
}

// As FibreRuntime.EveryFailingCallIsADeviceFault: one wait in a workspace's destructor goes to stderr, all else ends
// the call, and nothing leaks.
TEST(ResampleFaults, EveryFailingCallIsADeviceFault) {
  gs_fibre::set_order(gs_fibre::Order::forward);
  const SourceImage source = make_source(PixelType::u16, 2, 16, 12, Holes::many);
  const ResampleWeights weights = resample_weights(ResampleMethod::bilinear, 1, 1);
  Lattice lattice(2, 9, 5, affine(2.3, 2.1, 1, 0.1));
  const std::size_t allocations = gs_fibre::live_allocations();
  int calls = 0, faults = 0;
  for (;; ++calls) {
    gs_fibre::fail_call(calls, gs_fibre::cudaErrorMemoryAllocation);
    try {
      const auto backend = make_fibre_backend();
      run_whole(*backend, source, lattice, 2, weights, {9, 5});
    } catch (const DeviceFault& fault) {
      faults += std::string(fault.what()).find("cudaErrorMemoryAllocation") != std::string::npos ? 1 : 0;
    }
    if (gs_fibre::cancel_failure()) break;  // the job has no further call
    ASSERT_EQ(gs_fibre::live_allocations(), allocations) << "after call " << calls;
  }
  EXPECT_GT(calls, 20);
  EXPECT_EQ(faults, calls - 1);
}

INSTANTIATE_TEST_SUITE_P(Executors, ResampleParity, kExecutors, [](const auto& param) { return name_of(param.param); });

}  // namespace
}  // namespace groundshift::parity
