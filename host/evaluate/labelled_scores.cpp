// SPDX-License-Identifier: Apache-2.0
// Two passes in strips: the first counts labels and finds the range, the second fills lists of exactly that length.
#include "host/evaluate/labelled_scores.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>
#include <string>

#include <fmt/format.h>
#include <tbb/parallel_sort.h>

#include "host/base/error.hpp"
#include "host/geo/gdal_owners.hpp"
#include "host/io/band_rows.hpp"

namespace groundshift {
namespace {

/// For GDAL's blocks: a row of 512 x 512 blocks of both rasters up to 100,000 pixels wide.
constexpr std::int64_t kBlockCacheBytes = std::int64_t{256} << 20;

enum class Label : std::uint8_t { none, unchanged, changed };

bool contains(const std::vector<double>& values, double v) {
  return std::find(values.begin(), values.end(), v) != values.end();
}

Label label_of(const TruthCoding& coding, double v) {
  if (contains(coding.changed, v)) return Label::changed;
  if (contains(coding.unchanged, v)) return Label::unchanged;
  return Label::none;
}

/// Rows read at once: a power of two so that strips end where the blocks of tiled files do; about 2 Mi pixels.
std::int32_t strip_rows(const Grid& grid) {
  std::int32_t rows = 512;
  while (rows > 1 && std::int64_t{rows} * grid.width > (std::int64_t{1} << 21)) rows /= 2;
  return std::min(rows, grid.height);
}

/// Both rasters, strip after strip. visit(label, value, has_score) is called once a pixel in raster order.
class PairedStrips {
 public:
  PairedStrips(const ScoresAndTruth& what, const JobContext& context)
      : what_(what), context_(context), heatmap_(what.heatmap, what.band), truth_(what.truth) {
    const Grid& h = heatmap_.grid();
    const Grid& t = truth_.grid();
    if (h.width != t.width || h.height != t.height) {
      throw InputError(fmt::format("{} is {} x {} pixels but {} is {} x {}; evaluate needs equal sizes",
                                   what.heatmap.string(), h.width, h.height, what.truth.string(), t.width, t.height));
    }
    std::string why;
    const bool placed = h.geotransform.has_value() && t.geotransform.has_value();
    if (placed && !same_grid(h, t, &why)) {
      context.warnings->add("truth_grid_differs", "heatmap and truth are georeferenced differently (" + why +
                                                      "); pixels are paired by index");
    }
  }

  std::int64_t pixels() const { return pixel_count(heatmap_.grid()); }

  template <class Visit>
  void for_each_pixel(Visit&& visit) {
    const Grid& grid = heatmap_.grid();
    const std::int32_t rows = strip_rows(grid);
    const auto strip = static_cast<std::size_t>(rows) * static_cast<std::size_t>(grid.width);
    scores_.resize(strip);
    score_valid_.resize(strip);
    codes_.resize(strip);
    code_valid_.resize(strip);
    for (std::int32_t y = 0; y < grid.height; y += rows) {
      throw_if_stopped(context_.stop);
      const std::int32_t row_count = std::min(rows, grid.height - y);
      const auto count = static_cast<std::size_t>(row_count) * static_cast<std::size_t>(grid.width);
      heatmap_.read(y, row_count, std::span(scores_).first(count), std::span(score_valid_).first(count));
      truth_.read(y, row_count, std::span(codes_).first(count), std::span(code_valid_).first(count));
      for (std::size_t i = 0; i < count; ++i) {
        const bool coded = code_valid_[i] != 0;
        const Label label = coded ? label_of(what_.coding, codes_[i]) : Label::none;
        visit(label, scores_[i], score_valid_[i] != 0 && !std::isnan(scores_[i]));
        if (coded && label == Label::none && other_codes_.size() < 8) other_codes_.insert(codes_[i]);
      }
      context_.progress->advance(static_cast<std::int64_t>(count));
    }
  }

  /// The first few distinct truth values that no list names.
  std::string other_codes() const {
    std::string text;
    for (const double v : other_codes_) text += (text.empty() ? "" : ", ") + fmt::format("{:g}", v);
    return text;
  }
  bool has_unexpected_code(const std::vector<double>& known) const {
    return std::any_of(other_codes_.begin(), other_codes_.end(), [&](double v) { return !contains(known, v); });
  }

