// SPDX-License-Identifier: Apache-2.0
// A pass that breaks: it ends, the first error is told, no thread stays, and the slots serve again.
#include <string>
#include <tuple>

#include <gtest/gtest.h>

#include "host/base/error.hpp"
#include "tests/pipeline/pass_rig.hpp"

namespace groundshift::test {
namespace {

constexpr std::int64_t kTiles = 40;

enum class Stage { aim, read, compute, consume };

void set_hook(PassRig& rig, Stage stage, std::function<void(std::int64_t)> hook) {
  switch (stage) {
    case Stage::aim: rig.on_aim = std::move(hook); return;
    case Stage::read: rig.on_read = std::move(hook); return;
    case Stage::compute: rig.on_compute = std::move(hook); return;
    case Stage::consume: rig.on_consume = std::move(hook); return;
  }
}

using Fault = std::tuple<Stage, int, int>;  // stage, tile, threads and slots of each kind
class RunPassFault : public ::testing::TestWithParam<Fault> {};

TEST_P(RunPassFault, EndsAndTellsIt) {
  const auto [stage, bad_tile, threads] = GetParam();
  PassRig rig(kTiles, threads, threads);
  set_hook(rig, stage, [bad = bad_tile](std::int64_t tile) {
    if (tile == bad) throw InputError("tile " + std::to_string(tile) + " is damaged");
  });
  try {
    rig.run();
    FAIL() << "the pass ended as if nothing had happened";
  } catch (const InputError& e) {
    EXPECT_EQ(std::string(e.what()), "tile " + std::to_string(bad_tile) + " is damaged");
  }
  EXPECT_TRUE(rig.joined);
  // What came before the fault may be written, the tile itself and what follows must not.
  EXPECT_LE(rig.consumed.size(), static_cast<std::size_t>(bad_tile));
  if (stage == Stage::consume) {
    EXPECT_EQ(rig.consumed.size(), static_cast<std::size_t>(bad_tile));
  }

  rig.reset();
  rig.run();
  EXPECT_EQ(rig.consumed.size(), static_cast<std::size_t>(kTiles));
}

std::string name_of_fault(const ::testing::TestParamInfo<Fault>& fault) {
  const auto [stage, tile, threads] = fault.param;
  const std::string names[] = {"Aim", "Read", "Compute", "Consume"};
  return names[static_cast<int>(stage)] + std::to_string(tile) + "T" + std::to_string(threads);
}

INSTANTIATE_TEST_SUITE_P(Stages, RunPassFault,
                         ::testing::Combine(::testing::Values(Stage::aim, Stage::read, Stage::compute, Stage::consume),
                                            ::testing::Values(0, 17, static_cast<int>(kTiles) - 1),
                                            ::testing::Values(1, 4)),
                         name_of_fault);

TEST(RunPassFaults, EveryTileFailingTellsOne) {
  PassRig rig(kTiles, 6, 4);
  rig.on_read = [](std::int64_t tile) { throw InputError("read " + std::to_string(tile)); };
  EXPECT_THROW(rig.run(), InputError);
  EXPECT_TRUE(rig.joined);
  EXPECT_TRUE(rig.consumed.empty());
}

/// Opens its gate when the thread that made it ends, which is after the runner has noted that thread's error.
struct OpensAtThreadEnd {
  Gate* gate = nullptr;
  ~OpensAtThreadEnd() {
    if (gate != nullptr) gate->open();
  }
};

TEST(RunPassFaults, TheFirstErrorIsToldNotTheNext) {
  PassRig rig(kTiles, 4, 2);
  Gate computing, reader_gone;
  rig.on_read = [&](std::int64_t tile) {
    if (tile != 3) return;
    computing.wait();
    thread_local OpensAtThreadEnd at_end;
    at_end.gate = &reader_gone;
    throw InputError("first");
  };
  rig.on_compute = [&](std::int64_t tile) {
    if (tile != 2) return;
    computing.open();
    reader_gone.wait();
    throw OutputError("second");
  };
  try {
    rig.run();
    FAIL() << "nothing was thrown";
  } catch (const Error& e) {
    EXPECT_EQ(std::string(e.what()), "first");
  }
  EXPECT_TRUE(rig.joined);
}

TEST(RunPassFaults, WakesAConsumerThatWaitsForALostTile) {
  PassRig rig(kTiles, 2, 2);
  Gate second_computed;
  rig.on_compute = [&](std::int64_t tile) {
    if (tile == 1) second_computed.open();
    if (tile != 0) return;
    second_computed.wait();
    throw InputError("tile 0 is lost");
  };
  EXPECT_THROW(rig.run(), InputError);
  EXPECT_TRUE(rig.consumed.empty());
  EXPECT_TRUE(rig.joined);
}

TEST(RunPassFaults, KeepsTheTypeOfForeignExceptions) {
  PassRig rig(kTiles, 3, 2);
  rig.on_compute = [](std::int64_t tile) {
    if (tile == 5) throw std::bad_alloc();
  };
  EXPECT_THROW(rig.run(), std::bad_alloc);
  rig.reset();
  rig.on_read = [](std::int64_t tile) {
    if (tile == 5) throw 42;
  };
  EXPECT_THROW(rig.run(), int);
  EXPECT_TRUE(rig.joined);
}

class FailingProgress final : public Progress {
 public:
  void begin(std::string_view, std::int64_t) override {}
  void advance(std::int64_t) override { throw std::runtime_error("the terminal went away"); }
  void end() override {}
};

TEST(RunPassFaults, ProgressMayThrow) {
  PassRig rig(kTiles, 3, 2);
  FailingProgress progress;
  rig.progress = &progress;
  EXPECT_THROW(rig.run(), std::runtime_error);
  EXPECT_TRUE(rig.joined);
}

ErrorKind kind_thrown_by(PassRig& rig) {
  try {
    rig.run();
  } catch (const Error& e) {
    return e.kind();
  }
  return ErrorKind::other;
}

TEST(RunPassStop, BeforeTheFirstTileReadsNothing) {
  PassRig rig(kTiles, 3, 2);
  std::atomic<int> reads{0};
  rig.on_read = [&](std::int64_t) { ++reads; };
  rig.stop.request_stop();
  EXPECT_EQ(kind_thrown_by(rig), ErrorKind::interrupted);
  EXPECT_EQ(reads, 0);
  EXPECT_TRUE(rig.joined);
}

TEST(RunPassStop, EndsAtTheNextTile) {
  for (const int threads : {1, 4}) {
    PassRig rig(kTiles, threads, threads);
    rig.on_consume = [&](std::int64_t tile) {
      if (tile == 11) rig.stop.request_stop();
    };
    EXPECT_EQ(kind_thrown_by(rig), ErrorKind::interrupted);
    EXPECT_EQ(rig.consumed.size(), 12u);
    EXPECT_TRUE(rig.joined);
  }
}

TEST(RunPassStop, AfterTheLastTileIsTooLate) {
  PassRig rig(kTiles, 3, 2);
  rig.on_consume = [&](std::int64_t tile) {
    if (tile == kTiles - 1) rig.stop.request_stop();
  };
  EXPECT_NO_THROW(rig.run());
  EXPECT_EQ(rig.consumed.size(), static_cast<std::size_t>(kTiles));
}

}  // namespace
}  // namespace groundshift::test
