// SPDX-License-Identifier: Apache-2.0
// Where the files of a finished run lie, also after its folder was moved.
#pragma once

#include <filesystem>

#include <nlohmann/json.hpp>

namespace groundshift {

/// File of an entry of a summary's "products": in the same place relative to the summary as when it was written, if
/// there is one; else the path as the summary has it. Throws nlohmann's exception for an entry without a path.
std::filesystem::path product_file(const nlohmann::ordered_json& summary, const std::filesystem::path& summary_path,
                                   const nlohmann::ordered_json& product);

}  // namespace groundshift
