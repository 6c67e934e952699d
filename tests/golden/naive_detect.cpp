// SPDX-License-Identifier: Apache-2.0
// Textbook formulas, one pixel after the other.
#include "tests/golden/naive_detect.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>

#include "tests/support/scene_files.hpp"

namespace groundshift::test {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

struct Fit {
  double gain = 1.0, offset = 0.0, sigma = 0.0;
};

/// Means and (co)variances of one band over the pixels of `where`, in two passes.
struct Moments {
  double mean_x = 0, mean_y = 0, xx = 0, yy = 0, xy = 0;
};

Moments moments_of(const std::vector<double>& x, const std::vector<double>& y, const std::vector<bool>& where) {
  Moments m;
  double count = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    if (!where[i]) continue;
    m.mean_x += x[i];
    m.mean_y += y[i];
    count += 1;
  }
  m.mean_x /= count;
  m.mean_y /= count;
  for (std::size_t i = 0; i < x.size(); ++i) {
    if (!where[i]) continue;
    m.xx += (x[i] - m.mean_x) * (x[i] - m.mean_x) / count;
    m.yy += (y[i] - m.mean_y) * (y[i] - m.mean_y) / count;
    m.xy += (x[i] - m.mean_x) * (y[i] - m.mean_y) / count;
  }
  return m;
}

Fit fit_of(const std::string& normalize, const std::vector<double>& x, const std::vector<double>& y,
           const std::vector<bool>& where) {
  const Moments m = moments_of(x, y, where);
  Fit fit;
  if (normalize == "zscore") fit.gain = std::sqrt(m.xx / m.yy);
  if (normalize == "regression") fit.gain = m.xy / m.yy;
  if (normalize == "orthogonal") fit.gain = std::tan(0.5 * std::atan2(2.0 * m.xy, m.yy - m.xx));
  if (normalize != "none") fit.offset = m.mean_x - fit.gain * m.mean_y;
  double square = 0.0, count = 0.0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    if (!where[i]) continue;
    const double d = fit.gain * y[i] + fit.offset - x[i];
    square += d * d;
    count += 1.0;
  }
  fit.sigma = std::sqrt(square / count);
  return fit;
}

double joint_median(const NaiveDate& before, const NaiveDate& after, const std::vector<bool>& where) {
  std::vector<double> all;
  for (const NaiveDate* date : {&before, &after}) {
    for (const std::vector<double>& band : date->bands) {
      for (std::size_t i = 0; i < band.size(); ++i) {
        if (where[i]) all.push_back(band[i]);
      }
    }
  }
  std::nth_element(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(all.size() / 2), all.end());
  return all[all.size() / 2];
}

/// x: spectrum before; y: normalized spectrum after.
double score_of(const std::string& score, const std::vector<double>& x, const std::vector<double>& y,
                const std::vector<Fit>& fits, double epsilon) {
  const auto bands = static_cast<double>(x.size());
  double sum = 0.0, xx = 0.0, yy = 0.0, xy = 0.0;
  for (std::size_t b = 0; b < x.size(); ++b) {
    const double d = y[b] - x[b];
    if (score == "difference") sum += std::fabs(d) / bands;
    if (score == "relative") sum += std::fabs(d) / std::max(std::fabs(x[b]) + std::fabs(y[b]), epsilon) / bands;
    if (score == "log-ratio") {
      const double above = y[b] + epsilon, below = x[b] + epsilon;
      if (!(above > 0.0 && below > 0.0)) return kNan;
      sum += std::fabs(std::log(above / below)) / bands;
    }
    if (score == "cva") sum += d * d;
    if (score == "scva") sum += d * d / (fits[b].sigma * fits[b].sigma);
    xx += x[b] * x[b];
    yy += y[b] * y[b];
    xy += x[b] * y[b];
  }
  if (score == "cva" || score == "scva") return std::sqrt(sum);
  if (score != "angle") return sum;
  if (xx == 0.0 || yy == 0.0) return kNan;
  return std::acos(std::clamp(xy / (std::sqrt(xx) * std::sqrt(yy)), -1.0, 1.0));
}

std::vector<double> box_mean(const std::vector<double>& score, int width, int height, int side) {
  const int radius = side / 2;
  std::vector<double> out(score.size(), kNan);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      const std::size_t own = static_cast<std::size_t>(y) * width + x;
      if (std::isnan(score[own])) continue;
      double sum = 0.0, count = 0.0;
      for (int v = std::max(0, y - radius); v <= std::min(height - 1, y + radius); ++v) {
        for (int u = std::max(0, x - radius); u <= std::min(width - 1, x + radius); ++u) {
          const double s = score[static_cast<std::size_t>(v) * width + u];
          if (std::isnan(s)) continue;
          sum += s;
          count += 1.0;
        }
      }
      out[own] = sum / count;
    }
  }
  return out;
}

}  // namespace

NaiveDate read_date(const std::string& path) {
  const OpenDataset open = open_quietly(path);
  if (open == nullptr) throw std::runtime_error(path + ": GDAL does not open it");
  NaiveDate date;
  for (int b = 1; b <= open->GetRasterCount(); ++b) {
    BandPixels band = read_band(*open, b);
    date.width = band.width;
    date.height = band.height;
    if (b == 1) date.valid.assign(band.valid.size(), true);
    for (std::size_t i = 0; i < band.values.size(); ++i) {
      date.valid[i] = date.valid[i] && band.valid[i];
      band.values[i] = static_cast<float>(band.values[i]);
    }
    date.bands.push_back(std::move(band.values));
  }
  return date;
}

std::vector<double> naive_detect(const NaiveDate& before, const NaiveDate& after, const std::string& normalize,
                                 const std::string& score, int smooth, bool integer_input) {
  std::vector<bool> where(before.valid.size());
  for (std::size_t i = 0; i < where.size(); ++i) where[i] = before.valid[i] && after.valid[i];
  std::vector<Fit> fits;
  for (std::size_t b = 0; b < before.bands.size(); ++b) {
    fits.push_back(fit_of(normalize, before.bands[b], after.bands[b], where));
  }
  const double epsilon = integer_input ? 1.0 : 0.01 * joint_median(before, after, where);
  std::vector<double> out(where.size(), kNan);
  for (std::size_t i = 0; i < out.size(); ++i) {
    if (!where[i]) continue;
    std::vector<double> x, y;
    for (std::size_t b = 0; b < fits.size(); ++b) {
      x.push_back(before.bands[b][i]);
      y.push_back(fits[b].gain * after.bands[b][i] + fits[b].offset);
    }
    out[i] = score_of(score, x, y, fits, epsilon);
  }
  return smooth > 1 ? box_mean(out, before.width, before.height, smooth) : out;
}

}  // namespace groundshift::test
