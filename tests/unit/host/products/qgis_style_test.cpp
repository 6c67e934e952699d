// SPDX-License-Identifier: Apache-2.0
// The QGIS style: values by hand, and a strict XML parser's opinion.
#include "host/products/qgis_style.hpp"

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace groundshift {
namespace {

using ::testing::HasSubstr;

TEST(QgisStyle, HasTheRampFromZeroToTheMaximum) {
  const std::string xml = qgis_style(20.0);
  EXPECT_THAT(xml, HasSubstr("minimumValue=\"0\" maximumValue=\"20\""));
  EXPECT_THAT(xml, HasSubstr("<item value=\"0\" label=\"0\" alpha=\"255\" color=\"#000004\"/>"));
  EXPECT_THAT(xml, HasSubstr("<item value=\"10\" label=\"10\" alpha=\"255\" color=\"#bc3754\"/>"));
  EXPECT_THAT(xml, HasSubstr("<item value=\"20\" label=\"20\" alpha=\"255\" color=\"#fcffa4\"/>"));
}

TEST(QgisStyle, RefusesAnEmptyStretch) {
  EXPECT_THROW(qgis_style(0.0), std::logic_error);
  EXPECT_THROW(qgis_style(-1.0), std::logic_error);
}

TEST(QgisStyle, IsWellFormedXmlWithAscendingItems) {
  if (std::system("python3 -c 'import xml.etree.ElementTree' >/dev/null 2>&1") != 0) {
    const char* ci = std::getenv("CI");
    if (ci != nullptr && std::string(ci) == "true") FAIL() << "python3 is needed to parse the style";
    GTEST_SKIP() << "python3 is needed to parse the style";
  }
  for (const char* high : {"1", "8.927", "1e-07", "3.25e+20"}) {
    const auto path = std::filesystem::temp_directory_path() / ("gs_style_" + std::to_string(::getpid()) + ".qml");
    std::ofstream(path) << qgis_style(std::stod(high));
    const std::string command =
        "python3 '" GS_SOURCE_DIR "/tests/unit/host/products/check_qml.py' '" + path.string() + "' " + high;
    EXPECT_EQ(std::system(command.c_str()), 0) << high;
    std::filesystem::remove(path);
  }
}

}  // namespace
}  // namespace groundshift
