// SPDX-License-Identifier: Apache-2.0
// Times as text, in UTC.
#pragma once

#include <ctime>
#include <string>

namespace groundshift {

/// As 2020-12-11T22:38:32Z.
std::string utc_text(std::time_t seconds);

}  // namespace groundshift
