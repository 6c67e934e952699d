// SPDX-License-Identifier: Apache-2.0
// Regularised labels against the definition in plain double, and the same labels from strips of any height.
#include "host/sites/icm.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <initializer_list>
#include <limits>
#include <random>
#include <stdexcept>
#include <utility>
#include <vector>

namespace groundshift {
namespace {

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
constexpr std::uint8_t kUnchanged = Icm::kUnchanged, kChanged = Icm::kChanged, kNoLabel = Icm::kNoLabel;

using Labels = std::vector<std::uint8_t>;

struct Image {
  std::int32_t width = 0, height = 0;
  std::vector<float> scores;

  RasterView<const float> rows(std::int32_t first, std::int32_t count) const {
    return {scores.data() + std::ptrdiff_t{first} * width, width, count, width};
  }
  std::size_t at(std::int32_t x, std::int32_t y) const { return static_cast<std::size_t>(y * width + x); }
};

/// Unchanged noise with blocks of change, speckle of either kind, zeros and holes without score.
Image random_image(std::int32_t width, std::int32_t height, std::uint32_t seed) {
  std::mt19937 draw(seed);
  const auto below = [&](std::uint32_t n) { return static_cast<std::int32_t>(draw() % n); };
  Image image{width, height, {}};
  for (std::int32_t i = 0; i < width * height; ++i) {
    const bool block = (i % width / 9 + i / width / 7) % 4 == 0;
    const float noise = std::exp2(static_cast<float>(below(2000) + below(2000)) / 1000.0f - 2.0f);
    const std::int32_t kind = below(100);
    image.scores.push_back(kind < 5 ? kNan : kind == 5 ? 0.0f : noise * (block ? 4.0f : 1.0f));
  }
  return image;
}

Labels label_whole(Icm& icm, const Image& image) {
  Labels labels(image.scores.size(), 77);
  icm.label(image.rows(0, image.height), 0, image.height, labels.data());
  return labels;
}

Labels label_strips(Icm& icm, const Image& image, std::int32_t strip) {
  Labels labels(image.scores.size(), 77);
  for (std::int32_t y = 0; y < image.height; y += strip) {
    const std::int32_t count = std::min(strip, image.height - y), from = std::max(y - icm.halo(), 0);
    const std::int32_t to = std::min(y + count + icm.halo(), image.height);
    icm.label(image.rows(from, to - from), y - from, count, labels.data() + image.at(0, y));
  }
  return labels;
}

/// The definition: U of both labels in double, the parabola's far side replaced by its turning point.
class ByDefinition {
 public:
  ByDefinition(const TwoClassModel& model, double threshold, const IcmOptions& options)
      : model_(model), options_(options), threshold_(threshold) {}

  Labels label(const Image& image) const {
    Labels labels;
    for (const float r : image.scores) {
      labels.push_back(std::isnan(r) ? kNoLabel : static_cast<double>(r) > threshold_ ? kChanged : kUnchanged);
    }
    for (std::int32_t s = 0; s < options_.sweeps; ++s) {
      const Labels before = labels;
      for (std::int32_t y = 0; y < image.height; ++y) {
        for (std::int32_t x = 0; x < image.width; ++x) {
          std::uint8_t& own = labels[image.at(x, y)];
          if (own == kNoLabel) continue;
          const auto r = static_cast<double>(image.scores[image.at(x, y)]);
          const double u0 = energy(r, kUnchanged, image, before, x, y), u1 = energy(r, kChanged, image, before, x, y);
          own = u1 < u0 ? kChanged : kUnchanged;
        }
      }
    }
    return labels;
  }

 private:
  double energy(double r, std::uint8_t label, const Image& image, const Labels& labels, std::int32_t x0,
                std::int32_t y0) const {
    const ScoreClass& c = label == kChanged ? model_.changed : model_.unchanged;
    std::int32_t alike = 0;
    for (std::int32_t y = std::max(y0 - 1, 0); y <= std::min(y0 + 1, image.height - 1); ++y) {
      for (std::int32_t x = std::max(x0 - 1, 0); x <= std::min(x0 + 1, image.width - 1); ++x) {
        if (x != x0 || y != y0) alike += labels[image.at(x, y)] == label;
      }
    }
    const double z = (on_rising_side(std::log2(std::max(r, 1e-30))) - c.mean) / c.sigma;
    const double log_p = -0.5 * z * z - std::log(c.sigma) + (options_.priors ? std::log(c.share) : 0.0);
    return -log_p - options_.beta * alike;
  }
  double on_rising_side(double x) const {
    const ScoreClass &u = model_.unchanged, &c = model_.changed;
    const double a = 1.0 / (u.sigma * u.sigma), b = 1.0 / (c.sigma * c.sigma);
    if (a == b) return x;
    const double turn = (a * u.mean - b * c.mean) / (a - b);
    return a > b ? std::max(x, turn) : std::min(x, turn);
  }

