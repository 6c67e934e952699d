# SPDX-License-Identifier: Apache-2.0
# Install rules.
include(GNUInstallDirs)
install(TARGETS groundshift RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
