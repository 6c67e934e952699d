// SPDX-License-Identifier: Apache-2.0
// The four pixel types that kernels see; every other type of a file is converted to one of them when it is read.
#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>

namespace groundshift {

enum class PixelType : std::uint8_t { u8, u16, i16, f32 };

constexpr std::size_t byte_count(PixelType type) {
  switch (type) {
    case PixelType::u8: return 1;
    case PixelType::u16: return 2;
    case PixelType::i16: return 2;
    case PixelType::f32: return 4;
  }
  return 0;
}

constexpr const char* name_of(PixelType type) {
  switch (type) {
    case PixelType::u8: return "UInt8";
    case PixelType::u16: return "UInt16";
    case PixelType::i16: return "Int16";
    case PixelType::f32: return "Float32";
  }
  return "?";
}

/// As GDAL's options name it.
constexpr const char* gdal_name(PixelType type) { return type == PixelType::u8 ? "Byte" : name_of(type); }

constexpr bool is_integer(PixelType type) { return type != PixelType::f32; }

template <class T>
struct TypeTag {
  using type = T;
};

/// Calls f(TypeTag<T>{}) with the C++ type that `type` names.
template <class F>
decltype(auto) with_pixel_type(PixelType type, F&& f) {
  switch (type) {
    case PixelType::u8: return f(TypeTag<std::uint8_t>{});
    case PixelType::u16: return f(TypeTag<std::uint16_t>{});
    case PixelType::i16: return f(TypeTag<std::int16_t>{});
    case PixelType::f32: break;
  }
  return f(TypeTag<float>{});
}

template <class T>
constexpr PixelType pixel_type_of() {
  if constexpr (std::is_same_v<T, std::uint8_t>)
    return PixelType::u8;
  else if constexpr (std::is_same_v<T, std::uint16_t>)
    return PixelType::u16;
  else if constexpr (std::is_same_v<T, std::int16_t>)
    return PixelType::i16;
  else {
    static_assert(std::is_same_v<T, float>);
    return PixelType::f32;
  }
}

}  // namespace groundshift
