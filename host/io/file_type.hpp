// SPDX-License-Identifier: Apache-2.0
// The types that samples have in files, as C++ types and as GDAL's names.
#pragma once

#include <cstdint>
#include <type_traits>

#include <gdal.h>

namespace groundshift {

/// Calls f with a value of the C++ type of a GDAL band (Int8 = a byte with PIXELTYPE=SIGNEDBYTE).
template <class F>
decltype(auto) with_file_type(GDALDataType type, bool signed_byte, F&& f) {
  switch (type) {
    case GDT_Byte: return signed_byte ? f(std::int8_t{}) : f(std::uint8_t{});
    case GDT_UInt16: return f(std::uint16_t{});
    case GDT_Int16: return f(std::int16_t{});
    case GDT_UInt32: return f(std::uint32_t{});
    case GDT_Int32: return f(std::int32_t{});
    case GDT_UInt64: return f(std::uint64_t{});
    case GDT_Int64: return f(std::int64_t{});
    case GDT_Float32: return f(float{});
    default: return f(double{});
  }
}

template <class T>
constexpr GDALDataType gdal_type_of() {
  if constexpr (std::is_same_v<T, std::int8_t> || std::is_same_v<T, std::uint8_t>)
    return GDT_Byte;
  else if constexpr (std::is_same_v<T, std::uint16_t>)
    return GDT_UInt16;
  else if constexpr (std::is_same_v<T, std::int16_t>)
    return GDT_Int16;
  else if constexpr (std::is_same_v<T, std::uint32_t>)
    return GDT_UInt32;
  else if constexpr (std::is_same_v<T, std::int32_t>)
    return GDT_Int32;
  else if constexpr (std::is_same_v<T, std::uint64_t>)
    return GDT_UInt64;
  else if constexpr (std::is_same_v<T, std::int64_t>)
    return GDT_Int64;
  else if constexpr (std::is_same_v<T, float>)
    return GDT_Float32;
  else
    return GDT_Float64;
}

}  // namespace groundshift
