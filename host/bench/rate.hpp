// SPDX-License-Identifier: Apache-2.0
// How a rate is taken: threads that start together, a round to warm up, the median of the others.
#pragma once

#include <functional>
#include <vector>

namespace groundshift {

/// Units (bytes or pixels) a second. `all` with every thread that a job would use.
struct Rates {
  double one = 0.0, all = 0.0;
};

/// Rate of `work(thread)`, run at once on `threads` threads, `amount` units by all of them together: one round that
/// does not count, then the median of 3, fewer when they take more than a second together. What `work` throws is
/// rethrown.
double rate_of(int threads, double amount, const std::function<void(int)>& work);

/// Middle value; of an even number of them the mean of both. values : not empty
double median(std::vector<double> values);

}  // namespace groundshift
