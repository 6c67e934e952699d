// SPDX-License-Identifier: Apache-2.0
// Written from the verb's description, without its headers of arithmetic.
#include "tests/parity/resample_reference.hpp"

#include <cmath>
#include <cstring>
#include <limits>
#include <random>

namespace groundshift::parity {
namespace {

__extension__ using Wide = __int128;

Wide floor_divide(Wide a, Wide b) { return a / b - (a % b != 0 && (a < 0) != (b < 0) ? 1 : 0); }

constexpr std::int64_t kPixel = 1 << 20;

struct Position {
  bool defined = true;
  std::int64_t x = 0, y = 0;
};

Position reference_position(const PositionLattice& lattice, std::int32_t x, std::int32_t y) {
  const std::int64_t step = std::int64_t{1} << lattice.step_log2;
  const std::int64_t column = lattice.first_x + x, row = lattice.first_y + y;
  Position position;
  Wide sum_x = 0, sum_y = 0;
  for (std::int64_t j = 0; j < 2; ++j) {
    for (std::int64_t i = 0; i < 2; ++i) {
      const std::int64_t across = column % step, down = row % step;
      const Wide weight = Wide{i == 0 ? step - across : across} * (j == 0 ? step - down : down);
      if (weight == 0) continue;
      const std::int64_t node = (row / step + j) * lattice.width + column / step + i;
      for (const std::int64_t at : {lattice.x[node], lattice.y[node]}) {
        if (at == kNoPosition || std::abs(at) > (kPixel << 24)) position.defined = false;
      }
      sum_x += weight * lattice.x[node];
      sum_y += weight * lattice.y[node];
    }
  }
  if (!position.defined) return position;
  position.x = static_cast<std::int64_t>(floor_divide(2 * sum_x + step * step, 2 * step * step));
  position.y = static_cast<std::int64_t>(floor_divide(2 * sum_y + step * step, 2 * step * step));
  return position;
}

// First source pixel under the kernel and the phase.
struct Place {
  std::int64_t first;
  std::int64_t phase;
};
Place place_of(std::int64_t position, std::int32_t taps) {
  if (taps == 1) return {static_cast<std::int64_t>(floor_divide(2 * position + kPixel, 2 * kPixel)), 0};
  const auto phases = static_cast<std::int64_t>(floor_divide(2 * position + 1024, 2048));
  const auto pixel = static_cast<std::int64_t>(floor_divide(phases, 1024));
  return {pixel - (taps / 2 - 1), phases - pixel * 1024};
}

template <class T>
T finished(const std::vector<std::pair<Wide, double>>& terms, Wide weight) {
  if constexpr (std::is_same_v<T, float>) {
    double sum = -0.0;
    for (const auto& [w, v] : terms) sum = std::fma(static_cast<double>(w), v, sum);
    return static_cast<float>(sum / static_cast<double>(weight));
  } else {
    Wide sum = 0;
    for (const auto& [w, v] : terms) sum += w * static_cast<std::int64_t>(v);
    const Wide size = floor_divide(2 * (sum < 0 ? -sum : sum) + weight, 2 * weight);
    const Wide value = sum < 0 ? -size : size;
    const Wide lowest = std::numeric_limits<T>::lowest(), largest = std::numeric_limits<T>::max();
    return static_cast<T>(value < lowest ? lowest : value > largest ? largest : value);
  }
}

template <class T>
Resampled resampled_as(const SourceImage& source, const PositionLattice& positions, const ResampleWeights& weights,
                       std::int32_t width, std::int32_t height) {
  const auto plane = static_cast<std::size_t>(width) * static_cast<std::size_t>(height);
  std::vector<T> values(plane * static_cast<std::size_t>(source.band_count), T{0});
  Resampled out;
  out.states.assign(plane, static_cast<std::uint8_t>(ResampledState::outside));
  const auto inside = [&](std::int64_t x, std::int64_t y) {
    return x >= 0 && y >= 0 && x < source.width && y < source.height;
  };
  for (std::int32_t y = 0; y < height; ++y) {
    for (std::int32_t x = 0; x < width; ++x) {
      const std::size_t pixel =
          static_cast<std::size_t>(y) * static_cast<std::size_t>(width) + static_cast<std::size_t>(x);
      const Position at = reference_position(positions, x, y);
      if (!at.defined) continue;
      const std::int64_t nearest_x = place_of(at.x, 1).first, nearest_y = place_of(at.y, 1).first;
      if (!inside(nearest_x, nearest_y)) continue;
      out.states[pixel] = static_cast<std::uint8_t>(ResampledState::from_invalid);
      if (!source.is_valid(static_cast<std::int32_t>(nearest_x), static_cast<std::int32_t>(nearest_y))) continue;
      const Place px = place_of(at.x, weights.taps_x), py = place_of(at.y, weights.taps_y);
      Wide weight = 0;
      bool whole = true;
      struct Tap {
        std::int32_t x, y;
        Wide weight;
      };
      std::vector<Tap> taps;
      for (std::int64_t j = 0; j < weights.taps_y; ++j) {
        for (std::int64_t i = 0; i < weights.taps_x; ++i) {
          const Wide w = Wide{weights.x[static_cast<std::size_t>(px.phase * weights.taps_x + i)]} *
                         weights.y[static_cast<std::size_t>(py.phase * weights.taps_y + j)];
          if (w == 0) continue;
          const auto sx = static_cast<std::int32_t>(px.first + i), sy = static_cast<std::int32_t>(py.first + j);
          if (inside(sx, sy) && source.is_valid(sx, sy)) {
            taps.push_back({sx, sy, w});
            weight += w;
          } else {
            whole = false;
          }
        }
      }
      if (weight <= Wide{1} << 27) continue;
      bool numbers = true;
      for (std::int32_t b = 0; b < source.band_count; ++b) {
        std::vector<std::pair<Wide, double>> terms;
        for (const Tap& tap : taps) terms.emplace_back(tap.weight, source.value(b, tap.x, tap.y));
        T& value = values[static_cast<std::size_t>(b) * plane + pixel];
        value = finished<T>(terms, weight);
        numbers = numbers && value == value;
      }
      if (numbers) {
        out.states[pixel] = static_cast<std::uint8_t>(whole ? ResampledState::whole : ResampledState::renormalised);
      } else {
        for (std::int32_t b = 0; b < source.band_count; ++b) values[static_cast<std::size_t>(b) * plane + pixel] = T{0};
      }
    }
  }
  out.pixels.resize(values.size() * sizeof(T));
  if (!values.empty()) std::memcpy(out.pixels.data(), values.data(), out.pixels.size());
  return out;
}

}  // namespace

double SourceImage::value(std::int32_t band, std::int32_t x, std::int32_t y) const {
  return with_pixel_type(type, [&](auto tag) {
    using T = typename decltype(tag)::type;
    T v;
    std::memcpy(&v, pixels.data() + sizeof(T) * static_cast<std::size_t>(1 + (band * height + y) * row_pitch + x),
                sizeof(T));
    return static_cast<double>(v);
  });
}

void SourceImage::set(std::int32_t band, std::int32_t x, std::int32_t y, double value) {
  with_pixel_type(type, [&](auto tag) {
    using T = typename decltype(tag)::type;
    const auto v = static_cast<T>(value);
    std::memcpy(pixels.data() + sizeof(T) * static_cast<std::size_t>(1 + (band * height + y) * row_pitch + x), &v,
                sizeof(T));
  });
}

bool SourceImage::is_valid(std::int32_t x, std::int32_t y) const {
  return valid[static_cast<std::size_t>(1 + y * row_pitch + x)] != 0;
}

ResampleTile::Source SourceImage::window(const Window& window) const {
  const std::ptrdiff_t first = 1 + window.y * row_pitch + window.x;
  return {window.width,
          window.height,
          row_pitch,
          row_pitch * height,
          pixels.data() + first * static_cast<std::ptrdiff_t>(byte_count(type)),
          valid.data() + first};
}

SourceImage make_source(PixelType type, std::int32_t band_count, std::int32_t width, std::int32_t height, Holes holes) {
  SourceImage image{type, width, height, band_count, width + 3, {}, {}};
  const std::size_t elements = static_cast<std::size_t>(1 + image.row_pitch * height * band_count);
  image.pixels.resize(elements * byte_count(type));
  image.valid.assign(static_cast<std::size_t>(1 + image.row_pitch * height), 0);
  std::mt19937 random(static_cast<std::uint32_t>(width * 31 + height * 7 + band_count + 100 * static_cast<int>(type)));
  const double lowest = type == PixelType::i16 ? -32768.0 : type == PixelType::f32 ? -1000.0 : 0.0;
  const double largest = type == PixelType::u8    ? 255.0
                         : type == PixelType::u16 ? 65535.0
                         : type == PixelType::i16 ? 32767.0
                                                  : 9000.0;
  for (std::int32_t y = 0; y < height; ++y) {
    for (std::int32_t x = 0; x < width; ++x) {
      // Blobs of 5 x 4 and single pixels.
      const bool hole =
          (static_cast<std::uint32_t>(x / 5 * 7 + y / 4 * 13) * 2654435761u >> 28) < 5 || random() % 19 == 0;
      const bool good = holes == Holes::none || (holes == Holes::many && !hole);
      image.valid[static_cast<std::size_t>(1 + y * image.row_pitch + x)] =
          good ? static_cast<std::uint8_t>(1 + random() % 2) : 0;
      for (std::int32_t b = 0; b < band_count; ++b) {
        const double u = static_cast<double>(random()) / 4294967296.0;
        double v = random() % 5 == 0 ? (random() % 2 == 0 ? lowest : largest) : lowest + u * (largest - lowest);
        if (type == PixelType::f32 && !good) v = std::numeric_limits<double>::quiet_NaN();
        image.set(b, x, y, v);
      }
    }
  }
  return image;
}

Mapping affine(double origin_x, double origin_y, double a, double b) {
  return [=](double x, double y) { return SourcePoint{origin_x + a * x - b * y, origin_y + b * x + a * y}; };
}

Lattice::Lattice(std::int32_t step_log2, std::int32_t width, std::int32_t height, const Mapping& mapping)
    : step_log2_(step_log2), columns_((width >> step_log2) + 2) {
  const std::int32_t rows = (height >> step_log2) + 2;
  for (std::int32_t j = 0; j < rows; ++j) {
    for (std::int32_t i = 0; i < columns_; ++i) {
      const SourcePoint at = mapping(static_cast<double>(i << step_log2), static_cast<double>(j << step_log2));
      x_.push_back(std::llround(std::ldexp(at.x, 20)));
      y_.push_back(std::llround(std::ldexp(at.y, 20)));
    }
  }
}

void Lattice::undefine(std::int32_t column, std::int32_t row, int axes) {
  const auto node = static_cast<std::size_t>(row * columns_ + column);
  if (axes & 1) x_[node] = kNoPosition;
  if (axes & 2) y_[node] = kNoPosition;
}

PositionLattice Lattice::piece(const Window& tile, std::int32_t left, std::int32_t top) {
  const std::int32_t step = 1 << step_log2_;
  const std::int32_t first_x = tile.x % step, first_y = tile.y % step;
  const std::int32_t width = (first_x + tile.width - 1 + step - 1) / step + 1;
  const std::int32_t height = (first_y + tile.height - 1 + step - 1) / step + 1;
  piece_x_.clear();
  piece_y_.clear();
  for (std::int32_t j = 0; j < height; ++j) {
    for (std::int32_t i = 0; i < width; ++i) {
      const auto node = static_cast<std::size_t>((tile.y / step + j) * columns_ + tile.x / step + i);
      piece_x_.push_back(x_[node] == kNoPosition ? kNoPosition : x_[node] - left * kPixel);
      piece_y_.push_back(y_[node] == kNoPosition ? kNoPosition : y_[node] - top * kPixel);
    }
  }
  return {step_log2_, first_x, first_y, width, height, piece_x_.data(), piece_y_.data()};
}

Resampled reference_resampled(const SourceImage& source, const PositionLattice& positions,
                              const ResampleWeights& weights, std::int32_t width, std::int32_t height) {
  return with_pixel_type(source.type, [&](auto tag) {
    return resampled_as<typename decltype(tag)::type>(source, positions, weights, width, height);
  });
}

long double reference_kernel(ResampleMethod method, long double x) {
  const long double d = std::fabs(x);
  const long double pi = std::acos(-1.0L);
  const auto sinc = [&](long double t) { return t == 0 ? 1.0L : std::sin(pi * t) / (pi * t); };
  switch (method) {
    case ResampleMethod::nearest: return x >= -0.5L && x < 0.5L ? 1.0L : 0.0L;
    case ResampleMethod::bilinear: return d < 1 ? 1 - d : 0.0L;
    case ResampleMethod::cubic:
      if (d < 1) return 1 - 2.5L * d * d + 1.5L * d * d * d;
      return d < 2 ? 2 - 4 * d + 2.5L * d * d - 0.5L * d * d * d : 0.0L;
    case ResampleMethod::lanczos: break;
  }
  return d < 3 ? sinc(d) * sinc(d / 3) : 0.0L;
}

long double reference_value(const SourceImage& source, ResampleMethod method, double scale, long double x,
                            long double y) {
  const long double stretch = scale > 1 ? scale : 1;
  long double sum = 0, weight = 0;
  for (std::int32_t j = 0; j < source.height; ++j) {
    for (std::int32_t i = 0; i < source.width; ++i) {
      const long double w = reference_kernel(method, (i - x) / stretch) * reference_kernel(method, (j - y) / stretch);
      sum += w * source.value(0, i, j);
      weight += w;
    }
  }
  return sum / weight;
}

}  // namespace groundshift::parity
