// SPDX-License-Identifier: Apache-2.0
// SHA-256 over libcrypto, and over a whole file.
#include "host/io/sha256.hpp"

#include <fstream>
#include <vector>

#include <fmt/format.h>
#include <openssl/evp.h>

#include "host/base/error.hpp"

namespace groundshift {

void Sha256::Free::operator()(evp_md_ctx_st* context) const noexcept { EVP_MD_CTX_free(context); }

Sha256::Sha256() : context_(EVP_MD_CTX_new()) { EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr); }

void Sha256::add(const void* data, std::size_t byte_count) { EVP_DigestUpdate(context_.get(), data, byte_count); }

Sha256::Digest Sha256::finish() {
  Digest digest{};
  EVP_DigestFinal_ex(context_.get(), digest.data(), nullptr);
  return digest;
}

std::string hex_text(const Sha256::Digest& digest) {
  std::string text;
  for (const unsigned char byte : digest) text += fmt::format("{:02x}", byte);
  return text;
}

std::string sha256_of_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw InputError(fmt::format("{}: cannot be opened", path.string()));
  constexpr std::size_t kBuffer = std::size_t{1} << 20;
  std::vector<char> buffer(kBuffer);
  Sha256 sha;
  while (file.read(buffer.data(), kBuffer) || file.gcount() > 0) {
    sha.add(buffer.data(), static_cast<std::size_t>(file.gcount()));
  }
  if (file.bad()) throw InputError(fmt::format("{}: cannot be read to its end", path.string()));
  return hex_text(sha.finish());
}

}  // namespace groundshift
