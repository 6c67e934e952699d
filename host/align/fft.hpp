// SPDX-License-Identifier: Apache-2.0
// Two-dimensional Fourier transform in double, in one fixed order of operations on every machine.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace groundshift {

/// Transform of a complex image of width x height, both powers of two (1 is one), row-major, parts in two planes:
///   forward : F(kx, ky) = sum_xy f(x, y) e^(-2 pi i (kx x / width + ky y / height))
///   inverse : its inverse, divided by width * height
/// Frequencies in the usual order: k and k - width are the same. Radix 2, decimation in time (Cooley & Tukey 1965).
/// An object owns scratch memory: one a thread.
class Fft2d {
 public:
  /// Throws std::logic_error for a side that is no power of two.
  Fft2d(std::int32_t width, std::int32_t height);

  std::int32_t width() const { return width_; }
  std::int32_t height() const { return height_; }

  /// In place; both spans of width * height values.
  void forward(std::span<double> re, std::span<double> im);
  void inverse(std::span<double> re, std::span<double> im);

 private:
  /// Twiddles and order of one line length.
  struct Line {
    explicit Line(std::int32_t length);
    std::vector<double> re, im;          ///< e^(-2 pi i j / length), j < length / 2
    std::vector<std::int32_t> reversed;  ///< bit-reversed index
  };
  /// Transforms every column of `source` (columns x line length) and stores it as a row of `target`.
  void columns_to_rows(const Line& line, std::int32_t columns, const double* source_re, const double* source_im,
                       double* target_re, double* target_im);

  std::int32_t width_, height_;
  Line along_x_, along_y_;
  std::vector<double> turned_re_, turned_im_;
  std::vector<double> strip_re_, strip_im_;
};

}  // namespace groundshift