 private:
  const ScoresAndTruth& what_;
  const JobContext& context_;
  BandRows heatmap_, truth_;
  std::vector<double> scores_, codes_;
  std::vector<std::uint8_t> score_valid_, code_valid_;
  std::set<double> other_codes_;
};

std::size_t bin_of(double score, double least, double scale) {
  const double place = (score - least) * scale;
  if (!(place > 0.0)) return 0;
  return place >= double(kScoreBins) ? kScoreBins - 1 : static_cast<std::size_t>(place);
}

void check_labels(const LabelCounts& labels, const ScoresAndTruth& what, const PairedStrips& strips) {
  if (labels.unchanged + labels.changed == 0) {
    const std::string others = strips.other_codes();
    throw InputError(
        fmt::format("{}: no pixel is labelled changed or unchanged{}; say which values mean what with "
                    "--changed and --unchanged",
                    what.truth.string(), others.empty() ? "" : " (values found: " + others + ")"));
  }
  if (labels.unchanged + labels.changed == labels.unchanged_without_score + labels.changed_without_score) {
    throw InputError(fmt::format("{}, band {}: none of the {} labelled pixels has a score (all nodata)",
                                 what.heatmap.string(), what.band, labels.unchanged + labels.changed));
  }
}

}  // namespace

void check_truth_coding(const TruthCoding& coding) {
  if (coding.changed.empty() || coding.unchanged.empty())
    throw UsageError("--changed and --unchanged need a value each");
  for (const double v : coding.changed) {
    if (contains(coding.unchanged, v)) {
      throw UsageError(
          fmt::format("truth value {:g} is both changed and unchanged; give --changed and --unchanged", v));
    }
  }
  const auto is_nan = [](double v) { return std::isnan(v); };
  if (std::any_of(coding.changed.begin(), coding.changed.end(), is_nan) ||
      std::any_of(coding.unchanged.begin(), coding.unchanged.end(), is_nan)) {
    throw UsageError("a truth value must be a number");
  }
}

LabelledScores read_labelled_scores(const ScoresAndTruth& what, const JobContext& context) {
  check_truth_coding(what.coding);
  limit_gdal_block_cache(kBlockCacheBytes);
  PairedStrips strips(what, context);
  LabelledScores out;
  LabelCounts& labels = out.labels;
  context.progress->begin("evaluate", 2 * strips.pixels());

  double least = std::numeric_limits<double>::infinity(), largest = -least;
  std::int64_t rounded = 0;
  strips.for_each_pixel([&](Label label, double score, bool has_score) {
    labels.unlabelled += label == Label::none;
    labels.unchanged += label == Label::unchanged;
    labels.changed += label == Label::changed;
    labels.unchanged_without_score += label == Label::unchanged && !has_score;
    labels.changed_without_score += label == Label::changed && !has_score;
    if (!has_score) return;
    ++out.scored_pixels;
    rounded += static_cast<double>(static_cast<float>(score)) != score;
    if (std::isinf(score)) {
      ++out.infinite_scores;
    } else {
      least = std::min(least, score);
      largest = std::max(largest, score);
    }
  });
  check_labels(labels, what, strips);
  if (strips.has_unexpected_code({0.0}) && what.coding.changed == TruthCoding{}.changed &&
      what.coding.unchanged == TruthCoding{}.unchanged) {
    context.warnings->add("truth_values_ignored",
                          "truth values other than 0, 1, 2 count as unlabelled (found: " + strips.other_codes() + ")");
  }
  if (rounded > 0) {
    context.warnings->add("scores_rounded", "scores that float32 cannot hold were rounded to it", rounded);
  }

  if (least <= largest) {
    out.score_min = least;
    out.score_max = largest;
  }
  const double scale = out.score_max > out.score_min ? double(kScoreBins) / (out.score_max - out.score_min) : 0.0;
  out.unchanged.reserve(static_cast<std::size_t>(labels.unchanged - labels.unchanged_without_score));
  out.changed.reserve(static_cast<std::size_t>(labels.changed - labels.changed_without_score));
  out.histogram.assign(kScoreBins, 0);
  strips.for_each_pixel([&](Label label, double score, bool has_score) {
    if (!has_score) return;
    // Infinities go to the end bins whatever the scale (0 * infinity would be no number).
    const double placed = std::clamp(score, out.score_min, out.score_max);
    ++out.histogram[bin_of(placed, out.score_min, scale)];
    if (label == Label::unchanged) out.unchanged.push_back(static_cast<float>(score));
    if (label == Label::changed) out.changed.push_back(static_cast<float>(score));
  });
  tbb::parallel_sort(out.unchanged.begin(), out.unchanged.end());
  tbb::parallel_sort(out.changed.begin(), out.changed.end());
  context.progress->end();
  return out;
}

}  // namespace groundshift
