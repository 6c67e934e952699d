# SPDX-License-Identifier: Apache-2.0
# What `cmake --install` puts where, the package that find_package(groundshift) finds, and the .deb that cpack makes.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(gs_include_dir ${CMAKE_INSTALL_INCLUDEDIR}/groundshift)
set(gs_package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/groundshift)

# Consumers write #include "host/engine/..." as the tree does; flags and sanitizers of this build stay here.
target_include_directories(gs_options INTERFACE $<INSTALL_INTERFACE:${gs_include_dir}>)
set(gs_libraries gs_options gs_view gs_codec gs_kernels_cpu gs_kernels gs_host)
if(TARGET gs_kernels_cuda)
  list(APPEND gs_libraries gs_kernels_cuda)
endif()
foreach(library IN LISTS gs_libraries)
  string(REGEX REPLACE "^gs_" "" export_name ${library})
  set_target_properties(${library} PROPERTIES EXPORT_NAME ${export_name})
endforeach()

install(TARGETS groundshift RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(TARGETS ${gs_libraries} EXPORT groundshift_targets ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(EXPORT groundshift_targets NAMESPACE groundshift:: DESTINATION ${gs_package_dir})

# The public headers: jobs, what they are told and what they give, and the arithmetic behind its interface. Headers
# that name GDAL's or libtiff's own stay inside, so that a consumer compiles without those.
foreach(room kernels/view kernels/math kernels/api kernels/codec kernels/solve
        host/base host/io host/plan host/align host/pipeline host/sites host/engine host/products host/synth host/evaluate host/bench)
  install(DIRECTORY ${PROJECT_SOURCE_DIR}/${room}/ DESTINATION ${gs_include_dir}/${room}
          FILES_MATCHING PATTERN "*.hpp" PATTERN "open_dataset.hpp" EXCLUDE
          PATTERN "file_type.hpp" EXCLUDE PATTERN "gdal_handles.hpp" EXCLUDE PATTERN "gdal_raster.hpp" EXCLUDE PATTERN "tiff_handle.hpp" EXCLUDE)
endforeach()
foreach(header grid georeference lon_lat pixel_area position_lattice coordinate_operation pixel_transform common_grid)
  install(FILES ${PROJECT_SOURCE_DIR}/host/geo/${header}.hpp DESTINATION ${gs_include_dir}/host/geo)
endforeach()

configure_package_config_file(${CMAKE_CURRENT_LIST_DIR}/groundshift-config.cmake.in
                              ${PROJECT_BINARY_DIR}/groundshift-config.cmake INSTALL_DESTINATION ${gs_package_dir})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/groundshift-config-version.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/groundshift-config.cmake ${PROJECT_BINARY_DIR}/groundshift-config-version.cmake
        DESTINATION ${gs_package_dir})
install(FILES ${PROJECT_SOURCE_DIR}/README.md ${PROJECT_SOURCE_DIR}/NOTICE ${PROJECT_SOURCE_DIR}/LICENSE
        DESTINATION ${CMAKE_INSTALL_DOCDIR})

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME groundshift)
set(CPACK_PACKAGE_VENDOR groundshift)
set(CPACK_PACKAGE_CONTACT "groundshift maintainers <maintainers@groundshift.invalid>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "${PROJECT_DESCRIPTION}")
set(CPACK_PACKAGE_FILE_NAME groundshift_${PROJECT_VERSION}_${CMAKE_SYSTEM_PROCESSOR})
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION science)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)  # run-time dependencies from the program itself (needs dpkg-dev)
set(CPACK_DEBIAN_PACKAGE_SUGGESTS "libgdal-dev, libtbb-dev, libssl-dev, libfmt-dev, nlohmann-json3-dev")  # to link it
include(CPack)
