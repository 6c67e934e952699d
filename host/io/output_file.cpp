// SPDX-License-Identifier: Apache-2.0
// Temporary siblings: locked while their maker lives, renamed when complete, swept when their maker died.
#include "host/io/output_file.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <utility>

#include <fmt/format.h>

#include "host/base/error.hpp"

namespace groundshift {
namespace fs = std::filesystem;
namespace {

std::string reason() { return std::strerror(errno); }

fs::path folder_of(const fs::path& path) { return path.has_parent_path() ? path.parent_path() : fs::path("."); }

constexpr std::string_view kMark = ".gs-";

/// A sibling is "<prefix><unique>.<suffix>"; its lock is "<prefix><unique>.lock". A sibling of a sibling begins with
/// the whole name of the first one, so that it is swept with it.
std::string prefix_of(const fs::path& target) {
  const std::string name = target.filename().string();
  const bool sibling = name.starts_with('.') && name.find(kMark) != std::string::npos;
  return (sibling ? "" : ".") + name + std::string(kMark);
}

/// Removes "<stem>.*" but the lock: the sibling, and what a library may have put beside it under a longer name.
void remove_siblings(const fs::path& folder, const std::string& stem) {
  std::error_code ignored;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, ignored)) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with(stem + ".") && name != stem + ".lock") fs::remove(entry.path(), ignored);
  }
}

/// Removes siblings of `target` whose maker died: their lock file can be locked.
void sweep(const fs::path& folder, const fs::path& target) {
  const std::string prefix = prefix_of(target);
  std::error_code ignored;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, ignored)) {
    const std::string name = entry.path().filename().string();
    if (!name.starts_with(prefix) || !name.ends_with(".lock")) continue;
    const int fd = ::open(entry.path().c_str(), O_RDWR | O_CLOEXEC);
    if (fd < 0) continue;
    if (::flock(fd, LOCK_EX | LOCK_NB) == 0) {
      remove_siblings(folder, fs::path(name).stem().string());
      fs::remove(entry.path(), ignored);
    }
    ::close(fd);
  }
}

/// Makes and locks a new file; -1 with errno when that fails. A sweep of another process may lock or remove the file
/// before we hold it: then, as when the name is taken, errno is EWOULDBLOCK or EEXIST and another name is worth a try.
int make_lock(const fs::path& path) {
  const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
  if (fd < 0) return -1;
  struct stat facts {};
  const bool locked = ::flock(fd, LOCK_EX | LOCK_NB) == 0;
  if (locked && ::fstat(fd, &facts) == 0 && facts.st_nlink > 0) return fd;
  const int why = locked ? EWOULDBLOCK : errno;
  ::close(fd);
  errno = why;
  return -1;
}

void sync_to_disk(const fs::path& path, int flags) {
  const int fd = ::open(path.c_str(), flags | O_CLOEXEC);
  if (fd < 0) throw OutputError(fmt::format("{}: cannot be opened to be synced: {}", path.string(), reason()));
  const int failed = ::fsync(fd);
  const int why = errno;
  ::close(fd);
  if (failed != 0 && why != EINVAL && why != EROFS) {
    errno = why;
    throw OutputError(fmt::format("{}: cannot be synced to disk: {}", path.string(), reason()));
  }
}

}  // namespace

void check_output_path(const fs::path& path, bool overwrite) {
  std::error_code error;
  if (path.string().starts_with("/vsi")) {
    throw OutputError(fmt::format("{}: outputs must be local paths", path.string()));
  }
  if (path.filename().empty()) throw OutputError(fmt::format("{}: names no file", path.string()));
  const fs::path folder = folder_of(path);
  if (!fs::is_directory(folder, error)) {
    throw OutputError(fmt::format("{}: the folder {} does not exist", path.string(), folder.string()));
  }
  if (fs::is_directory(path, error)) throw OutputError(fmt::format("{}: is a directory", path.string()));
  if (::access(folder.c_str(), W_OK | X_OK) != 0) {
    throw OutputError(fmt::format("{}: the folder {} cannot be written: {}", path.string(), folder.string(), reason()));
  }
  if (fs::exists(fs::symlink_status(path, error)) && !overwrite) {
    throw OutputError(fmt::format("{}: exists already; add --overwrite to replace it", path.string()));
  }
}

TemporarySibling::TemporarySibling(const fs::path& target, const fs::path& folder, std::string_view purpose)
    : target_(target) {
  static std::atomic<int> counter{0};
  const fs::path place = folder.empty() ? folder_of(target) : folder;
  sweep(place, target);
  constexpr int kMostTries = 100;
  for (int i = 0; i < kMostTries; ++i) {
    const std::string stem = fmt::format("{}{}-{}{}", prefix_of(target), ::getpid(), counter++, purpose);
    lock_path_ = place / (stem + ".lock");
    path_ = place / (stem + target.extension().string());
    lock_fd_ = make_lock(lock_path_);
    if (lock_fd_ >= 0) return;
    if (errno != EWOULDBLOCK && errno != EEXIST) break;
  }
  throw OutputError(
      fmt::format("{}: cannot make a temporary file in {}: {}", target.string(), place.string(), reason()));
}

TemporarySibling::TemporarySibling(TemporarySibling&& other) noexcept
    : target_(std::move(other.target_)),
      path_(std::move(other.path_)),
      lock_path_(std::move(other.lock_path_)),
      lock_fd_(std::exchange(other.lock_fd_, -1)) {}

TemporarySibling::~TemporarySibling() {
  if (lock_fd_ < 0) return;
  std::error_code ignored;
  remove_siblings(lock_path_.parent_path(), lock_path_.stem().string());
  fs::remove(lock_path_, ignored);
  ::close(lock_fd_);
}

void TemporarySibling::commit() {
  expects(lock_fd_ >= 0, "a temporary sibling is committed once");
  sync_to_disk(path_, O_RDONLY);
  if (::rename(path_.c_str(), target_.c_str()) != 0) {
    throw OutputError(fmt::format("{}: cannot be put in place: {}", target_.string(), reason()));
  }
  sync_to_disk(folder_of(target_), O_RDONLY | O_DIRECTORY);
}

void TemporarySibling::commit_beside(std::string_view extension) {
  expects(lock_fd_ >= 0, "a temporary sibling is committed once");
  const fs::path from = fs::path(path_).replace_extension(extension),
                 to = fs::path(target_).replace_extension(extension);
  std::error_code error;
  if (!fs::exists(from, error)) {
    fs::remove(to, error);
    return;
  }
  sync_to_disk(from, O_RDONLY);
  if (::rename(from.c_str(), to.c_str()) != 0) {
    throw OutputError(fmt::format("{}: cannot be put in place: {}", to.string(), reason()));
  }
}

void write_text_file(const fs::path& path, std::string_view text) {
  TemporarySibling sibling(path);
  const int fd = ::open(sibling.path().c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (fd < 0) throw OutputError(fmt::format("{}: cannot be written: {}", path.string(), reason()));
  while (!text.empty()) {
    const ssize_t written = ::write(fd, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) {
      const std::string why = reason();
      ::close(fd);
      throw OutputError(fmt::format("{}: cannot be written: {}", path.string(), why));
    }
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  if (::close(fd) != 0) throw OutputError(fmt::format("{}: cannot be closed: {}", path.string(), reason()));
  sibling.commit();
}

}  // namespace groundshift
