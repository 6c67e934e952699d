// SPDX-License-Identifier: Apache-2.0
// The products' folder then, the summary's folder now.
#include "host/products/summary_files.hpp"

#include <string>
#include <system_error>

namespace groundshift {
namespace fs = std::filesystem;

fs::path product_file(const nlohmann::ordered_json& summary, const fs::path& summary_path,
                      const nlohmann::ordered_json& product) {
  const fs::path listed = product.at("path").get<std::string>();
  const fs::path heatmap = summary.value(nlohmann::ordered_json::json_pointer("/command/options/out"), listed.string());
  const fs::path relative = listed.lexically_normal().lexically_relative(heatmap.lexically_normal().parent_path());
  const fs::path now = summary_path.parent_path() / (relative.empty() ? listed.filename() : relative);
  std::error_code error;
  return fs::exists(now, error) ? now : listed;
}

}  // namespace groundshift
