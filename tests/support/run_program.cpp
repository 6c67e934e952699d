// SPDX-License-Identifier: Apache-2.0
// fork, exec, wait4: output into anonymous files, so that no pipe can fill.
#include "tests/support/run_program.hpp"

#include <fcntl.h>
#include <linux/capability.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <stdexcept>

namespace groundshift::test {
namespace {

constexpr int kCannotStart = 127;
constexpr int kSetupFailed = 126;

[[noreturn]] void fail(const std::string& what) { throw std::runtime_error(what + ": " + std::strerror(errno)); }

/// A file without a name that a child can write and we read at any time.
class AnonymousFile {
 public:
  explicit AnonymousFile(const char* name) : fd_(::memfd_create(name, MFD_CLOEXEC)) {
    if (fd_ < 0) fail("memfd_create");
  }
  ~AnonymousFile() { ::close(fd_); }
  AnonymousFile(const AnonymousFile&) = delete;
  AnonymousFile& operator=(const AnonymousFile&) = delete;
  int get() const { return fd_; }
  std::string text() const {
    std::string all;
    std::array<char, 4096> part{};
    for (ssize_t got = 0; (got = ::pread(fd_, part.data(), part.size(), static_cast<off_t>(all.size()))) > 0;) {
      all.append(part.data(), static_cast<std::size_t>(got));
    }
    return all;
  }

 private:
  int fd_;
};

std::vector<char*> pointers(std::vector<std::string>& words) {
  std::vector<char*> list;
  for (std::string& word : words) list.push_back(word.data());
  list.push_back(nullptr);
  return list;
}

std::vector<std::string> environment_with(const std::vector<std::pair<std::string, std::string>>& added) {
  std::vector<std::string> all;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string line = *entry;
    const std::string name = line.substr(0, line.find('='));
    bool kept = name != "GROUNDSHIFT_BACKEND" && name != "GROUNDSHIFT_MEMORY" && name != "GROUNDSHIFT_RATES" &&
                name != "GDAL_CACHEMAX";
    for (const auto& [other, value] : added) kept = kept && other != name;
    if (kept) all.push_back(line);
  }
  for (const auto& [name, value] : added) all.push_back(name + "=" + value);
  return all;
}

/// Waits until the process of this descriptor ends or a short while passed; true when it ended.
bool ended_soon(int process_fd) {
  constexpr int kLookAgainMs = 5;
  pollfd watched{process_fd, POLLIN, 0};
  return ::poll(&watched, 1, kLookAgainMs) > 0;
}

}  // namespace

ProgramRun run_program(const std::string& program, const std::vector<std::string>& arguments, const RunSetup& setup) {
  const AnonymousFile out("stdout"), err("stderr");
  std::vector<std::string> words = arguments;
  words.insert(words.begin(), program);
  std::vector<std::string> variables = environment_with(setup.environment);
  const std::vector<char*> argv = pointers(words), envp = pointers(variables);
  const auto start = std::chrono::steady_clock::now();
  const pid_t child = ::fork();
  if (child < 0) fail("fork");
  if (child == 0) {
    const int nothing = ::open("/dev/null", O_RDONLY);
    ::dup2(nothing, STDIN_FILENO);
    ::dup2(out.get(), STDOUT_FILENO);
    ::dup2(err.get(), STDERR_FILENO);
    if (setup.in_child && !setup.in_child()) ::_exit(kSetupFailed);
    ::execve(program.c_str(), argv.data(), envp.data());
    ::_exit(kCannotStart);
  }
  const auto process_fd = static_cast<int>(::syscall(SYS_pidfd_open, child, 0));
  if (process_fd < 0) fail("pidfd_open");
  ProgramRun run;
  bool signal_sent = !setup.signal_when;
  while (!ended_soon(process_fd)) {
    if (!signal_sent && setup.signal_when(err.text())) {
      ::kill(child, setup.signal_to_send);
      signal_sent = true;
    }
    if (std::chrono::steady_clock::now() - start > setup.timeout) {
      run.timed_out = true;
      ::kill(child, SIGKILL);
      break;
    }
  }
  int status = 0;
  rusage usage{};
  while (::wait4(child, &status, 0, &usage) < 0) {
    if (errno != EINTR) fail("wait4");
  }
  ::close(process_fd);
  run.wall_s = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  run.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  run.signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
  run.peak_rss_bytes = std::int64_t{usage.ru_maxrss} * 1024;
  run.out = out.text();
  run.err = err.text();
  if (run.exit_code == kCannotStart || run.exit_code == kSetupFailed) {
    throw std::runtime_error(program + " could not be started (" + std::to_string(run.exit_code) + ")");
  }
  return run;
}

ProgramRun run_groundshift(const std::vector<std::string>& arguments, const RunSetup& setup) {
  RunSetup own = setup;
  const auto chosen = [](const auto& variable) { return variable.first == "GROUNDSHIFT_BACKEND"; };
  if (std::none_of(own.environment.begin(), own.environment.end(), chosen)) {
    own.environment.emplace_back("GROUNDSHIFT_BACKEND", "cpu");
  }
  return run_program(GS_PROGRAM, arguments, own);
}

bool drop_file_privileges() {
  if (::geteuid() != 0) return true;
  return ::prctl(PR_CAPBSET_DROP, CAP_DAC_OVERRIDE, 0, 0, 0) == 0;  // in force from the exec on
}

}  // namespace groundshift::test
