// SPDX-License-Identifier: Apache-2.0
// strftime on a thread's own calendar.
#include "host/base/utc_text.hpp"

namespace groundshift {

std::string utc_text(std::time_t seconds) {
  std::tm utc{};
  ::gmtime_r(&seconds, &utc);
  char text[32];
  std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &utc);
  return text;
}

}  // namespace groundshift
