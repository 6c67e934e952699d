// SPDX-License-Identifier: Apache-2.0
// Words, numbers and bytes as they may stand in HTML and SVG.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

#include "host/base/markup_text.hpp"

namespace groundshift {

/// JSON that cannot end the script element it stands in: every '<' as \u003c (only strings can hold one).
std::string script_safe(std::string json);
/// RFC 4648 with padding.
std::string base64(std::string_view bytes);
/// "data:image/png;base64,..."
std::string data_uri(std::string_view mime, std::string_view bytes);

/// "1,234,567"
std::string thousands(std::int64_t v);
/// Four significant digits, whole numbers from 1,000 on, "n/a" for what is no number.
std::string short_number(double v);
/// "0.07 %", "1.3 %", "25 %"
std::string percent(double fraction);
/// "850 m²", "1.2 ha", "144 km²"
std::string area_text(double square_metres);
/// "340 m", "2 km"
std::string length_text(double metres);
/// "1 place", "3 places", "1,000 places"
std::string counted(std::int64_t count, std::string_view one, std::string_view many);

/// The largest of 1, 2, 5 times a power of ten that is not above `most` (> 0): lengths of scale bars, steps of axes.
double round_below(double most);

/// Replaces each {{name}} of a template by its value; values are not looked into. Throws std::logic_error for a name
/// that has no value.
std::string filled(std::string_view page, std::initializer_list<std::pair<std::string_view, std::string_view>> values);

}  // namespace groundshift
