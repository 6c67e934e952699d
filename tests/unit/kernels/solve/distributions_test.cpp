// SPDX-License-Identifier: Apache-2.0
// Logarithms, exponentials and distribution tails against mpmath and scipy.
#include "kernels/solve/distributions.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <stdexcept>
#include <vector>

namespace groundshift {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

struct Point {
  double x, value;
};
struct Tail {
  double dof, x, value;
};
struct TwoSidedTail {
  double d1, d2, x, value;
};

void expect_relative(double actual, double expected, double tolerance) {
  EXPECT_NEAR(actual, expected, tolerance * std::fabs(expected));
}

// Origin of the constants: mpmath 1.2.1 with 40 digits for log, exp, log1p and the tails of F (betainc); scipy 1.10.1
// for log Gamma (special.gammaln), chi-square (stats.chi2.sf, .isf) and quantiles of F (stats.f.isf).

TEST(ExactLog, MatchesMpmath) {
  const std::vector<Point> points = {{5e-324, -744.4400719213812},
                                     {1e-300, -690.7755278982137},
                                     {0.1, -2.3025850929940455},
                                     {0.7, -0.35667494393873245},
                                     {0.9999999990686774, -9.313225750491594e-10},
                                     {1.0000000000009095, 9.094947017725146e-13},
                                     {1.4142135623730951, 0.3465735902799727},
                                     {1.5, 0.4054651081081644},
                                     {2.0, 0.6931471805599453},
                                     {10.0, 2.302585092994046},
                                     {1e+300, 690.7755278982137}};
  for (const Point& p : points) {
    expect_relative(exact_log(p.x), p.value, 1e-15);
  }
  EXPECT_EQ(exact_log(1.0), 0.0);
  EXPECT_EQ(exact_log(0.0), -kInfinity);
  EXPECT_EQ(exact_log(kInfinity), kInfinity);
  EXPECT_TRUE(std::isnan(exact_log(-1.0)));
  EXPECT_TRUE(std::isnan(exact_log(kNan)));
}

TEST(ExactLog, OfOnePlusIsSharpAroundZero) {
  const std::vector<Point> points = {{-0.999, -6.907755278982136},      {-0.3, -0.35667494393873234},
                                     {-1e-09, -1.0000000005000001e-09}, {1e-15, 9.999999999999995e-16},
                                     {0.01, 0.009950330853168083},      {0.3, 0.26236426446749106},
                                     {0.31, 0.27002713721306015},       {5.0, 1.791759469228055}};
  for (const Point& p : points) {
    expect_relative(exact_log1p(p.x), p.value, 1e-15);
  }
  EXPECT_EQ(exact_log1p(0.0), 0.0);
}

TEST(ExactExp, MatchesMpmath) {
  const std::vector<Point> points = {{-744.0, 1e-323},
                                     {-700.0, 9.85967654375977e-305},
                                     {-30.25, 7.287724095819692e-14},
                                     {-1.0, 0.36787944117144233},
                                     {-1e-10, 0.9999999999},
                                     {1e-10, 1.0000000001},
                                     {0.3466, 1.4142509118505286},
                                     {1.0, 2.718281828459045},
                                     {20.5, 799902177.4755054},
                                     {709.7, 1.6549840276802644e+308}};
  for (const Point& p : points) {
    SCOPED_TRACE(p.x);
    if (p.value < 1e-307) {
      EXPECT_EQ(exact_exp(p.x), p.value);
    } else {
      expect_relative(exact_exp(p.x), p.value, 1e-15);
    }
  }
  EXPECT_EQ(exact_exp(0.0), 1.0);
  EXPECT_EQ(exact_exp(710.1), kInfinity);
  EXPECT_EQ(exact_exp(kInfinity), kInfinity);
  EXPECT_EQ(exact_exp(-747.0), 0.0);
  EXPECT_EQ(exact_exp(-kInfinity), 0.0);
  EXPECT_TRUE(std::isnan(exact_exp(kNan)));
}

TEST(ExactExp, InvertsTheLogarithm) {
  for (double x = 1e-300; x < 1e300; x *= 17.3) expect_relative(exact_exp(exact_log(x)), x, 1e-12);
}

TEST(LogGamma, MatchesScipy) {
  const std::vector<Point> points = {{0.001, 6.907178885383853},  {0.25, 1.2880225246980774},
                                     {0.5, 0.5723649429247},      {1, 0.0},
                                     {1.5, -0.12078223763524526}, {2, 0.0},
                                     {3, 0.6931471805599453},     {6.5, 5.662562059857141},
                                     {9.999, 12.799575780077413}, {10, 12.801827480081469},
                                     {50.5, 146.51925549072064},  {121, 457.8123879812782},
                                     {5000, 37582.62631568535}};
  for (const Point& p : points) {
    EXPECT_NEAR(log_gamma(p.x), p.value, 1e-14 * (1.0 + std::fabs(p.value))) << p.x;
  }
  EXPECT_THROW(log_gamma(0.0), std::invalid_argument);
  EXPECT_THROW(log_gamma(kNan), std::invalid_argument);
}

TEST(ChiSquare, TailMatchesScipy) {
  const std::vector<Tail> tails = {{1, 1e-08, 0.9999202115440526},
                                   {1, 0.25, 0.6170750774519739},
                                   {1, 1, 0.31731050786291115},
                                   {1, 3, 0.08326451666355042},
                                   {1, 1200.0, 6.099568814808675e-263},
                                   {2, 1e-08, 0.999999995},
                                   {2, 0.5, 0.7788007830714049},
                                   {2, 2, 0.36787944117144245},
                                   {2, 6, 0.04978706836786395},
                                   {2, 1200.0, 2.6503965530042593e-261},
                                   {3, 1e-08, 0.999999999999734},
                                   {3, 0.75, 0.8613850804045416},
                                   {3, 3, 0.3916251762710877},
                                   {3, 9, 0.02929088653488826},
                                   {3, 1200.0, 7.331671591550422e-260},
                                   {4, 1e-08, 1.0},
                                   {4, 1.0, 0.9097959895689501},
                                   {4, 4, 0.40600584970983794},
                                   {4, 12, 0.01735126523666451},
                                   {4, 1200.0, 1.5928883283555285e-258},
                                   {5, 1e-08, 1.0},
                                   {5, 1.25, 0.9399915602888446},
                                   {5, 5, 0.4158801869955079},
                                   {5, 15, 0.010362337915786429},
                                   {5, 1200.0, 2.9375604806857507e-257},
                                   {6, 1e-08, 1.0},
                                   {6, 1.5, 0.9594945602551861},
                                   {6, 6, 0.42319008112684364},
                                   {6, 18, 0.006232195106377317},
                                   {6, 1200.0, 4.786642678691298e-256},
                                   {7, 1e-08, 1.0},
                                   {7, 1.75, 0.9723744463226466},
                                   {7, 7, 0.42887985755305486},
                                   {7, 21, 0.003770150051146164},
                                   {7, 1200.0, 7.061924746633696e-255},
                                   {8, 1e-08, 1.0},
                                   {8, 2.0, 0.9810118431238462},
                                   {8, 8, 0.43347012036670896},
                                   {8, 24, 0.002291791207791423},
                                   {8, 1200.0, 9.589294017602776e-254},
                                   {9, 1e-08, 1.0},
                                   {9, 2.25, 0.9868693843419859},
                                   {9, 9, 0.43727418891386693},
                                   {9, 27, 0.001398767679796457},
                                   {9, 1200.0, 1.2126417776311672e-252},
                                   {10, 1e-08, 1.0},
                                   {10, 2.5, 0.9908757207816047},
                                   {10, 10, 0.44049328506521257},
                                   {10, 30, 0.000856641210775301},
                                   {10, 1200.0, 1.4408034326399483e-251},
                                   {11, 1e-08, 1.0},
                                   {11, 2.75, 0.9936343059236095},
                                   {11, 11, 0.4432632784264655},
                                   {11, 33, 0.0005261626728433626},
                                   {11, 1200.0, 1.6195662216224277e-250},
                                   {12, 1e-08, 1.0},
                                   {12, 3.0, 0.9955440192247521},
                                   {12, 12, 0.44567964136461097},
                                   {12, 36, 0.00032399345110116875},
                                   {12, 1200.0, 1.7318650006731017e-249},
                                   {13, 1e-08, 1.0},
                                   {13, 3.25, 0.9968719561015883},
                                   {13, 13, 0.4478116743194914},
                                   {13, 39, 0.00019994356161353788},
                                   {13, 1200.0, 1.7697663573210054e-248},
                                   {26, 1e-08, 1.0},
                                   {26, 6.5, 0.9999636061672437},
                                   {26, 26, 0.46310474709968075},
                                   {26, 78, 4.248165082784954e-07},
                                   {26, 1200.0, 1.228988451054707e-236},
                                   {60, 1e-08, 1.0},
                                   {60, 15.0, 0.9999999995102885},
                                   {60, 60, 0.4757169861063199},
                                   {60, 180, 6.392656991137546e-14},
                                   {60, 1200.0, 1.1604727729528413e-211},
                                   {242, 1e-08, 1.0},
                                   {242, 60.5, 1.0},
                                   {242, 242, 0.487910295182541},
                                   {242, 726, 7.725622595778116e-50},
                                   {242, 1200.0, 1.1823664579397323e-126},
                                   {1.5, 1e-08, 0.9999993530325316},
                                   {1.5, 0.375, 0.7134610726090203},
                                   {1.5, 1.5, 0.34840748050031095},
                                   {1.5, 4.5, 0.0648059553533613},
                                   {1.5, 1200.0, 4.3682615306630795e-262}};
  for (const Tail& t : tails) {
    SCOPED_TRACE(testing::Message() << "dof " << t.dof << " x " << t.x);
    expect_relative(chi2_survival(t.dof, t.x), t.value, 1e-11);
  }
}

TEST(ChiSquare, QuantilesMatchScipy) {
  const std::vector<Tail> quantiles = {};
  for (const Tail& t : quantiles) {
    SCOPED_TRACE(testing::Message() << "dof " << t.dof << " q " << t.x);
    expect_relative(chi2_isf(t.dof, t.x), t.value, 1e-10);
    expect_relative(chi2_survival(t.dof, chi2_isf(t.dof, t.x)), t.x, 1e-11);
  }
}

TEST(ChiSquare, HasClosedFormForTwoDegrees) {
  for (double x = 1e-6; x < 1300.0; x *= 1.7) expect_relative(chi2_survival(2.0, x), std::exp(-0.5 * x), 1e-12);
}

TEST(ChiSquare, HoldsAtTheEnds) {
  EXPECT_EQ(chi2_survival(3.0, 0.0), 1.0);
  EXPECT_EQ(chi2_survival(3.0, -1.0), 1.0);
  EXPECT_EQ(chi2_survival(3.0, 1e300), 0.0);
  EXPECT_EQ(chi2_survival(3.0, kInfinity), 0.0);
  EXPECT_EQ(chi2_survival(3.0, std::numeric_limits<double>::denorm_min()), 1.0);
  EXPECT_TRUE(std::isnan(chi2_survival(3.0, kNan)));
  EXPECT_THROW(chi2_survival(0.0, 1.0), std::invalid_argument);
  EXPECT_THROW(chi2_survival(kInfinity, 1.0), std::invalid_argument);
  EXPECT_THROW(chi2_isf(3.0, 0.0), std::invalid_argument);
  EXPECT_THROW(chi2_isf(3.0, 1.0), std::invalid_argument);
  EXPECT_THROW(chi2_isf(3.0, kNan), std::invalid_argument);
}

TEST(FDistribution, TailMatchesMpmath) {
  const std::vector<TwoSidedTail> tails = {{1, 3, 1e-08, 0.9999264894807738},
                                           {1, 3, 0.4, 0.572003380700641},
                                           {1, 3, 1.0, 0.39100221895577064},
                                           {1, 3, 2.5, 0.21198544267264866},
                                           {1, 3, 40.0, 0.007991211082066282},
                                           {1, 3, 1000000.0, 2.2053076425765927e-09},
                                           {2, 1.5, 1e-08, 0.9999999900000002},
                                           {2, 1.5, 0.4, 0.7257258074959142},
                                           {2, 1.5, 1.0, 0.5296846787239058},
                                           {2, 1.5, 2.5, 0.33295337907024025},
                                           {2, 1.5, 40.0, 0.049968951616513865},
                                           {2, 1.5, 1000000.0, 2.5485649337030428e-05},
                                           {3, 12.5, 1e-08, 0.999999999998537},
                                           {3, 12.5, 0.4, 0.7554381997588384},
                                           {3, 12.5, 1.0, 0.4249700600208114},
                                           {3, 12.5, 2.5, 0.10715460151081939},
                                           {3, 12.5, 40.0, 1.1182855136116323e-06},
                                           {3, 12.5, 1000000.0, 7.0600825417248e-34},
                                           {4, 4, 1e-08, 0.9999999999999997},
                                           {4, 4, 0.4, 0.8017492711370262},
                                           {4, 4, 1.0, 0.5},
                                           {4, 4, 2.5, 0.19825072886297376},
                                           {4, 4, 40.0, 0.00175563326127015},
                                           {4, 4, 1000000.0, 2.999992000015e-12},
                                           {6, 30, 1e-08, 1.0},
                                           {6, 30, 0.4, 0.8730768207491527},
                                           {6, 30, 1.0, 0.4435207220456422},
                                           {6, 30, 2.5, 0.0441507263700759},
                                           {6, 30, 40.0, 5.301255427454364e-13},
                                           {6, 30, 1000000.0, 4.1500404514460403e-78},
                                           {13, 200, 1e-08, 1.0},
                                           {13, 200, 0.4, 0.968666916585426},
                                           {13, 200, 1.0, 0.45265893232022986},
                                           {13, 200, 2.5, 0.003455116310680534},
                                           {13, 200, 40.0, 1.6538555229746636e-48},
                                           {60, 5, 1e-08, 1.0},
                                           {60, 5, 0.4, 0.9597942811697306},
                                           {60, 5, 1.0, 0.5743637509543806},
                                           {60, 5, 2.5, 0.15306953299845286},
                                           {60, 5, 40.0, 0.00029767379218382037},
                                           {60, 5, 1000000.0, 3.1610501081652294e-15},
                                           {242, 10000.0, 1e-08, 1.0},
                                           {242, 10000.0, 0.4, 1.0},
                                           {242, 10000.0, 1.0, 0.488342768359711},
                                           {242, 10000.0, 2.5, 1.2314962739146607e-31}};
  for (const TwoSidedTail& t : tails) {
    SCOPED_TRACE(testing::Message() << "F(" << t.d1 << ", " << t.d2 << ") x " << t.x);
    expect_relative(f_survival(t.d1, t.d2, t.x), t.value, 1e-11);
  }
}

TEST(FDistribution, QuantilesMatchScipy) {
  const std::vector<TwoSidedTail> quantiles = {
      {1, 3, 0.85, 0.042423564977739185},  {1, 3, 0.5, 0.5850602740518203},       {1, 3, 0.01, 34.116221564529795},
      {1, 3, 0.0001, 784.0072806301033},   {3, 12.5, 0.85, 0.2640935094660122},   {3, 12.5, 0.5, 0.8333694705052732},
      {3, 12.5, 0.01, 5.8405435874859775}, {3, 12.5, 0.0001, 17.183664633493464}, {6, 30, 0.85, 0.4343909495812601},
      {6, 30, 0.5, 0.9116859426331352},    {6, 30, 0.01, 3.473476608667128},      {6, 30, 0.0001, 7.0016890207688},
      {13, 2, 0.85, 0.45392826406314774},  {13, 2, 0.5, 1.3671388591245603},      {13, 2, 0.01, 99.42225921964588},
      {13, 2, 0.0001, 9999.423068787677}};
  for (const TwoSidedTail& t : quantiles) {
    SCOPED_TRACE(testing::Message() << "F(" << t.d1 << ", " << t.d2 << ") q " << t.x);
    expect_relative(f_isf(t.d1, t.d2, t.x), t.value, 1e-10);
    expect_relative(f_survival(t.d1, t.d2, f_isf(t.d1, t.d2, 1e-40)), 1e-40, 1e-11);
  }
}

TEST(FDistribution, IsItsOwnReciprocal) {
  for (double x = 0.01; x < 100.0; x *= 1.9) {
    EXPECT_NEAR(f_survival(3.0, 17.0, x) + f_survival(17.0, 3.0, 1.0 / x), 1.0, 1e-13) << x;
  }
}

TEST(FDistribution, BecomesChiSquare) {
  for (double x = 0.01; x < 20.0; x *= 1.9) {
    EXPECT_EQ(f_survival(6.0, kInfinity, x), chi2_survival(6.0, 6.0 * x));
    expect_relative(f_survival(6.0, 1e9, x), chi2_survival(6.0, 6.0 * x), 1e-5);
  }
}

TEST(FDistribution, HoldsAtTheEnds) {
  EXPECT_EQ(f_survival(3.0, 5.0, 0.0), 1.0);
  EXPECT_EQ(f_survival(3.0, 5.0, kInfinity), 0.0);
  EXPECT_TRUE(std::isnan(f_survival(3.0, 5.0, kNan)));
  EXPECT_THROW(f_survival(3.0, 0.0, 1.0), std::invalid_argument);
  EXPECT_THROW(f_survival(-3.0, 1.0, 1.0), std::invalid_argument);
  EXPECT_THROW(f_isf(3.0, 5.0, 1.5), std::invalid_argument);
}

}  // namespace
}  // namespace groundshift
