// SPDX-License-Identifier: Apache-2.0
// Columns are transformed eight at a time in a strip that stays in the first cache, and stored transposed; doing that
// twice transforms both axes and restores the orientation.
#include "host/align/fft.hpp"

#include <algorithm>
#include <bit>

#include "host/align/phasor.hpp"
#include "host/base/error.hpp"

namespace groundshift {
namespace {

constexpr std::int32_t kStrip = 8;

bool is_power_of_two(std::int32_t n) { return n > 0 && std::has_single_bit(static_cast<std::uint32_t>(n)); }

std::size_t area(std::int32_t width, std::int32_t height) {
  return static_cast<std::size_t>(width) * static_cast<std::size_t>(height);
}

/// (a, b) <- (a + w b, a - w b) for kStrip values.
inline void butterfly(double* a_re, double* a_im, double* b_re, double* b_im, double w_re, double w_im) {
  for (std::int32_t c = 0; c < kStrip; ++c) {
    const double re = w_re * b_re[c] - w_im * b_im[c];
    const double im = w_re * b_im[c] + w_im * b_re[c];
    b_re[c] = a_re[c] - re;
    b_im[c] = a_im[c] - im;
    a_re[c] = a_re[c] + re;
    a_im[c] = a_im[c] + im;
  }
}

}  // namespace

Fft2d::Line::Line(std::int32_t length) {
  expects(is_power_of_two(length), "a Fourier transform's sides are powers of two");
  for (std::int32_t j = 0; j < length / 2; ++j) {
    const Phasor w = phasor(-double(j) / double(length));
    re.push_back(w.re);
    im.push_back(w.im);
  }
  reversed.assign(static_cast<std::size_t>(length), 0);
  for (std::int32_t i = 1, r = 0; i < length; ++i) {
    std::int32_t bit = length / 2;
    for (; (r & bit) != 0; bit /= 2) r -= bit;
    r += bit;
    reversed[static_cast<std::size_t>(i)] = r;
  }
}

Fft2d::Fft2d(std::int32_t width, std::int32_t height)
    : width_(width),
      height_(height),
      along_x_(width),
      along_y_(height),
      turned_re_(area(width, height)),
      turned_im_(area(width, height)),
      strip_re_(area(std::max(width, height), kStrip)),
      strip_im_(area(std::max(width, height), kStrip)) {}

void Fft2d::columns_to_rows(const Line& line, std::int32_t columns, const double* source_re, const double* source_im,
                            double* target_re, double* target_im) {
  const auto length = static_cast<std::int32_t>(line.reversed.size());
  double* const re = strip_re_.data();
  double* const im = strip_im_.data();
  for (std::int32_t first = 0; first < columns; first += kStrip) {
    const std::int32_t used = std::min(kStrip, columns - first);
    for (std::int32_t i = 0; i < length; ++i) {
      const std::ptrdiff_t from = std::ptrdiff_t{line.reversed[static_cast<std::size_t>(i)]} * columns + first;
      std::copy_n(source_re + from, used, re + std::ptrdiff_t{i} * kStrip);
      std::copy_n(source_im + from, used, im + std::ptrdiff_t{i} * kStrip);
    }
    for (std::int32_t half = 1; half < length; half *= 2) {
      const std::int32_t twiddle_step = length / (2 * half);
      for (std::int32_t start = 0; start < length; start += 2 * half)
        for (std::int32_t j = 0; j < half; ++j) {
          const std::ptrdiff_t a = std::ptrdiff_t{start + j} * kStrip;
          const std::ptrdiff_t b = a + std::ptrdiff_t{half} * kStrip;
          const auto w = static_cast<std::size_t>(j * twiddle_step);
          butterfly(re + a, im + a, re + b, im + b, line.re[w], line.im[w]);
        }
    }
    for (std::int32_t c = 0; c < used; ++c) {
      double* const row_re = target_re + std::ptrdiff_t{first + c} * length;
      double* const row_im = target_im + std::ptrdiff_t{first + c} * length;
      for (std::int32_t k = 0; k < length; ++k) row_re[k] = re[std::ptrdiff_t{k} * kStrip + c];
      for (std::int32_t k = 0; k < length; ++k) row_im[k] = im[std::ptrdiff_t{k} * kStrip + c];
    }
  }
}

void Fft2d::forward(std::span<double> re, std::span<double> im) {
  expects(re.size() == turned_re_.size() && im.size() == turned_im_.size(), "a transform's planes have its size");
  columns_to_rows(along_y_, width_, re.data(), im.data(), turned_re_.data(), turned_im_.data());
  columns_to_rows(along_x_, height_, turned_re_.data(), turned_im_.data(), re.data(), im.data());
}

void Fft2d::inverse(std::span<double> re, std::span<double> im) {
  forward(im, re);  // swapping the parts conjugates on both sides
  const double scale = 1.0 / (double(width_) * double(height_));
  for (double& v : re) v *= scale;
  for (double& v : im) v *= scale;
}

}  // namespace groundshift
