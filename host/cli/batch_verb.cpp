// SPDX-License-Identifier: Apache-2.0
// groundshift batch JOBS.csv|DIR OUTDIR
#include <algorithm>

#include <fmt/format.h>

#include "host/base/error.hpp"
#include "host/cli/arguments.hpp"
#include "host/cli/batch_jobs.hpp"
#include "host/cli/batch_run.hpp"
#include "host/cli/detect_arguments.hpp"
#include "host/cli/verb.hpp"

namespace groundshift::cli {
namespace {

/// defaults : what the command line says for every job
struct BatchArguments {
  std::string jobs, folder;
  std::shared_ptr<DetectArguments> defaults = std::make_shared<DetectArguments>();
  bool resume = false, dry_run = false;
};

/// Long names of detect's options that a table may have as columns.
std::vector<std::string> column_names() {
  CLI::App detect;
  declare(detect, std::make_shared<DetectArguments>(), PairVerb::detect);
  std::vector<std::string> names;
  for (const CLI::Option* option : detect.get_options()) {
    for (const std::string& name : option->get_lnames()) {
      if (name != "help" && name != "json") names.push_back(name);
    }
  }
  std::sort(names.begin(), names.end());
  return names;
}

/// A job's options: those of the command line, and the table's on top of them.
DetectOptions options_of(const BatchJob& job, const BatchArguments& batch) {
  const auto own = std::make_shared<DetectArguments>(*batch.defaults);
  own->before = job.before;
  own->after = job.after;
  own->out = (std::filesystem::path(batch.folder) / job.file()).string();
  CLI::App detect;
  declare(detect, own, PairVerb::detect);
  for (const char* name : {"BEFORE", "AFTER", "OUT"}) detect.remove_option(detect.get_option(name));
  for (CLI::Option* option : detect.get_options()) option->envname("");  // was asked for the command line
  std::vector<std::string> words;
  for (const auto& [name, text] : job.options) {
    const CLI::Option* option = detect.get_option("--" + name);
    std::string cell = text;
    if (option->get_items_expected_max() > 1 && option->get_items_expected_min() > 1) {  // -te, -tr: numbers apart
      words.push_back("--" + name);
      std::replace(cell.begin(), cell.end(), ',', ' ');
      for (const std::string& part : split(cell, ' ')) {
        if (!part.empty()) words.push_back(part);
      }
    } else {
      const bool repeatable = option->get_multi_option_policy() == CLI::MultiOptionPolicy::TakeAll;
      for (const std::string& part : repeatable ? split(cell, ';') : std::vector<std::string>{cell}) {
        words.push_back("--" + name + "=" + part);
      }
    }
  }
  std::reverse(words.begin(), words.end());  // the parser takes them from the back
  try {
    detect.parse(words);
  } catch (const CLI::ParseError& e) {
    throw UsageError(e.what());
  }
  return own->options();
}

std::vector<BatchEntry> entries_of(const BatchArguments& batch) {
  std::error_code error;
  const bool folder = std::filesystem::is_directory(batch.jobs, error);
  BatchJobs found = folder ? jobs_of_folder(batch.jobs) : jobs_of_table(batch.jobs, column_names());
  for (const std::string& note : found.notes) fmt::print(stderr, "left out: {}\n", note);
  std::vector<BatchEntry> entries;
  for (BatchJob& job : found.jobs) {
    BatchEntry entry;
    const std::string where = job.line > 0 ? fmt::format("{}, line {} ({})", batch.jobs, job.line, job.name) : job.name;
    entry.options = with_context(where, [&] { return options_of(job, batch); });
    entry.job = std::move(job);
    entries.push_back(std::move(entry));
  }
  return entries;
}

void list(const std::vector<BatchEntry>& entries) {
  for (const BatchEntry& entry : entries) {
    fmt::print("{}\n  before {}\n  after  {}\n  out    {}\n", entry.job.name, entry.job.before, entry.job.after,
               entry.options.out.string());
    for (const auto& [name, text] : entry.job.options) fmt::print("  --{} {}\n", name, text);
  }
}

void run(const BatchArguments& batch, const Invocation& invocation) {
  std::vector<BatchEntry> entries = entries_of(batch);
  if (batch.dry_run) return list(entries);
  const BatchOptions options{batch.jobs, batch.folder, batch.resume, batch.defaults->overwrite};
  run_batch(entries, options, invocation);
  const auto index = batch_index(entries, options);
  if (batch.defaults->json) {
    fmt::print("{}\n", index.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace));
  } else if (!invocation.quiet) {
    for (const auto& job : index.at("jobs")) {
      fmt::print("{:<7} {}\n", job.at("status").get<std::string>(), job.at("name").get<std::string>());
    }
    fmt::print("{:<7} {}\n", "index", (options.folder / "index.html").string());
  }
  std::string list_of_failed;
  int count = 0;
  for (const BatchEntry& entry : entries) {
    if (entry.status != JobStatus::failed) continue;
    ++count;
    std::string why = entry.why;
    for (std::size_t at = why.find('\n'); at != std::string::npos; at = why.find('\n', at + 1))
      why.insert(at + 1, "    ");
    list_of_failed += fmt::format("\n  {} (exit code {}): {}", entry.job.name, entry.exit_code, why);
  }
  if (count == 0) return;
  throw Error(static_cast<ErrorKind>(index.at("exit_code").get<int>()),
              fmt::format("{} of {} jobs failed:{}", count, entries.size(), list_of_failed));
}

}  // namespace

void add_batch_verb(CLI::App& app, Invocation& invocation) {
  CLI::App& verb = *app.add_subcommand(
      "batch",
      "Run detect on many pairs in one process; goes on after a failed one, and exits with its code at the end");
  const auto batch = std::make_shared<BatchArguments>();
  verb.add_option(
          "JOBS", batch->jobs,
          "Table (CSV) with the columns before, after, out (optional) and any option of detect by its long name "
          "(several masks or -co in a cell: apart by ;), or a folder: of its subfolders and of itself before.* "
          "with after.* (or t1.* with t2.*), and NAME_before.* with NAME_after.* side by side")
      ->required();
  verb.add_option("OUTDIR", batch->folder, "Folder for the heatmaps, index.html and batch.json")->required();
  declare(verb, batch->defaults, PairVerb::detect);
  for (const char* name : {"BEFORE", "AFTER", "OUT"}) verb.remove_option(verb.get_option(name));
  verb.add_flag("--resume", batch->resume, "Keep jobs that are complete and were made with these options and inputs");
  verb.add_flag("--dry-run", batch->dry_run, "List the jobs and end");
  verb.callback([batch, &invocation] { invocation.run = [batch, &invocation] { run(*batch, invocation); }; });
}

}  // namespace groundshift::cli
