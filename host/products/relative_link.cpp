// SPDX-License-Identifier: Apache-2.0
// Paths to URI references.
#include "host/products/relative_link.hpp"

#include <cctype>
#include <string_view>

#include <fmt/format.h>

namespace groundshift {
namespace fs = std::filesystem;
namespace {

std::string percent_encoded(const std::string& path) {
  constexpr std::string_view kPlain = "-._~/!$&()*+,;=@";
  std::string out;
  for (const char c : path) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = byte < 128 && (std::isalnum(byte) != 0 || kPlain.find(c) != std::string_view::npos);
    out += plain ? std::string(1, c) : fmt::format("%{:02X}", byte);
  }
  return out;
}

}  // namespace

std::string relative_link(const fs::path& file, const fs::path& folder) {
  const fs::path target = fs::absolute(file).lexically_normal();
  const fs::path from = fs::absolute(folder.empty() ? fs::path(".") : folder).lexically_normal();
  const fs::path relative = target.lexically_relative(from);
  if (relative.empty()) return "file://" + percent_encoded(target.generic_string());
  return percent_encoded(relative.generic_string());
}

}  // namespace groundshift
