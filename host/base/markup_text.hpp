// SPDX-License-Identifier: Apache-2.0
// Text as it may stand in HTML, SVG and XML.
#pragma once

#include <string>
#include <string_view>

namespace groundshift {

/// & < > " ' as entities, control characters as spaces: safe as text and inside quoted attributes.
std::string escaped(std::string_view text);

}  // namespace groundshift
