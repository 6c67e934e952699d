# SPDX-License-Identifier: Apache-2.0
# Every header compiled alone: one that needs another to come first is a fault of the header. Those that come first in
# a source of the same name are so compiled there.

# Found by glob, unlike sources: a header that nobody listed is exactly the one to check.
file(GLOB_RECURSE gs_headers CONFIGURE_DEPENDS RELATIVE ${PROJECT_SOURCE_DIR}
     ${PROJECT_SOURCE_DIR}/kernels/*.hpp ${PROJECT_SOURCE_DIR}/host/*.hpp)
if(NOT GS_HAVE_CUDA)
  list(FILTER gs_headers EXCLUDE REGEX "^kernels/cuda/")
endif()
set(gs_header_sources)
foreach(header IN LISTS gs_headers)
  string(REGEX REPLACE "[/.]" "_" name ${header})
  set(source ${PROJECT_BINARY_DIR}/headers_alone/${name}.cpp)
  file(STRINGS ${PROJECT_SOURCE_DIR}/${header} guard REGEX "^#pragma once$")
  if(NOT guard)
    message(FATAL_ERROR "${header}: no line says #pragma once")
  endif()
  string(REGEX REPLACE "hpp$" "cpp" own_source ${PROJECT_SOURCE_DIR}/${header})
  set(first)
  if(EXISTS ${own_source})
    file(STRINGS ${own_source} first REGEX "^#include" LIMIT_COUNT 1)
  endif()
  if(NOT first STREQUAL "#include \"${header}\"")
    file(CONFIGURE OUTPUT ${source} CONTENT "#include \"${header}\"\n" @ONLY)
    list(APPEND gs_header_sources ${source})
  endif()
endforeach()

add_library(gs_headers_alone OBJECT EXCLUDE_FROM_ALL ${gs_header_sources})
target_link_libraries(gs_headers_alone PRIVATE gs_options gs_host CLI11::CLI11 nlohmann_json::nlohmann_json fmt::fmt
                      TBB::tbb OpenSSL::Crypto $<$<BOOL:${GS_HAVE_CUDA}>:CUDA::cudart_static>)
target_compile_options(gs_headers_alone PRIVATE -O0)
