// SPDX-License-Identifier: Apache-2.0
// The loop over jobs and the index that grows with it.
#include "host/cli/batch_run.hpp"

#include <algorithm>
#include <array>
#include <fstream>
#include <optional>
#include <set>
#include <system_error>

#include <fmt/format.h>

#include "host/base/error.hpp"
#include "host/cli/terminal.hpp"
#include "host/engine/detect_job.hpp"
#include "host/engine/raster_product.hpp"
#include "host/engine/resources.hpp"
#include "host/engine/summary.hpp"
#include "host/engine/version.hpp"
#include "host/io/output_file.hpp"
#include "host/products/batch_page.hpp"
#include "host/products/detect_products.hpp"
#include "host/products/relative_link.hpp"
#include "host/products/summary_files.hpp"

namespace groundshift::cli {
namespace fs = std::filesystem;
namespace {

using Json = nlohmann::ordered_json;

constexpr std::array<const char*, 4> kStatusNames = {"left", "done", "kept", "failed"};

/// Options that cannot change a pixel, or whose meaning the inputs carry.
const std::set<std::string> kFactsOfTheRun = {"before", "after",   "out",     "overwrite",    "backend",
                                              "decode", "scratch", "threads", "memory_bytes", "tile"};

/// A JSON file; null when there is none or it is no JSON (an unfinished or foreign file).
Json read_json(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return nullptr;
  Json json = Json::parse(file, nullptr, false);
  return json.is_object() ? json : Json(nullptr);
}

Json value_at(const Json& json, const char* pointer) { return json.value(Json::json_pointer(pointer), Json(nullptr)); }

/// What of a summary is not as the plan would make it; empty: nothing.
std::string difference(const Json& summary, const DetectPlan& plan) {
  const Json now = plan_json(plan);
  if (value_at(summary, "/groundshift/version") != value_at(now, "/groundshift/version"))
    return "the program's version";
  const Json was = value_at(summary, "/command/options");
  if (!was.is_object()) return "its form";
  for (const auto& [key, value] : now.at("command").at("options").items()) {
    if (!kFactsOfTheRun.contains(key) && value_at(was, ("/" + key).c_str()) != value) return "--" + key;
  }
  for (const std::size_t date : {0, 1}) {
    for (const char* key : {"path", "bytes", "mtime"}) {
      const std::string at = fmt::format("/inputs/{}/{}", date, key);
      if (value_at(summary, at.c_str()) != value_at(now, at.c_str())) return date == 0 ? "BEFORE" : "AFTER";
    }
  }
  return {};
}

/// A file that the summary names but that is not there in its size, or that is wanted and not named; empty: none.
std::string missing_file(const Json& summary, const DetectOptions& options) {
  std::set<std::string> named;
  for (const Json& product : summary.value("products", Json::array())) {
    const fs::path file = product_file(summary, summary_path(options.out), product);
    std::error_code error;
    const auto size = fs::file_size(file, error);
    if (error || size != product.value("bytes", std::uintmax_t{0})) return file.string();
    named.insert(file.filename().string());
  }
  std::vector<fs::path> wanted = product_paths(options);
  wanted.push_back(options.out);
  for (const fs::path& file : wanted) {
    if (!named.contains(file.filename().string())) return file.string();
  }
  return {};
}

class BatchRun {
 public:
  BatchRun(std::vector<BatchEntry>& entries, const BatchOptions& options, const Invocation& invocation)
      : entries_(entries), options_(options), invocation_(invocation) {}

  void run() {
    open_folder();
    write_index();
    for (std::size_t i = 0; i < entries_.size(); ++i) {
      BatchEntry& entry = entries_[i];
      if (!invocation_.quiet) fmt::print(stderr, "[{}/{}] {}\n", i + 1, entries_.size(), entry.job.name);
      JobConsole console(invocation_);
      try {
        throw_if_stopped(invocation_.stop);
        run_job(entry, console);
      } catch (const std::exception& e) {
        console.print_warnings();
        fail(entry, e);
      }
      write_index();
      if (invocation_.stop.stop_requested()) stop_where_jobs_are_left();
    }
  }

 private:
  void open_folder() {
    std::error_code error;
    if (!fs::is_directory(options_.folder, error)) {
      if (!fs::create_directory(options_.folder, error)) {
        throw OutputError(fmt::format("{}: cannot be made: {}", options_.folder.string(),
                                      error ? error.message() : "it is no folder"));
      }
    }
    const bool replace = options_.overwrite || options_.resume;
    for (const char* name : {"batch.json", "index.html"}) check_output_path(options_.folder / name, replace);
    if (!options_.resume) return;
    const Json old = read_json(options_.folder / "batch.json");
    if (!old.is_object()) return;
    for (const Json& job : old.value("jobs", Json::array())) ours_.insert(job.value("name", ""));
  }

