// SPDX-License-Identifier: Apache-2.0
// What the storage under the inputs and outputs moves.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace groundshift {

/// Bytes a second.
/// cached : sequential reads of the files from the page cache, all threads
/// direct : reads past the page cache (O_DIRECT, 4 MiB, 8 at a time); absent where the file system has none
/// write  : a new file of 256 MiB written and synced to the device
struct StorageRates {
  std::optional<double> cached, direct;
  double write = 0.0;
};

/// files : the inputs; those that are not local are left out. folder : of the outputs. Throws OutputError when nothing
/// can be written there.
StorageRates storage_rates(const std::vector<std::string>& files, const std::filesystem::path& folder, int threads);

/// Reads whole files, so that they lie in the page cache as far as memory allows; others than local ones are left out.
void read_through(const std::vector<std::string>& files);
/// Share of the files' bytes that lie in the page cache; absent where the system does not say or none is local.
std::optional<double> cached_share(const std::vector<std::string>& files);

}  // namespace groundshift
