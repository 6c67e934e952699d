// SPDX-License-Identifier: Apache-2.0
// Dates of every kernel type, jobs and what of their results must not depend on the cut: for the matrices of tiles,
// threads and memory.
#pragma once

#include <cmath>
#include <cstdint>
#include <functional>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "host/engine/detect_job.hpp"
#include "tests/support/scene_files.hpp"

namespace groundshift::test {

struct MatrixSize {
  int width, height;
};

struct Job {
  std::string name;
  MethodOptions method;
};

inline Job job(std::string name, NormalizationKind normalize, std::vector<ScoreName> scores,
               std::vector<std::int32_t> smooth, const std::function<void(MethodOptions&)>& more = {}) {
  Job out{std::move(name), {}};
  out.method.normalize = normalize;
  out.method.scores = std::move(scores);
  out.method.smooth = std::move(smooth);
  if (more) more(out.method);
  return out;
}

/// The three jobs that run over every type, tile and thread count.
inline const std::vector<Job>& core_jobs() {
  static const std::vector<Job> jobs = {job("OrthogonalScva3", NormalizationKind::orthogonal, {ScoreName::scva}, {3}),
                                        job("NoneLogRatio1", NormalizationKind::none, {ScoreName::log_ratio}, {1}),
                                        job("ZscoreAngle5", NormalizationKind::zscore, {ScoreName::angle}, {5})};
  return jobs;
}

/// Reaches into negative values, large ones or fractions, as the type allows. Dates share structure and differ in
/// gain, offset and noise; a block of change stands out.
inline double pixel(PixelType type, const MatrixSize& size, int date, int band, int x, int y) {
  const double ground = 60.0 + 40.0 * ((x / 37 + y / 53 + band) % 3) + 0.1 * texture(7, band, x / 2, y / 2);
  const bool inside =
      x > size.width * 7 / 15 && x < size.width * 8 / 15 && y > size.height / 2 && y < size.height * 3 / 5;
  const double change = date == 2 && inside ? 45.0 : 0.0;
  const double v = (date == 1 ? ground : 0.9 * ground + 11.0) + change + 0.04 * texture(date, band, x, y);
  switch (type) {
    case PixelType::u8: return std::floor(v);
    case PixelType::u16: return std::floor(v * 200.0);
    case PixelType::i16: return std::floor(v * 100.0) - 9000.0;
    case PixelType::f32: break;
  }
  return v * 0.0123 - 0.4;
}

/// Scattered pixels and a slanted border, not the same on both dates.
inline bool hole(int date, int x, int y) { return (x * 31 + y * 17 + date) % 211 == 0 || x + 2 * y < 180 * date; }

inline double nodata_of(PixelType type) {
  if (type == PixelType::f32) return std::numeric_limits<double>::quiet_NaN();
  return type == PixelType::i16 ? -32768.0 : 0.0;
}

inline GDALDataType gdal_type(PixelType type) {
  constexpr GDALDataType kTypes[] = {GDT_Byte, GDT_UInt16, GDT_Int16, GDT_Float32};
  return kTypes[static_cast<int>(type)];
}

inline void write_matrix_date(const std::string& path, const MatrixSize& size, PixelType type, bool holed, int date,
                              const std::string& packing) {
  SceneSpec spec;
  spec.width = size.width;
  spec.height = size.height;
  spec.type = gdal_type(type);
  // BEFORE in odd tiles, AFTER in strips: their units never fall together.
  spec.creation_options = date == 1 ? std::vector<std::string>{"TILED=YES", "BLOCKXSIZE=240", "BLOCKYSIZE=176", packing}
                                    : std::vector<std::string>{"BLOCKYSIZE=37", packing};
  if (holed && type != PixelType::f32) spec.nodata = nodata_of(type);
  write_scene(path, spec, [&](int b, int x, int y) {
    return holed && hole(date, x, y) ? nodata_of(type) : pixel(type, size, date, b, x, y);
  });
}

/// What must not depend on the cut: pixels, statistics to the last bit, and the fit.
struct Fingerprint {
  std::string hash;
  std::vector<double> numbers;
  friend bool operator==(const Fingerprint&, const Fingerprint&) = default;
};

inline Fingerprint fingerprint_of(const DetectResult& result) {
  const ProductRecord& heatmap = result.products.front();
  Fingerprint f{heatmap.pixel_hash, {double(result.valid_pixels), result.fit.epsilon}};
  const BandStatistics& s = *heatmap.statistics;
  f.numbers.insert(f.numbers.end(), {s.min, s.max, s.mean, s.std, double(s.valid)});
  for (const BandNormalization& fit : result.fit.fits) {
    f.numbers.insert(f.numbers.end(), {fit.gain, fit.offset, fit.sigma, fit.rmse_after});
  }
  f.numbers.insert(f.numbers.end(), result.fit.mad_rho.begin(), result.fit.mad_rho.end());
  if (result.fit.null) f.numbers.insert(f.numbers.end(), {result.fit.null->k, result.fit.null->nu});
  if (result.thresholds) f.numbers.push_back(result.thresholds->used.value);
  return f;
}

}  // namespace groundshift::test
