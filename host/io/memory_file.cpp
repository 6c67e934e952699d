// SPDX-License-Identifier: Apache-2.0
// Names by a counter.
#include "host/io/memory_file.hpp"

#include <atomic>
#include <cstdint>

#include <cpl_vsi.h>
#include <fmt/format.h>

namespace groundshift {

MemoryFile::MemoryFile(std::string_view extension) {
  static std::atomic<std::int64_t> next{0};
  path_ = fmt::format("/vsimem/groundshift_{}{}", next++, extension);
}

MemoryFile::~MemoryFile() {
  VSIUnlink(path_.c_str());
  VSIUnlink((path_ + ".aux.xml").c_str());
}

std::span<const std::byte> MemoryFile::bytes() const {
  vsi_l_offset count = 0;
  const GByte* data = VSIGetMemFileBuffer(path_.c_str(), &count, FALSE);
  return {reinterpret_cast<const std::byte*>(data), data == nullptr ? 0 : static_cast<std::size_t>(count)};
}

}  // namespace groundshift