  TwoClassModel model_;
  IcmOptions options_;
  double threshold_;
};

const std::vector<TwoClassModel>& models() {
  static const std::vector<TwoClassModel> all = {{{-0.1, 0.7, 0.8}, {2.1, 0.7, 0.2}},  // sigmas alike: no turning point
                                                 {{-0.1, 0.6, 0.75}, {1.9, 0.9, 0.25}},   // the usual case
                                                 {{-0.2, 1.1, 0.97}, {2.3, 0.5, 0.03}}};  // turns above
  return all;
}

TEST(Icm, LabelsByTheDefinition) {
  const Image image = random_image(61, 53, 1);
  for (const TwoClassModel& model : models()) {
    for (const IcmOptions& options : {IcmOptions{1.0, 8, false}, IcmOptions{0.37, 3, true}, IcmOptions{2.5, 1, false},
                                      IcmOptions{0.0, 2, false}, IcmOptions{1.5, 0, true}}) {
      SCOPED_TRACE(::testing::Message() << model.changed.sigma << " " << options.beta << " " << options.sweeps);
      Icm icm(model, 2.0f, options);
      const Labels labels = label_whole(icm, image);
      EXPECT_EQ(labels, ByDefinition(model, 2.0, options).label(image));
      EXPECT_GT(std::count(labels.begin(), labels.end(), kChanged), 100);
    }
  }
}

TEST(Icm, LabelsAlikeHoweverTheImageIsCut) {
  for (const auto& [width, height] : {std::pair{130, 150}, {1, 90}, {75, 1}, {1, 1}, {2, 65}}) {
    const Image image = random_image(width, height, 7);
    for (const std::int32_t sweeps : {0, 1, 5, 8, 20}) {
      Icm icm(models()[1], 2.0f, {1.0, sweeps, false});
      const Labels whole = label_whole(icm, image);
      EXPECT_EQ(whole, ByDefinition(models()[1], 2.0, {1.0, sweeps, false}).label(image));
      for (const std::int32_t strip : {1, 7, 64, 1000}) {
        EXPECT_EQ(label_strips(icm, image, strip), whole) << width << " x " << height << ", strips of " << strip;
      }
    }
  }
}

TEST(Icm, ReachesAsFarAsItsSweeps) {
  // The ratio of the line is 0.005: change for one neighbour of each label, not for two unchanged ones. So the change
  // at its end takes one pixel a sweep.
  const TwoClassModel even{{0.0, 1.0, 0.5}, {2.0, 1.0, 0.5}};
  Image image{40, 1, std::vector<float>(40, std::exp2(1.0025f))};
  image.scores[0] = 16.0f;
  image.scores[1] = 16.0f;
  Image upright{1, 40, image.scores};
  for (const std::int32_t sweeps : {0, 1, 7}) {
    Icm icm(even, 8.0f, {0.01, sweeps, false});
    for (const Image* line : std::initializer_list<const Image*>{&image, &upright}) {
      const Labels labels = label_whole(icm, *line);
      EXPECT_EQ(std::count(labels.begin(), labels.end(), kChanged), 2 + sweeps);
      EXPECT_EQ(label_strips(icm, *line, 3), labels);
    }
  }
}

TEST(Icm, RemovesASpeckAndFillsAHole) {
  const TwoClassModel model{{0.0, 0.8, 0.5}, {2.0, 0.8, 0.5}};
  Image image{11, 5, std::vector<float>(55, 1.0f)};
  for (std::int32_t y = 0; y < 5; ++y) {
    for (std::int32_t x = 6; x < 11; ++x) image.scores[image.at(x, y)] = 4.0f;
  }
  image.scores[image.at(2, 2)] = 4.0f;
  image.scores[image.at(8, 2)] = 1.0f;
  image.scores[image.at(0, 0)] = kNan;
  Icm icm(model, 2.0f, {1.0, 4, false});
  const Labels labels = label_whole(icm, image);
  EXPECT_EQ(labels[image.at(2, 2)], kUnchanged);
  EXPECT_EQ(labels[image.at(8, 2)], kChanged);
  EXPECT_EQ(labels[image.at(0, 0)], kNoLabel);
  EXPECT_EQ(std::count(labels.begin(), labels.end(), kChanged), 25);
}

TEST(Icm, NeverTakesAHigherScoreForLessChange) {
  for (const TwoClassModel& model : models()) {
    for (const double beta : {0.0, 0.5, 3.0}) {
      Icm icm(model, 2.0f, {beta, 1, false});
      std::vector<float> rising = {0.0f, std::numeric_limits<float>::denorm_min()};
      for (float r = 1e-30f; r < 1e30f; r *= 1.5f) rising.push_back(r);
      rising.push_back(std::numeric_limits<float>::max());
      rising.push_back(std::numeric_limits<float>::infinity());
      std::uint8_t last = kUnchanged;
      for (const float r : rising) {
        const Image image{1, 1, {r}};
        const std::uint8_t label = label_whole(icm, image)[0];
        EXPECT_GE(label, last) << r;
        last = label;
      }
      EXPECT_EQ(last, kChanged);
    }
  }
}

TEST(Icm, LeavesPixelsWithoutScoreAlone) {
  Icm icm(models()[0], 2.0f, {});
  const Image image{9, 4, std::vector<float>(36, kNan)};
  EXPECT_EQ(label_whole(icm, image), Labels(36, kNoLabel));
  std::uint8_t untouched = 5;
  icm.label(image.rows(0, 4), 2, 0, &untouched);
  icm.label({nullptr, 0, 0, 0}, 0, 0, &untouched);
  EXPECT_EQ(untouched, 5);
}

TEST(Icm, RefusesWhatIsNoModel) {
  const TwoClassModel& good = models()[0];
  EXPECT_NO_THROW(Icm(good, 1.0f, {}));
  EXPECT_THROW(Icm(good, 1.0f, {-1.0, 8, false}), std::invalid_argument);
  EXPECT_THROW(Icm(good, 1.0f, {std::nan(""), 8, false}), std::invalid_argument);
  EXPECT_THROW(Icm(good, 1.0f, {1.0, -1, false}), std::invalid_argument);
  EXPECT_THROW(Icm(good, kNan, {}), std::invalid_argument);
  EXPECT_THROW(Icm({good.changed, good.unchanged}, 1.0f, {}), std::invalid_argument);
  EXPECT_THROW(Icm({{0.0, 0.0, 0.5}, {1.0, 1.0, 0.5}}, 1.0f, {}), std::invalid_argument);
  Icm icm(good, 1.0f, {});
  const Image image = random_image(4, 4, 1);
  Labels labels(16);
  EXPECT_THROW(icm.label(image.rows(0, 4), 3, 2, labels.data()), std::invalid_argument);
}

TEST(TwoClassModel, IsTheMomentsOfThePartsByHand) {
  LogWindow window{std::vector<std::uint64_t>(kLogBins, 0), 1.0};
  // Centres at log2 = (k + 0.5) / 256 - 8.
  window.counts[1792] = 3;  // -1 and half a bin
  window.counts[2048] = 1;  // 0
  window.counts[2560] = 2;  // 2
  window.counts[3072] = 2;  // 4
  const double half = 0.5 / 256.0;
  const TwoClassModel model = *two_class_model(window, static_cast<double>(log_bin_threshold(2300)));
  EXPECT_DOUBLE_EQ(model.unchanged.mean, -0.75 + half);
  EXPECT_DOUBLE_EQ(model.unchanged.sigma, std::sqrt(3.0) / 4.0);
  EXPECT_DOUBLE_EQ(model.unchanged.share, 0.5);
  EXPECT_DOUBLE_EQ(model.changed.mean, 3.0 + half);
  EXPECT_DOUBLE_EQ(model.changed.sigma, 1.0);
  window.scale = 16.0;  // four octaves up
  EXPECT_DOUBLE_EQ(two_class_model(window, 16.0 * 3.0)->changed.mean, 7.0 + half);
  // The bin of the threshold itself is below it; a value inside a bin goes by the bin's centre.
  window.scale = 1.0;
  EXPECT_DOUBLE_EQ(two_class_model(window, static_cast<double>(log_bin_threshold(2560)))->changed.share, 0.25);
  EXPECT_DOUBLE_EQ(two_class_model(window, static_cast<double>(log_bin_threshold(2559)))->changed.share, 0.5);
}

TEST(TwoClassModel, NeedsBothParts) {
  LogWindow window{std::vector<std::uint64_t>(kLogBins, 0), 1.0};
  EXPECT_FALSE(two_class_model(window, 1.0));
  window.counts[100] = 50;
  EXPECT_FALSE(two_class_model(window, 1.0));
  EXPECT_FALSE(two_class_model(window, 1e-9));
  window.counts[4000] = 1;
  const TwoClassModel model = *two_class_model(window, 1.0);
  EXPECT_NEAR(model.changed.sigma, 1.0 / 256.0 / std::sqrt(12.0), 1e-15);  // one bin
  EXPECT_NO_THROW(Icm(model, 1.0f, {}));
  EXPECT_THROW(two_class_model({{1, 2}, 1.0}, 1.0), std::invalid_argument);
}

}  // namespace
}  // namespace groundshift
