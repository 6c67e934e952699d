// SPDX-License-Identifier: Apache-2.0
// Which groundshift this is.
#pragma once

namespace groundshift {

const char* version_text();  ///< e.g. "0.1.0"
const char* commit_text();   ///< abbreviated commit, "-dirty" appended when the tree was changed, or "unknown"
const char* build_text();    ///< compiler and build type

}  // namespace groundshift
