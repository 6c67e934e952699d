// SPDX-License-Identifier: Apache-2.0
// Chi-square, F and their tails in double, from + - * / sqrt alone, so that tables do not depend on a libm.
#pragma once

namespace groundshift {

/// Natural logarithm, relative error below 1e-14; -inf for 0, NaN below 0.
double exact_log(double x);
/// Exponential, relative error below 1e-14 where the result is a normal number; +inf above 709.78, 0 below -745.13.
double exact_exp(double x);
/// ln(1 + x), x > -1, relative error below 1e-14 around 0 too.
double exact_log1p(double x);
/// ln Gamma(x), x > 0, within 1e-14 (1 + |ln Gamma(x)|). Throws std::invalid_argument for other x.
double log_gamma(double x);

/// Upper tail of chi-square with `dof` > 0 degrees of freedom at x, relative error below 1e-11 down to 1e-300 (dof from
/// 0.1 to 1e4). 1 for x <= 0, NaN for NaN. Throws std::invalid_argument unless dof is finite and above 0.
/// source : incomplete gamma function, series and continued fraction: Abramowitz & Stegun 6.5.29 and 6.5.31
double chi2_survival(double dof, double x);
/// Smallest double x with chi2_survival(dof, x) <= q. Throws std::invalid_argument unless 0 < q < 1.
double chi2_isf(double dof, double q);
/// Upper tail of F(d1, d2) at x, relative error below 1e-11 down to 1e-300 (d1, d2 from 0.1 to 1e4; 1e-9 up to 1e7).
/// d2 may be infinite (chi-square / d1). 1 for x <= 0, NaN for NaN. Throws std::invalid_argument unless d1 is finite
/// and both are above 0. source : incomplete beta function, continued fraction: Abramowitz & Stegun 26.5.8 and 26.6.2
double f_survival(double d1, double d2, double x);
/// Smallest double x with f_survival(d1, d2, x) <= q. Throws std::invalid_argument unless 0 < q < 1.
double f_isf(double d1, double d2, double q);

}  // namespace groundshift
