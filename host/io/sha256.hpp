// SPDX-License-Identifier: Apache-2.0
// SHA-256 of bytes as they come (libcrypto).
#pragma once

#include <array>
#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>

struct evp_md_ctx_st;

namespace groundshift {

class Sha256 {
 public:
  using Digest = std::array<unsigned char, 32>;
  Sha256();
  void add(const void* data, std::size_t byte_count);
  /// Once, at the end.
  Digest finish();

 private:
  struct Free {
    void operator()(evp_md_ctx_st* context) const noexcept;
  };
  std::unique_ptr<evp_md_ctx_st, Free> context_;
};

/// Two lower-case hexadecimal digits a byte.
std::string hex_text(const Sha256::Digest& digest);

/// Hexadecimal SHA-256 of a local file's bytes. Throws InputError.
std::string sha256_of_file(const std::filesystem::path& path);

}  // namespace groundshift
