// SPDX-License-Identifier: Apache-2.0
// Dispatch of rows on the file's type and the kernels' type.
#include "host/io/sample_rows.hpp"

#include <fmt/format.h>

#include "host/io/file_type.hpp"
#include "host/io/pixel_conversion.hpp"

namespace groundshift {

SampleRows::SampleRows(const RasterDescription& description, const SourceSelection& selection, Warnings& warnings)
    : description_(description), selection_(selection), warnings_(warnings), inexact_told_(selection.bands.size()) {
  for (const std::int32_t b : selection.bands) {
    const BandInfo& info = description.bands[static_cast<std::size_t>(b - 1)];
    Kind kind;
    kind.signed_byte = info.type_name == "Int8";
    const GDALDataType type = kind.signed_byte ? GDT_Byte : GDALGetDataTypeByName(info.type_name.c_str());
    kind.type = type;
    kind.bytes = GDALGetDataTypeSizeBytes(type);
    if (!selection.ignore_nodata) kind.nodata = selection.nodata ? selection.nodata : info.nodata;
    kinds_.push_back(kind);
    direct_ = direct_ && info.exact && info.pixel_type == selection.type && !kind.signed_byte;
  }
}

void SampleRows::judge(std::size_t band, const void* pixels, std::int32_t count, std::uint8_t* valid) const {
  with_pixel_type(selection_.type, [&](auto tag) {
    using T = typename decltype(tag)::type;
    mark_invalid(static_cast<const T*>(pixels), count, nodata_as<T>(kinds_[band].nodata), valid);
  });
}

std::int64_t SampleRows::convert(std::size_t band, const void* samples, std::int32_t count, std::uint8_t* valid,
                                 void* pixels) const {
  const Kind& kind = kinds_[band];
  return with_file_type(static_cast<GDALDataType>(kind.type), kind.signed_byte, [&](auto sample) {
    using From = decltype(sample);
    const auto* from = static_cast<const From*>(samples);
    mark_invalid(from, count, nodata_as<From>(kind.nodata), valid);
    return with_pixel_type(selection_.type, [&](auto tag) {
      using To = typename decltype(tag)::type;
      return convert_row(from, count, valid, static_cast<To*>(pixels));
    });
  });
}

void SampleRows::tell_inexact(std::size_t band, std::int64_t count) {
  if (count == 0 || inexact_told_[band].exchange(true)) return;
  const std::int32_t b = selection_.bands[band];
  warnings_.add("inexact_values",
                fmt::format("{}, band {}: values of type {} that float32 does not hold exactly were rounded",
                            description_.path, b, description_.bands[static_cast<std::size_t>(b - 1)].type_name));
}

}  // namespace groundshift
