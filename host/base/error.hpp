// SPDX-License-Identifier: Apache-2.0
// Failures as exceptions: what went wrong, which exit code it means, and context added on the way up.
#pragma once

#include <exception>
#include <stdexcept>
#include <string>
#include <utility>

namespace groundshift {

/// The number is the program's exit code.
enum class ErrorKind : int {
  other = 1,
  usage = 2,
  input = 3,
  output = 4,
  device = 5,
  budget = 6,
  interrupted = 130,
  terminated = 143
};

class Error : public std::runtime_error {
 public:
  Error(ErrorKind kind, const std::string& message) : std::runtime_error(message), kind_(kind) {}
  ErrorKind kind() const noexcept { return kind_; }

 private:
  ErrorKind kind_;
};

template <ErrorKind Kind>
class ErrorOf : public Error {
 public:
  explicit ErrorOf(const std::string& message) : Error(Kind, message) {}
};
using UsageError = ErrorOf<ErrorKind::usage>;    ///< unknown option, malformed value
using InputError = ErrorOf<ErrorKind::input>;    ///< missing, unreadable, corrupt, unfit input
using OutputError = ErrorOf<ErrorKind::output>;  ///< folder, permission, exists, disk full
using DeviceError = ErrorOf<ErrorKind::device>;  ///< not built, absent, failed
using BudgetError = ErrorOf<ErrorKind::budget>;  ///< does not fit --memory

/// Runs f; an Error leaving it is rethrown with `context` around it (std::throw_with_nested) and the same kind.
template <class F>
decltype(auto) with_context(const std::string& context, F&& f) {
  try {
    return std::forward<F>(f)();
  } catch (const Error& e) {
    std::throw_with_nested(Error(e.kind(), context));
  }
}

/// The whole chain, outermost first, joined by ": ".
std::string describe(const std::exception& error);

/// Exit code of the outermost groundshift error; std::bad_alloc is 6, anything else 1.
int exit_code_of(const std::exception& error) noexcept;

/// Throws std::logic_error naming the caller's broken promise. `condition` must be pure.
void expects(bool condition, const char* why);

}  // namespace groundshift