  void run_job(BatchEntry& entry, JobConsole& console) {
    const JobContext context = console.context();
    DetectOptions& options = entry.options;
    DetectProducts products(options);
    const Json old = options_.resume ? read_json(summary_path(options.out)) : Json(nullptr);
    if (options_.resume && old.is_null() && ours_.contains(entry.job.name)) options.overwrite = true;
    if (old.is_null()) check_outputs(options, products);
    DetectPlan plan = plan_detect(options, *context.warnings, context.stop, &shelf_);
    if (!old.is_null()) {
      std::string changed = difference(old, plan);
      if (changed.empty()) changed = missing_file(old, options);
      if (changed.empty()) {
        entry.summary = old;
        entry.status = JobStatus::kept;
        return;
      }
      if (!options.overwrite) {
        throw OutputError(fmt::format("{}: is of another run ({} differs); add --overwrite to replace it",
                                      summary_path(options.out).string(), changed));
      }
    }
    const DetectResult result = run_detect(plan, products, context);
    console.print_warnings();
    entry.summary = summary_json(plan, result, *context.warnings);
    entry.status = JobStatus::done;
  }

  void fail(BatchEntry& entry, const std::exception& e) {
    entry.why = describe(e);
    entry.exit_code = exit_code_of(e);
    if (entry.exit_code == static_cast<int>(ErrorKind::interrupted)) {
      entry.why = "stopped on request";
      entry.exit_code = 0;
      return;  // left
    }
    entry.status = JobStatus::failed;
    if (entry.exit_code == static_cast<int>(ErrorKind::device)) shelf_.clear();
    fmt::print(stderr, "failed: {}: {}\n", entry.job.name, entry.why);
  }

  void write_index() const {
    const Json index = batch_index(entries_, options_);
    write_text_file(options_.folder / "batch.json", index.dump(2, ' ', false, Json::error_handler_t::replace) + "\n");
    write_text_file(options_.folder / "index.html", batch_page(index));
  }

  void stop_where_jobs_are_left() const {
    const auto left = std::count_if(entries_.begin(), entries_.end(),
                                    [](const BatchEntry& entry) { return entry.status == JobStatus::left; });
    if (left == 0) return;
    throw Error(
        ErrorKind::interrupted,
        fmt::format("stopped on request; {} of {} jobs are left, batch --resume does them", left, entries_.size()));
  }

  std::vector<BatchEntry>& entries_;
  const BatchOptions& options_;
  const Invocation& invocation_;
  BackendShelf shelf_;
  std::set<std::string> ours_;  ///< names in the index of an earlier run
};

/// Links of a finished job, relative to the batch's folder.
void add_links(Json& job, const BatchEntry& entry, const fs::path& folder) {
  const fs::path summary = summary_path(entry.options.out);
  job["summary"] = relative_link(summary, folder);
  const std::pair<const char*, const char*> kLinked[] = {
      {"score", "heatmap"}, {"quicklook", "quicklook"}, {"report", "report"}, {"sites", "layer"}};
  for (const Json& product : entry.summary.value("products", Json::array())) {
    for (const auto& [name, key] : kLinked) {
      if (product.value("name", "") == name)
        job[key] = relative_link(product_file(entry.summary, summary, product), folder);
    }
  }
}

}  // namespace

Json batch_index(const std::vector<BatchEntry>& entries, const BatchOptions& options) {
  Json counts = {{"done", 0}, {"kept", 0}, {"failed", 0}, {"left", 0}};
  Json jobs = Json::array();
  int first_failure = 0;
  for (const BatchEntry& entry : entries) {
    const char* status = kStatusNames[static_cast<std::size_t>(entry.status)];
    counts[status] = counts[status].get<int>() + 1;
    if (entry.status == JobStatus::failed && first_failure == 0) first_failure = entry.exit_code;
    Json own = Json::object();
    for (const auto& [name, text] : entry.job.options) own[name] = text;
    Json job = {{"name", entry.job.name}, {"status", status},           {"exit_code", entry.exit_code},
                {"why", nullptr},         {"before", entry.job.before}, {"after", entry.job.after},
                {"options", own},         {"wall_s", nullptr},          {"changed_fraction", nullptr},
                {"sites", nullptr},       {"warnings", nullptr},        {"heatmap", nullptr},
                {"summary", nullptr},     {"quicklook", nullptr},       {"report", nullptr},
                {"layer", nullptr}};
    if (!entry.why.empty()) job["why"] = entry.why;
    if (entry.summary.is_object()) {
      job["wall_s"] = value_at(entry.summary, "/timing/wall_s");
      job["changed_fraction"] = value_at(entry.summary, "/thresholds/used/changed_fraction");
      job["sites"] = value_at(entry.summary, "/sites/count");
      job["warnings"] = entry.summary.value("warnings", Json::array()).size();
      add_links(job, entry, options.folder);
    }
    jobs.push_back(std::move(job));
  }
  return {{"groundshift", {{"version", version_text()}, {"commit", commit_text()}}},
          {"jobs_from", options.jobs.string()},
          {"exit_code", first_failure},
          {"counts", counts},
          {"jobs", jobs}};
}

void run_batch(std::vector<BatchEntry>& entries, const BatchOptions& options, const Invocation& invocation) {
  BatchRun(entries, options, invocation).run();
}

}  // namespace groundshift::cli
