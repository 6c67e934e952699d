# SPDX-License-Identifier: Apache-2.0
# The libraries that pack and unpack blocks of TIFF files. ISA-L packs fastest and exists for few processors: where it is
# missing, libdeflate does its work.
find_package(PkgConfig REQUIRED)
pkg_check_modules(LIBDEFLATE REQUIRED IMPORTED_TARGET libdeflate)
pkg_check_modules(LIBZSTD REQUIRED IMPORTED_TARGET libzstd)
pkg_check_modules(LIBISAL IMPORTED_TARGET libisal)
set(GS_HAVE_ISAL OFF)
if(LIBISAL_FOUND)
  set(GS_HAVE_ISAL ON)
endif()
