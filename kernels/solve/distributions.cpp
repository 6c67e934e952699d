// SPDX-License-Identifier: Apache-2.0
// Logarithm and exponential by argument reduction, incomplete gamma and beta functions by series and continued
// fractions.
#include "kernels/solve/distributions.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <stdexcept>

namespace groundshift {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kEpsilon = 0x1p-53;
constexpr double kTiny = 0x1p-1000;  // stands for 0 in a denominator of a continued fraction
// ln 2 in two parts, the first of 32 bits: its product with a binary exponent is exact.
constexpr double kLn2High = 0x1.62e42feep-1;
constexpr double kLn2Low = 0x1.a39ef35793c76p-33;
constexpr double kTwoPi = 0x1.921fb54442d18p+2;
constexpr double kHalfLnTwoPi = 0x1.d67f1c864beb5p-1;
constexpr double kStirlingFrom = 10.0;  // the next term of stirling_rest is below 3e-17 there

void expect(bool condition, const char* why) {
  if (!condition) throw std::invalid_argument(why);
}

/// 1/3 + z/5 + z^2/7 + ..., z <= 0.031: (atanh(s) - s) / s^3 for z = s^2.
double atanh_rest(double z) {
  double sum = 0.0;
  for (int n = 11; n >= 0; --n) sum = sum * z + 1.0 / (2 * n + 3);
  return sum;
}

/// ln(1 + x) for |x| < 0.42 as 2 atanh(x / (2 + x)).
double log_near_one(double x) {
  const double s = x / (2.0 + x);
  return 2.0 * s + 2.0 * s * s * s * atanh_rest(s * s);
}

/// ln(1 + x) - x, x > -1, without the cancellation around 0.
double log1p_minus(double x) {
  if (std::fabs(x) > 0.3) return exact_log1p(x) - x;
  const double s = x / (2.0 + x);
  return 2.0 * s * s * s * atanh_rest(s * s) - x * s;
}

/// ln Gamma(x) - (x - 1/2) ln x + x - ln(2 pi) / 2 for x >= kStirlingFrom; source: Abramowitz & Stegun 6.1.41
double stirling_rest(double x) {
  const double z = 1.0 / (x * x);
  double sum = 1.0 / 156.0;
  sum = sum * z - 691.0 / 360360.0;
  sum = sum * z + 1.0 / 1188.0;
  sum = sum * z - 1.0 / 1680.0;
  sum = sum * z + 1.0 / 1260.0;
  sum = sum * z - 1.0 / 360.0;
  sum = sum * z + 1.0 / 12.0;
  return sum / x;
}

/// ln(Gamma(a + b) / Gamma(b)), a > 0, b > 0; for large b without the cancellation of the two.
double log_gamma_ratio(double a, double b) {
  if (b < kStirlingFrom) return log_gamma(a + b) - log_gamma(b);
  return (b - 0.5) * exact_log1p(a / b) + a * exact_log(a + b) - a + stirling_rest(a + b) - stirling_rest(b);
}

/// y^a e^-y / Gamma(a), y > 0.
double gamma_factor(double a, double y) {
  if (a < kStirlingFrom) return exact_exp(a * exact_log(y) - y - log_gamma(a));
  const double exponent = a * log1p_minus((y - a) / a) - stirling_rest(a);
  return std::sqrt(a / kTwoPi) * exact_exp(exponent);
}

/// Lower incomplete gamma function divided by Gamma(a), y < a + 1: y^a e^-y / Gamma(a) sum y^n / (a ... (a + n)).
double gamma_series(double a, double y) {
  double term = 1.0 / a, sum = term;
  for (double n = 1.0; term > kEpsilon * 0.1 * sum; n += 1.0) {
    term *= y / (a + n);
    sum += term;
  }
  return gamma_factor(a, y) * sum;
}

double away_from_zero(double x) { return std::fabs(x) < kTiny ? kTiny : x; }

/// Upper incomplete gamma function divided by Gamma(a), y >= a + 1, by Lentz's evaluation of the continued fraction.
double gamma_fraction(double a, double y) {
  const double factor = gamma_factor(a, y);
  if (factor == 0.0) return 0.0;
  double b = y + 1.0 - a;
  double c = 1.0 / kTiny;
  double d = 1.0 / b;
  double value = d;
  for (double n = 1.0; n < 1e6; n += 1.0) {
    const double numerator = n * (a - n);
    b += 2.0;
    d = 1.0 / away_from_zero(numerator * d + b);
    c = away_from_zero(b + numerator / c);
    const double step = c * d;
    value *= step;
    if (std::fabs(step - 1.0) <= 2.0 * kEpsilon) break;
  }
  return factor * value;
}

/// Continued fraction of the incomplete beta function, I_x(a, b) = x^a (1 - x)^b / (a B(a, b)) times this.
double beta_fraction(double a, double b, double x) {
  double c = 1.0;
  double d = 1.0 / away_from_zero(1.0 - (a + b) * x / (a + 1.0));
  double value = d;
  for (double m = 1.0; m < 1e6; m += 1.0) {
    const double even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
    d = 1.0 / away_from_zero(1.0 + even * d);
    c = away_from_zero(1.0 + even / c);
    value *= c * d;
    const double odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
    d = 1.0 / away_from_zero(1.0 + odd * d);
    c = away_from_zero(1.0 + odd / c);
    const double step = c * d;
    value *= step;
    if (std::fabs(step - 1.0) <= 2.0 * kEpsilon) break;
  }
  return value;
}

/// Smallest positive double whose survival is at most q: bisection over bit patterns, whose order is that of the
/// values.
template <class Survival>
double smallest_at_most(Survival survival, double q) {
  expect(q > 0.0 && q < 1.0, "quantile of a distribution: share outside 0..1");
  std::uint64_t above = 0, at_most = std::bit_cast<std::uint64_t>(std::numeric_limits<double>::max());
  while (at_most - above > 1) {
    const std::uint64_t middle = above + (at_most - above) / 2;
    (survival(std::bit_cast<double>(middle)) <= q ? at_most : above) = middle;
  }
  return std::bit_cast<double>(at_most);
}

}  // namespace

