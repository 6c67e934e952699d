// SPDX-License-Identifier: Apache-2.0
// Many jobs of detect, one after the other in one process, each with all the workers; a failed one does not stop the
// rest.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "host/cli/batch_jobs.hpp"
#include "host/cli/verb.hpp"
#include "host/engine/detect_options.hpp"

namespace groundshift::cli {

enum class JobStatus : std::uint8_t { left, done, kept, failed };

/// options: those of the job, resolved from the table and the command line
struct BatchEntry {
  BatchJob job;
  DetectOptions options;
  JobStatus status = JobStatus::left;
  int exit_code = 0;
  std::string why;                 ///< of a failure, or why a job is left
  nlohmann::ordered_json summary;  ///< of a done or kept job
};

struct BatchOptions {
  std::filesystem::path jobs, folder;  ///< JOBS and OUTDIR
  bool resume = false;
  bool overwrite = false;
};

/// The index as batch.json holds it and the page shows it.
nlohmann::ordered_json batch_index(const std::vector<BatchEntry>& entries, const BatchOptions& options);

/// Runs the entries that are not kept and fills them in. Writes batch.json and index.html into the folder (made when
/// its parent exists) at the start and after every job. With resume, a job is kept when its summary is there, its
/// inputs and the options that name pixels are those of the summary, and all its files have their sizes; outputs
/// without a summary are replaced when the folder's index names them. A stop ends the batch at the job's next tile.
/// Throws OutputError: the folder, or an index that is there without resume or overwrite; Error(interrupted).
void run_batch(std::vector<BatchEntry>& entries, const BatchOptions& options, const Invocation& invocation);

}  // namespace groundshift::cli
