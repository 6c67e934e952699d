// SPDX-License-Identifier: Apache-2.0
// Timed reads and writes of whole chunks.
#include "host/bench/storage_rates.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>

#include <fmt/format.h>

#include "host/base/error.hpp"
#include "host/bench/rate.hpp"

namespace groundshift {
namespace {

constexpr std::size_t kChunk = std::size_t{4} << 20;
constexpr std::size_t kMostBytes = std::size_t{1} << 30;  // of one file: a second or so

class OpenFile {
 public:
  OpenFile(const std::string& path, int flags) : fd_(::open(path.c_str(), flags | O_CLOEXEC, 0600)) {}
  ~OpenFile() {
    if (fd_ >= 0) ::close(fd_);
  }
  OpenFile(OpenFile&& other) noexcept : fd_(other.fd_) { other.fd_ = -1; }
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;
  int get() const { return fd_; }

 private:
  int fd_ = -1;
};

struct Free {
  void operator()(void* memory) const { std::free(memory); }
};
using Chunk = std::unique_ptr<void, Free>;
Chunk make_chunk() { return Chunk(std::aligned_alloc(4096, kChunk)); }

struct Piece {
  int fd = -1;
  off_t offset = 0;
  std::size_t bytes = 0;
};

/// Rate of reading these files by chunks, past the cache only whole ones; nothing where one cannot be read so.
std::optional<double> read_rate(const std::vector<std::string>& files, int flags, int threads) {
  std::vector<OpenFile> open;
  std::vector<Piece> pieces;
  double total = 0.0;
  for (const std::string& file : files) {
    struct stat facts {};
    if (::stat(file.c_str(), &facts) != 0 || !S_ISREG(facts.st_mode)) continue;
    open.emplace_back(file, O_RDONLY | flags);
    if (open.back().get() < 0) return std::nullopt;
    const auto bytes = std::min(static_cast<std::size_t>(facts.st_size), kMostBytes);
    for (std::size_t at = 0; at < bytes; at += kChunk) {
      const std::size_t piece = std::min(kChunk, bytes - at);
      if (flags == O_DIRECT && piece < kChunk) break;
      pieces.push_back({open.back().get(), static_cast<off_t>(at), piece});
      total += static_cast<double>(piece);
    }
  }
  if (pieces.empty()) return std::nullopt;
  std::vector<Chunk> chunks;
  for (int t = 0; t < threads; ++t) chunks.push_back(make_chunk());
  std::atomic<bool> failed{false};
  const double rate = rate_of(threads, total, [&](int t) {
    const auto step = static_cast<std::size_t>(threads);
    for (auto i = static_cast<std::size_t>(t); i < pieces.size(); i += step) {
      const auto [fd, offset, bytes] = pieces[i];
      const ssize_t got = ::pread(fd, chunks[static_cast<std::size_t>(t)].get(), bytes, offset);
      if (got != static_cast<ssize_t>(bytes)) failed = true;
    }
  });
  return failed ? std::nullopt : std::optional(rate);
}

double write_rate(const std::filesystem::path& folder) {
  constexpr std::size_t kChunks = 64;
  const Chunk chunk = make_chunk();
  auto* words = static_cast<std::uint64_t*>(chunk.get());
  for (std::size_t i = 0; i < kChunk / 8; ++i) words[i] = (i + 1) * 0x9e3779b97f4a7c15u;  // no zeros to skip
  const std::string path = (folder / fmt::format(".groundshift-bench-{}", ::getpid())).string();
  return rate_of(1, static_cast<double>(kChunks * kChunk), [&](int) {
    const OpenFile file(path, O_WRONLY | O_CREAT | O_TRUNC);
    int error = file.get() < 0 ? errno : 0;
    ::unlink(path.c_str());
    for (std::size_t i = 0; i < kChunks && error == 0; ++i) {
      if (::write(file.get(), chunk.get(), kChunk) != static_cast<ssize_t>(kChunk)) error = errno != 0 ? errno : ENOSPC;
    }
    if (error == 0 && ::fsync(file.get()) != 0) error = errno;
    if (error != 0) {
      throw OutputError(fmt::format("{}: 256 MiB cannot be written to measure the storage: {}", folder.string(),
                                    std::strerror(error)));
    }
  });
}

}  // namespace

StorageRates storage_rates(const std::vector<std::string>& files, const std::filesystem::path& folder, int threads) {
  StorageRates rates;
  rates.cached = read_rate(files, 0, threads);
  rates.direct = read_rate(files, O_DIRECT, 8);
  rates.write = write_rate(folder);
  return rates;
}

void read_through(const std::vector<std::string>& files) {
  const Chunk chunk = make_chunk();
  for (const std::string& name : files) {
    const OpenFile file(name, O_RDONLY);
    while (file.get() >= 0 && ::read(file.get(), chunk.get(), kChunk) > 0) {
    }
  }
}

std::optional<double> cached_share(const std::vector<std::string>& files) {
  const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGE_SIZE));
  std::size_t pages = 0, cached = 0;
  for (const std::string& name : files) {
    const OpenFile file(name, O_RDONLY);
    struct stat facts {};
    if (file.get() < 0 || ::fstat(file.get(), &facts) != 0 || !S_ISREG(facts.st_mode) || facts.st_size == 0) continue;
    const auto bytes = static_cast<std::size_t>(facts.st_size);
    void* const map = ::mmap(nullptr, bytes, PROT_READ, MAP_SHARED, file.get(), 0);
    if (map == MAP_FAILED) return std::nullopt;
    std::vector<unsigned char> states((bytes + page - 1) / page);
    const int answer = ::mincore(map, bytes, states.data());
    ::munmap(map, bytes);
    if (answer != 0) return std::nullopt;
    pages += states.size();
    cached += static_cast<std::size_t>(
        std::count_if(states.begin(), states.end(), [](unsigned char state) { return (state & 1) != 0; }));
  }
  if (pages == 0) return std::nullopt;
  return static_cast<double>(cached) / static_cast<double>(pages);
}

}  // namespace groundshift