double exact_log(double x) {
  if (!(x > 0.0)) return x == 0.0 ? -kInfinity : kNan;
  if (x == kInfinity) return x;
  double exponent = 0.0;
  if (x < 0x1p-1022) {
    x *= 0x1p54;
    exponent = -54.0;
  }
  std::uint64_t bits = std::bit_cast<std::uint64_t>(x);
  exponent += static_cast<double>(static_cast<std::int64_t>(bits >> 52) - 1023);
  bits = (bits & 0x000fffffffffffffu) | 0x3ff0000000000000u;
  double mantissa = std::bit_cast<double>(bits);
  if (mantissa > 1.4142135623730951) {  // now in sqrt(1/2) .. sqrt(2)
    mantissa *= 0.5;
    exponent += 1.0;
  }
  return exponent * kLn2High + (log_near_one(mantissa - 1.0) + exponent * kLn2Low);
}

double exact_log1p(double x) { return std::fabs(x) <= 0.3 ? log_near_one(x) : exact_log(1.0 + x); }

double exact_exp(double x) {
  if (x != x) return x;
  if (x > 710.0) return kInfinity;
  if (x < -746.0) return 0.0;
  const double n = std::floor(x * 0x1.71547652b82fep+0 + 0.5);
  const double r = (x - n * kLn2High) - n * kLn2Low;  // |r| <= ln 2 / 2
  double sum = 1.0;
  for (int k = 15; k >= 1; --k) sum = 1.0 + sum * r / k;
  const auto exponent = static_cast<std::int64_t>(n);
  const std::int64_t half = exponent / 2;  // two steps, so that a denormal result is rounded once
  const double first = std::bit_cast<double>(static_cast<std::uint64_t>(half + 1023) << 52);
  const double second = std::bit_cast<double>(static_cast<std::uint64_t>(exponent - half + 1023) << 52);
  return sum * first * second;
}

double log_gamma(double x) {
  expect(x > 0.0, "log_gamma: not above 0");
  if (x == kInfinity) return x;
  double product = 1.0;
  for (; x < kStirlingFrom; x += 1.0) product *= x;
  return (x - 0.5) * exact_log(x) - x + kHalfLnTwoPi + stirling_rest(x) - exact_log(product);
}

double chi2_survival(double dof, double x) {
  expect(dof > 0.0 && dof < kInfinity, "chi-square: degrees of freedom not above 0");
  if (x != x) return x;
  if (x <= 0.0) return 1.0;
  const double a = 0.5 * dof, y = 0.5 * x;
  if (y == 0.0) return 1.0;
  if (y == kInfinity) return 0.0;
  return std::clamp(y < a + 1.0 ? 1.0 - gamma_series(a, y) : gamma_fraction(a, y), 0.0, 1.0);
}

double chi2_isf(double dof, double q) {
  return smallest_at_most([=](double x) { return chi2_survival(dof, x); }, q);
}

double f_survival(double d1, double d2, double x) {
  expect(d1 > 0.0 && d1 < kInfinity && d2 > 0.0, "F distribution: degrees of freedom not above 0");
  if (x != x) return x;
  if (x <= 0.0) return 1.0;
  if (d2 == kInfinity) return chi2_survival(d1, d1 * x);
  const double a = 0.5 * d1, b = 0.5 * d2;
  const double u = a * x / b;
  if (u == 0.0) return 1.0;
  if (u == kInfinity) return 0.0;
  const double log_inverse_beta = a < b ? log_gamma_ratio(a, b) - log_gamma(a) : log_gamma_ratio(b, a) - log_gamma(b);
  const double factor = exact_exp(a * exact_log(u) - (a + b) * exact_log1p(u) + log_inverse_beta);
  const double z = 1.0 / (1.0 + u);  // the tail is I_z(b, a)
  const double tail = z < (b + 1.0) / (a + b + 2.0) ? factor * beta_fraction(b, a, z) / b
                                                    : 1.0 - factor * beta_fraction(a, b, u * z) / a;
  return std::clamp(tail, 0.0, 1.0);
}

double f_isf(double d1, double d2, double q) {
  return smallest_at_most([=](double x) { return f_survival(d1, d2, x); }, q);
}

}  // namespace groundshift
