// SPDX-License-Identifier: Apache-2.0
// Escaping and formatting.
#include "host/products/markup.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "host/base/error.hpp"

namespace groundshift {

std::string script_safe(std::string json) {
  std::string out;
  out.reserve(json.size());
  for (const char ch : json) {
    if (ch == '<') {
      out += "\\u003c";
    } else {
      out += ch;
    }
  }
  return out;
}

std::string base64(std::string_view bytes) {
  constexpr char kDigits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const auto byte = [&](std::size_t k) {
      return k < bytes.size() ? std::uint32_t{static_cast<unsigned char>(bytes[k])} : 0u;
    };
    const std::uint32_t word = byte(i) << 16 | byte(i + 1) << 8 | byte(i + 2);
    out += kDigits[word >> 18];
    out += kDigits[word >> 12 & 63];
    out += i + 1 < bytes.size() ? kDigits[word >> 6 & 63] : '=';
    out += i + 2 < bytes.size() ? kDigits[word & 63] : '=';
  }
  return out;
}

std::string data_uri(std::string_view mime, std::string_view bytes) {
  return fmt::format("data:{};base64,{}", mime, base64(bytes));
}

std::string thousands(std::int64_t v) {
  std::string digits = fmt::format("{}", v);
  const std::size_t first = v < 0 ? 1 : 0;
  for (std::size_t at = digits.size(); at > first + 3;) {
    at -= 3;
    digits.insert(at, 1, ',');
  }
  return digits;
}

std::string short_number(double v) {
  if (!std::isfinite(v)) return "n/a";
  const double size = std::fabs(v);
  return size >= 1e3 && size < 1e15 ? thousands(std::llround(v)) : fmt::format("{:.4g}", v);
}

std::string percent(double fraction) {
  const double v = 100.0 * fraction;
  if (!std::isfinite(v)) return "n/a";
  if (v == 0.0) return "0 %";
  if (v < 0.001) return "less than 0.001 %";
  return fmt::format("{:.{}f} %", v, v < 0.1 ? 3 : v < 1.0 ? 2 : v < 10.0 ? 1 : 0);
}

std::string area_text(double m2) {
  if (!std::isfinite(m2)) return "n/a";
  const auto with_unit = [](double v, const char* unit) {
    return v < 10.0 ? fmt::format("{:.2g} {}", v, unit) : fmt::format("{} {}", thousands(std::llround(v)), unit);
  };
  if (m2 < 1e4) return with_unit(m2, "m²");
  return m2 < 1e6 ? with_unit(m2 / 1e4, "ha") : with_unit(m2 / 1e6, "km²");
}

std::string length_text(double metres) {
  if (metres >= 1000.0) return fmt::format("{:g} km", metres / 1000.0);
  return metres >= 1.0 ? fmt::format("{:g} m", metres) : fmt::format("{:g} cm", metres * 100.0);
}

std::string counted(std::int64_t count, std::string_view one, std::string_view many) {
  return fmt::format("{} {}", thousands(count), count == 1 ? one : many);
}

double round_below(double most) {
  const double power = std::pow(10.0, std::floor(std::log10(most)));
  const double lead = most / power * (1.0 + 1e-12);
  return (lead >= 5.0 ? 5.0 : lead >= 2.0 ? 2.0 : 1.0) * power;
}

std::string filled(std::string_view page, std::initializer_list<std::pair<std::string_view, std::string_view>> values) {
  std::string out;
  for (;;) {
    const std::size_t open = page.find("{{");
    if (open == std::string_view::npos) return out.append(page);
    const std::size_t close = page.find("}}", open);
    expects(close != std::string_view::npos, "a template's placeholder ends");
    const std::string_view name = page.substr(open + 2, close - open - 2);
    const auto* const value =
        std::find_if(values.begin(), values.end(), [&](const auto& pair) { return pair.first == name; });
    expects(value != values.end(), "every placeholder of a template has its value");
    out.append(page.substr(0, open)).append(value->second);
    page.remove_prefix(close + 2);
  }
}

}  // namespace groundshift
