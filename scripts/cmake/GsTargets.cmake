# SPDX-License-Identifier: Apache-2.0
# Flags as interface targets, and the way a test is declared.

# Floating point: same bits everywhere. No contraction, no fast-math; the two -fno flags keep every value bit-exact and
# only let loops with sqrt and guarded division vectorize.
add_library(gs_fp INTERFACE)
target_compile_options(gs_fp INTERFACE
  $<$<COMPILE_LANGUAGE:CXX>:-ffp-contract=off;-fno-math-errno;-fno-trapping-math>
  $<$<COMPILE_LANG_AND_ID:CUDA,NVIDIA>:-fmad=false;-prec-div=true;-prec-sqrt=true;-ftz=false;-Xcompiler=-ffp-contract=off>)

add_library(gs_warnings INTERFACE)
target_compile_options(gs_warnings INTERFACE
  $<$<COMPILE_LANGUAGE:CXX>:-Wall;-Wextra;-Wshadow;-Wnon-virtual-dtor;-Wno-unknown-pragmas>
  # g++ 12 takes inlined string concatenation for overlapping copies (GCC bug 105651).
  $<$<AND:$<COMPILE_LANGUAGE:CXX>,$<CXX_COMPILER_ID:GNU>,$<VERSION_LESS:$<CXX_COMPILER_VERSION>,13>>:-Wno-restrict>
  $<$<AND:$<COMPILE_LANGUAGE:CXX>,$<BOOL:${GS_WERROR}>>:-Werror>
  $<$<AND:$<COMPILE_LANG_AND_ID:CUDA,NVIDIA>,$<BOOL:${GS_WERROR}>>:-Werror=all-warnings>)

add_library(gs_sanitize INTERFACE)
if(GS_SANITIZE)
  target_compile_options(gs_sanitize INTERFACE
    $<$<COMPILE_LANGUAGE:CXX>:-fsanitize=${GS_SANITIZE};-fno-omit-frame-pointer;-fno-sanitize-recover=all;-g1>)
  target_link_options(gs_sanitize INTERFACE -fsanitize=${GS_SANITIZE})
endif()

# Every target of the project builds with these.
add_library(gs_options INTERFACE)
target_link_libraries(gs_options INTERFACE $<BUILD_INTERFACE:gs_fp> $<BUILD_INTERFACE:gs_warnings>
                      $<BUILD_INTERFACE:gs_sanitize>)
target_include_directories(gs_options INTERFACE $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}>)

# gs_add_test(NAME LABELS label... SOURCES file... [LIBRARIES target...] [TIMEOUT s])
# One executable of GoogleTest cases; each case becomes a ctest test with the labels.
function(gs_add_test name)
  cmake_parse_arguments(ARG "" "TIMEOUT" "LABELS;SOURCES;LIBRARIES" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE gs_options ${ARG_LIBRARIES} GTest::gmock GTest::gtest_main)
  target_compile_definitions(${name} PRIVATE GS_TEST_DATA="${GROUNDSHIFT_TEST_DATA}"
                             GS_SOURCE_DIR="${PROJECT_SOURCE_DIR}" GS_PROGRAM="$<TARGET_FILE:groundshift>")
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 300)
  endif()
  gtest_discover_tests(${name} DISCOVERY_TIMEOUT 60 PROPERTIES TIMEOUT ${ARG_TIMEOUT})
  # Not through gtest_discover_tests: it takes a list of labels apart and loses what comes after the first.
  set(labels ${CMAKE_CURRENT_BINARY_DIR}/${name}_labels.cmake)
  file(WRITE ${labels} "if(${name}_TESTS)\n"
                       "  set_tests_properties(\${${name}_TESTS} PROPERTIES LABELS \"${ARG_LABELS}\")\nendif()\n")
  set_property(DIRECTORY APPEND PROPERTY TEST_INCLUDE_FILES ${labels})
endfunction()
