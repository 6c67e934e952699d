// SPDX-License-Identifier: Apache-2.0
// Links between files that move together.
#pragma once

#include <filesystem>
#include <string>

namespace groundshift {

/// URI reference from a file in `folder` to `file` ("change_class.tif", "a%20b.tif", "../x/y.tif"), percent-encoded by
/// RFC 3986; an absolute file: URI where no relative way exists.
std::string relative_link(const std::filesystem::path& file, const std::filesystem::path& folder);

}  // namespace groundshift
