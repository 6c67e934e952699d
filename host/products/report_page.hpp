// SPDX-License-Identifier: Apache-2.0
// The page's template, style and script, put into the program at build time (report_page.html, .css, .js).
#pragma once

#include <string_view>

namespace groundshift {

/// With {{name}} placeholders.
std::string_view report_page_html();
std::string_view report_page_css();
std::string_view report_page_js();

}  // namespace groundshift
