// SPDX-License-Identifier: Apache-2.0
// Chi-square, F and their tails in double, from + - * / sqrt alone, so that tables do not depend on a libm.
#pragma once

namespace groundshift {

/// Natural logarithm (x > 0) and exponential, relative error below 1e-14.
double exact_log(double x);
double exact_exp(double x);
/// ln Gamma(x), x > 0.
double log_gamma(double x);

/// Upper tail of chi-square with `dof` > 0 degrees of freedom at x >= 0, relative error below 1e-11 down to 1e-300.
double chi2_survival(double dof, double x);
/// x with chi2_survival(dof, x) = q, 0 < q < 1.
double chi2_isf(double dof, double q);
/// Upper tail of F(d1, d2); d2 may be infinite (chi-square / d1).
double f_survival(double d1, double d2, double x);
double f_isf(double d1, double d2, double q);

}  // namespace groundshift
