// SPDX-License-Identifier: Apache-2.0
// Facts out of /proc and getrusage.
#include "host/bench/process_facts.hpp"

#include <sys/resource.h>
#include <sys/utsname.h>
#include <unistd.h>
#include <cstdlib>
#include <fstream>

#include "host/engine/resources.hpp"

namespace groundshift {
double cpu_seconds() {
  struct rusage usage {};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + 1e-6 * static_cast<double>(t.tv_usec);
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

void reset_peak_memory() {
  std::ofstream file("/proc/self/clear_refs");
  file << 5;  // the peak becomes the present; see proc(5)
}

std::int64_t peak_since_reset_bytes() {
  const auto peak = proc_field("/proc/self/status", "VmHWM");  // "   123456 kB"
  const long long kib = peak ? std::strtoll(peak->c_str(), nullptr, 10) : 0;
  return kib > 0 ? std::int64_t{kib} * 1024 : peak_memory_bytes();
}

std::int64_t machine_memory_bytes() { return std::int64_t{sysconf(_SC_PHYS_PAGES)} * sysconf(_SC_PAGE_SIZE); }

std::string system_text() {
  struct utsname facts {};
  return uname(&facts) == 0 ? std::string(facts.sysname) + " " + facts.release : "unknown";
}

}  // namespace groundshift
