// SPDX-License-Identifier: Apache-2.0
// Quadratic forms in blocks of rows and variables: a few rows of forms stay in the first-level cache.
#include "kernels/cpu/form_chunk.hpp"

#include <algorithm>

#include "kernels/view/clones.hpp"

namespace groundshift::cpu {
namespace {

constexpr int kRows = QuadraticForm::kRows;
constexpr int kVariables = 4;  // whose coefficients are held together

template <class T>
GS_CLONES void center_row(const T* __restrict pixels, float center, std::int32_t count, float* __restrict centered) {
  for (std::int32_t x = 0; x < count; ++x) {
    centered[x] = QuadraticForm::centered(static_cast<float>(pixels[x]), center);
  }
}

// Asks for a row's piece that is wanted soon: pieces of many planes are too short for the processor to see them coming.
template <class T>
void fetch_ahead(const T* pixels, std::int32_t count) {
  constexpr std::int32_t kLine = 64 / sizeof(T);
  for (std::int32_t x = 0; x < count; x += kLine) __builtin_prefetch(pixels + x, 0, 2);
}

// Adds `Variables` variables to `Rows` rows of forms; both are rows of kFormChunk values.
template <int Rows, int Variables>
GS_HD void add_variables(const float* matrix, std::int32_t matrix_pitch, const float* __restrict centered,
                         std::int32_t count, float* __restrict forms) {
  float coefficients[Rows][Variables];
  for (int r = 0; r < Rows; ++r) {
    for (int k = 0; k < Variables; ++k) coefficients[r][k] = matrix[std::ptrdiff_t{r} * matrix_pitch + k];
  }
  for (std::int32_t x = 0; x < count; ++x) {
#pragma GCC unroll 4
    for (int r = 0; r < Rows; ++r) {
      float form = forms[r * kFormChunk + x];
#pragma GCC unroll 4
      for (int k = 0; k < Variables; ++k) {
        form = QuadraticForm::add(form, coefficients[r][k], centered[k * kFormChunk + x]);
      }
      forms[r * kFormChunk + x] = form;
    }
  }
}

// Whether a step of the chain may be left out: fma(0, c, v) is v for finite c, but for the sign of a zero, which its
// square does not have.
template <int Rows>
GS_HD bool all_zero(const float* matrix, std::int32_t matrix_pitch, int variables) {
  for (int r = 0; r < Rows; ++r) {
    for (int k = 0; k < variables; ++k) {
      if (matrix[std::ptrdiff_t{r} * matrix_pitch + k] != 0.0f) return false;
    }
  }
  return true;
}

template <int Rows>
GS_CLONES void add_rows(const FormRows& rows, std::int32_t first, const float* __restrict centered, std::int32_t count,
                        bool finite, float* __restrict out) {
  float forms[Rows * kFormChunk];
  for (int r = 0; r < Rows; ++r) {
    for (std::int32_t x = 0; x < count; ++x) forms[r * kFormChunk + x] = rows.bias[first + r];
  }
  const std::int32_t pitch = rows.variable_count;
  const float* matrix = rows.matrix + std::ptrdiff_t{first} * pitch;
  std::int32_t i = 0;
  for (; i + kVariables <= pitch; i += kVariables) {
    if (finite && all_zero<Rows>(matrix + i, pitch, kVariables)) continue;
    add_variables<Rows, kVariables>(matrix + i, pitch, centered + std::ptrdiff_t{i} * kFormChunk, count, forms);
  }
  for (; i < pitch; ++i) {
    add_variables<Rows, 1>(matrix + i, pitch, centered + std::ptrdiff_t{i} * kFormChunk, count, forms);
  }
  for (int r = 0; r < Rows; ++r) {
    for (std::int32_t x = 0; x < count; ++x) out[x] = QuadraticForm::add_square(out[x], forms[r * kFormChunk + x]);
  }
}

}  // namespace

template <class T>
void center_chunk(const PairPlanes<T>& planes, const float* center, std::int32_t y, std::int32_t x0, std::int32_t count,
                  float* centered) {
  const std::int32_t band_count = planes.before.band_count;
  const bool below = y + 1 < planes.valid.height;
  for (std::int32_t b = 0; b < band_count; ++b) {
    if (below) {
      fetch_ahead(planes.before.band(b).row(y + 1) + x0, count);
      fetch_ahead(planes.after.band(b).row(y + 1) + x0, count);
    }
    center_row<T>(planes.before.band(b).row(y) + x0, center[b], count, centered + std::ptrdiff_t{b} * kFormChunk);
    center_row<T>(planes.after.band(b).row(y) + x0, center[band_count + b], count,
                  centered + std::ptrdiff_t{band_count + b} * kFormChunk);
  }
}

void form_chunk(const FormRows& rows, const float* centered, std::int32_t count, bool finite, float* out) {
  std::fill_n(out, count, 0.0f);
  std::int32_t first = 0;
  for (; first + kRows <= rows.row_count; first += kRows) add_rows<kRows>(rows, first, centered, count, finite, out);
  switch (rows.row_count - first) {
    case 3: add_rows<3>(rows, first, centered, count, finite, out); break;
    case 2: add_rows<2>(rows, first, centered, count, finite, out); break;
    case 1: add_rows<1>(rows, first, centered, count, finite, out); break;
    default: break;
  }
}

template void center_chunk(const PairPlanes<std::uint8_t>&, const float*, std::int32_t, std::int32_t, std::int32_t,
                           float*);
template void center_chunk(const PairPlanes<std::uint16_t>&, const float*, std::int32_t, std::int32_t, std::int32_t,
                           float*);
template void center_chunk(const PairPlanes<std::int16_t>&, const float*, std::int32_t, std::int32_t, std::int32_t,
                           float*);
template void center_chunk(const PairPlanes<float>&, const float*, std::int32_t, std::int32_t, std::int32_t, float*);

}  // namespace groundshift::cpu
