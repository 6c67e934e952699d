// SPDX-License-Identifier: Apache-2.0
// Reading a chain of nested exceptions.
#include "host/base/error.hpp"

#include <new>

namespace groundshift {

std::string describe(const std::exception& error) {
  std::string text = error.what();
  try {
    std::rethrow_if_nested(error);
  } catch (const std::exception& inner) {
    text.append(": ").append(describe(inner));
  }
  return text;
}

int exit_code_of(const std::exception& error) noexcept {
  if (const auto* known = dynamic_cast<const Error*>(&error)) return static_cast<int>(known->kind());
  if (dynamic_cast<const std::bad_alloc*>(&error)) return static_cast<int>(ErrorKind::budget);
  return static_cast<int>(ErrorKind::other);
}

void expects(bool condition, const char* why) {
  if (!condition) throw std::logic_error(std::string("precondition failed: ") + why);
}

}  // namespace groundshift
