// SPDX-License-Identifier: Apache-2.0
// Values to colours to data URIs.
#include "host/products/report_pictures.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "host/base/parallel_for.hpp"
#include "host/io/jpeg.hpp"
#include "host/products/canvas.hpp"
#include "host/products/color_ramp.hpp"
#include "host/products/markup.hpp"

namespace groundshift {
namespace {

constexpr int kChipQuality = 80;

/// JPEG quality of the dates and colours of the score (a palette picture takes a third of the bytes of a true-colour
/// one): the first with which the overview's pictures keep to their share of a page.
struct Coding {
  int quality, levels;
};
constexpr Coding kCodings[] = {{78, 64}, {64, 32}, {48, 16}};
/// Characters of all pictures of an overview together: 7 MB at 2048 x 2048.
constexpr double kCharactersAPixel = 1.67, kFewCharacters = 2e6;

constexpr std::int32_t kLosslessSide = 96;  // JPEG's blocks show when so few pixels are enlarged
constexpr std::int32_t kLeastWindow = 48;
constexpr double kHighPercentile = 0.995;
constexpr std::uint8_t kNoData = 0xd2;
constexpr std::array<std::uint8_t, 4> kChanged{0x00, 0xd7, 0xff, 0xff};  // a hue that neither ground nor ramp has

/// Nearest rank; `values` are reordered.
double percentile(std::vector<float>& values, double share) {
  const auto rank = static_cast<std::ptrdiff_t>(share * double(values.size() - 1) + 0.5);
  std::nth_element(values.begin(), values.begin() + rank, values.end());
  return double(values[static_cast<std::size_t>(rank)]);
}

void append_finite(const std::vector<float>& plane, std::vector<float>& into) {
  for (const float v : plane) {
    if (std::isfinite(v)) into.push_back(v);
  }
}

PixelRect whole(const Grid& grid) { return {0, 0, grid.width, grid.height}; }

std::string photo(const RgbImage& image, int quality) {
  if (std::max(image.width, image.height) <= kLosslessSide) return data_uri("image/png", png_bytes(image));
  return data_uri("image/jpeg", jpeg_bytes(image, quality));
}

/// The same of a drawn picture.
std::string photo(const IndexedImage& image, int quality) {
  if (std::max(image.width, image.height) <= kLosslessSide) return data_uri("image/png", png_bytes(image));
  return photo(rgb_of(image), quality);
}

/// Of the pixels with a value, which are all that are not exactly the grey of those without.
double mean_level(const RgbImage& image) {
  double sum = 0.0;
  std::size_t count = 0;
  for (std::size_t i = 0; i < image.rgb.size(); i += 3) {
    if (image.rgb[i] == kNoData && image.rgb[i + 1] == kNoData && image.rgb[i + 2] == kNoData) continue;
    sum += double(image.rgb[i]) + double(image.rgb[i + 1]) + double(image.rgb[i + 2]);
    count += 3;
  }
  return count > 0 ? sum / double(count) : 0.0;
}

/// Index 0: no score, transparent.
std::string score_picture(const ViewPixels& score, double high, int levels) {
  IndexedImage image{score.width, score.height, {}, {{0, 0, 0, 0}}};
  for (int level = 0; level < levels; ++level) {
    const RgbColor c = ramp_color(double(level) / (levels - 1));
    image.palette.push_back({c.red, c.green, c.blue, 255});
  }
  image.index.reserve(score.bands[0].size());
  for (const float v : score.bands[0]) {
    const double place = std::clamp(double(v) / high, 0.0, 1.0);
    image.index.push_back(std::isnan(v) ? std::uint8_t{0}
                                        : static_cast<std::uint8_t>(1 + std::lround(place * (levels - 1))));
  }
  return data_uri("image/png", png_bytes(image));
}

std::string class_picture(const ViewPixels& change) {
  IndexedImage image{change.width, change.height, {}, {{0, 0, 0, 0}, kChanged}};
  for (const float v : change.bands[0]) image.index.push_back(v == 1.0f ? 1 : 0);
  return data_uri("image/png", png_bytes(image));
}

double high_of(const ViewPixels& score) {
  std::vector<float> values;
  append_finite(score.bands[0], values);
  if (values.empty()) return 1.0;
  const double high = percentile(values, kHighPercentile);
  if (high > 0.0) return high;
  const double largest = double(*std::max_element(values.begin(), values.end()));
  return largest > 0.0 ? largest : 1.0;
}

IndexedImage score_chip(const ViewPixels& score, double high) {
  IndexedImage image = make_canvas(score.width, score.height, {});
  fill_scores(image, 0, 0, score.bands[0], score.width, high);
  return image;
}

/// A window of a grid out of a picture of the whole grid, as width x height means of its pixels.
RgbImage part_of(const RgbImage& image, const Grid& grid, const PixelRect& window, std::int32_t width,
                 std::int32_t height) {
  RgbImage out{width, height, {}};
  out.rgb.resize(std::size_t{3} * std::size_t(width) * std::size_t(height));
  /// First picture pixel of column (or row) `i` of `count` of a window.
  const auto edge = [](std::int64_t from, std::int64_t length, std::int64_t i, std::int64_t count, std::int64_t pixels,
                       std::int64_t side) { return (from * count + i * length) * pixels / (count * side); };
  for (std::int32_t y = 0; y < height; ++y) {
    const std::int64_t top = edge(window.y, window.height, y, height, image.height, grid.height);
    const std::int64_t bottom =
        std::max(top + 1, edge(window.y, window.height, y + 1, height, image.height, grid.height));
    for (std::int32_t x = 0; x < width; ++x) {
      const std::int64_t left = edge(window.x, window.width, x, width, image.width, grid.width);
      const std::int64_t right =
          std::max(left + 1, edge(window.x, window.width, x + 1, width, image.width, grid.width));
      for (std::size_t c = 0; c < 3; ++c) {
        std::int64_t sum = 0;
        for (std::int64_t row = top; row < bottom; ++row) {
          for (std::int64_t column = left; column < right; ++column) {
            sum += image.pixel(std::int32_t(column), std::int32_t(row))[c];
          }
        }
        out.pixel(x, y)[c] = static_cast<std::uint8_t>(sum / ((bottom - top) * (right - left)));
      }
    }
  }
  return out;
}

}  // namespace

JointStretch joint_stretch(const ViewPixels& before, const ViewPixels& after, int threads) {
  JointStretch out;
  const std::size_t count = std::max(before.bands.size(), after.bands.size());
  std::vector<float> shares(count);
  out.low.assign(count, 0.0);
  out.high.assign(count, 1.0);
  parallel_for(static_cast<std::int64_t>(count), threads, {}, [&](std::int64_t band, int) {
    const auto b = static_cast<std::size_t>(band);
    std::vector<float> values;
    if (b < before.bands.size()) append_finite(before.bands[b], values);
    if (b < after.bands.size()) append_finite(after.bands[b], values);
    double median = 0.0;
    if (!values.empty()) {
      out.low[b] = percentile(values, 0.01);
      out.high[b] = percentile(values, 0.99);
      median = percentile(values, 0.5);
    }
    if (!(out.high[b] > out.low[b])) out.high[b] = out.low[b] + 1.0;
    shares[b] = static_cast<float>((median - out.low[b]) / (out.high[b] - out.low[b]));
  });
  if (shares.empty()) return out;
  const double share = std::clamp(percentile(shares, 0.5), 0.01, 0.99);
  out.gamma = std::clamp(std::round(std::log(0.45) / std::log(share) * 20.0) / 20.0, 0.5, 1.2);
  return out;
}

RgbImage stretched(const ViewPixels& pixels, const JointStretch& stretch) {
  constexpr int kSteps = 1024;
  std::array<std::uint8_t, kSteps + 1> curve{};
  for (int i = 0; i <= kSteps; ++i) {
    curve[static_cast<std::size_t>(i)] =
        static_cast<std::uint8_t>(std::lround(255.0 * std::pow(double(i) / kSteps, stretch.gamma)));
  }
  RgbImage image{pixels.width, pixels.height, {}};
  const std::size_t pixel_count = std::size_t(pixels.width) * std::size_t(pixels.height);
  image.rgb.assign(3 * pixel_count, kNoData);
  for (std::size_t i = 0; i < pixel_count; ++i) {
    std::array<std::uint8_t, 3> rgb{};
    bool valid = true;
    for (std::size_t c = 0; c < 3; ++c) {
      const std::size_t b = std::min(c, pixels.bands.size() - 1);
      const double v = double(pixels.bands[b][i]);
      valid = valid && !std::isnan(v);
      if (!valid) break;
      const double place = std::clamp((v - stretch.low[b]) / (stretch.high[b] - stretch.low[b]), 0.0, 1.0);
      rgb[c] = curve[static_cast<std::size_t>(std::lround(place * kSteps))];
    }
    if (valid) std::copy(rgb.begin(), rgb.end(), image.rgb.begin() + static_cast<std::ptrdiff_t>(3 * i));
  }
  return image;
}

std::array<std::int32_t, 2> overview_size(const Grid& grid, std::int32_t max_side) {
  const double reduction = std::max(1.0, double(std::max(grid.width, grid.height)) / max_side);
  const auto reduced = [reduction](std::int32_t side) {
    return std::max(1, static_cast<std::int32_t>(std::lround(side / reduction)));
  };
  return {reduced(grid.width), reduced(grid.height)};
}

Overview read_overview(const ReportSources& sources, std::int32_t max_side, std::optional<double> threshold,
                       int threads, const DateMeans& made) {
  const Grid& grid = sources.grid();
  Overview out;
  const auto [width, height] = overview_size(grid, max_side);
  out.width = width;
  out.height = height;
  const auto pixels_of = [&](const ReportDate& date, const std::optional<DateMeans::Date>& there) {
    if (!date.view) return ViewPixels{};
    const bool same =
        there && there->shown == date.shown && there->pixels.width == out.width && there->pixels.height == out.height;
    return same ? there->pixels : date.view->read(whole(grid), out.width, out.height, date.shown);
  };
  const auto see_dates = [&] {
    ViewPixels before = pixels_of(sources.before, made.before), after = pixels_of(sources.after, made.after);
    out.stretch = joint_stretch(before, after, threads);
    if (sources.before.view) out.before_image = stretched(std::exchange(before, {}), out.stretch);
    if (sources.after.view) out.after_image = stretched(std::exchange(after, {}), out.stretch);
    out.before_level = mean_level(out.before_image);
    out.after_level = mean_level(out.after_image);
  };
  const auto see_score = [&] {
    out.score_pixels = sources.heatmap->read(whole(grid), out.width, out.height, {1});
    out.score_high = std::max(high_of(out.score_pixels), 1.5 * threshold.value_or(0.0));
    out.score_image = rgb_of(score_chip(out.score_pixels, out.score_high));
  };
  parallel_for(2, threads, {}, [&](std::int64_t part, int) {  // each out of files of its own
    if (part == 0) see_dates();
    if (part == 1) see_score();
  });
  return out;
}

void encode_overview(const ReportSources& sources, Overview& out, int threads) {
  const double most = std::max(kFewCharacters, kCharactersAPixel * out.width * out.height);
  bool classes = sources.change_class.has_value();
  for (const Coding& coding : kCodings) {
    parallel_for(4, threads, {}, [&](std::int64_t picture, int) {
      if (picture == 0)
        out.score = score_picture(out.score_pixels, out.score_high, coding.levels);  // the slowest first
      if (picture == 1 && sources.before.view) out.before = photo(out.before_image, coding.quality);
      if (picture == 2 && sources.after.view) out.after = photo(out.after_image, coding.quality);
      // Labels have no mean; of several the nearest is shown, and the outlines show what falls between.
      if (picture == 3 && classes) {
        out.change_class = class_picture(
            sources.change_class->read(whole(sources.grid()), out.width, out.height, {1}, ViewSampling::nearest));
      }
    });
    classes = false;
    if (double(out.before.size() + out.after.size() + out.score.size()) <= most) break;
  }
}

Overview make_overview(const ReportSources& sources, std::int32_t max_side, std::optional<double> threshold,
                       int threads) {
  Overview out = read_overview(sources, max_side, threshold, threads);
  encode_overview(sources, out, threads);
  return out;
}

PixelRect chip_window(const ListedSite& site, const Grid& grid) {
  const std::int64_t side = std::max<std::int64_t>(kLeastWindow, 2 * std::int64_t{std::max(site.cols, site.rows)});
  const auto place = [side](std::int64_t from, std::int64_t length, std::int64_t available) {
    const std::int64_t taken = std::min(side, available);
    return std::pair(std::clamp<std::int64_t>(from + (length - taken) / 2, 0, available - taken), taken);
  };
  const auto [x, width] = place(site.col, site.cols, grid.width);
  const auto [y, height] = place(site.row, site.rows, grid.height);
  return {x, y, width, height};
}

Chip make_chip(const ReportSources& sources, const Overview& overview, const ListedSite& site, std::int32_t max_side,
               int threads) {
  Chip chip;
  chip.window = chip_window(site, sources.grid());
  const double reduction = std::max(1.0, double(std::max(chip.window.width, chip.window.height)) / max_side);
  chip.width = std::max(1, static_cast<std::int32_t>(std::lround(double(chip.window.width) / reduction)));
  chip.height = std::max(1, static_cast<std::int32_t>(std::lround(double(chip.window.height) / reduction)));
  const Grid& grid = sources.grid();
  const auto cut = [&](const RgbImage& image) { return part_of(image, grid, chip.window, chip.width, chip.height); };
  const bool from_overview = chip.window.width * overview.width / grid.width >= chip.width &&
                             chip.window.height * overview.height / grid.height >= chip.height && reduction > 1.0;
  const auto picture = [&](const ReportDate& date, const RgbImage& whole_image) {
    if (!date.view) return std::string();
    if (from_overview) return photo(cut(whole_image), kChipQuality);
    return photo(stretched(date.view->read(chip.window, chip.width, chip.height, date.shown), overview.stretch),
                 kChipQuality);
  };
  const auto score_picture_of = [&] {
    if (from_overview) return photo(cut(overview.score_image), kChipQuality);
    const ViewPixels score = sources.heatmap->read(chip.window, chip.width, chip.height, {1});
    return photo(score_chip(score, overview.score_high), kChipQuality);
  };
  parallel_for(3, threads, {}, [&](std::int64_t part, int) {  // each out of a file of its own
    if (part == 0) chip.before = picture(sources.before, overview.before_image);
    if (part == 1) chip.after = picture(sources.after, overview.after_image);
    if (part == 2) chip.score = score_picture_of();
  });
  return chip;
}

}  // namespace groundshift
