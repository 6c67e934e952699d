// SPDX-License-Identifier: Apache-2.0
// libtiff's handle with one owner, quiet: what it says of damage GDAL says again, to the user.
#pragma once

#include <memory>

#include <tiffio.h>

namespace groundshift {

struct TiffCloser {
  void operator()(TIFF* tiff) const noexcept { TIFFClose(tiff); }
};
using TiffHandle = std::unique_ptr<TIFF, TiffCloser>;

struct TiffOptionsFree {
  void operator()(TIFFOpenOptions* options) const noexcept { TIFFOpenOptionsFree(options); }
};
using TiffOptions = std::unique_ptr<TIFFOpenOptions, TiffOptionsFree>;

/// Options of a handle that says nothing on stderr and allocates at most `largest_allocation` bytes at once.
inline TiffOptions quiet_options(tmsize_t largest_allocation) {
  TiffOptions options(TIFFOpenOptionsAlloc());
  const auto nothing = [](TIFF*, void*, const char*, const char*, va_list) { return 1; };
  TIFFOpenOptionsSetErrorHandlerExtR(options.get(), nothing, nullptr);
  TIFFOpenOptionsSetWarningHandlerExtR(options.get(), nothing, nullptr);
  TIFFOpenOptionsSetMaxSingleMemAlloc(options.get(), largest_allocation);
  return options;
}

}  // namespace groundshift
