// SPDX-License-Identifier: Apache-2.0
// An output file exists complete under its name or not at all.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace groundshift {

/// Throws OutputError when `path` cannot be an output: its folder is missing or not writable, it is a directory,
/// or it exists and `overwrite` is false. Changes nothing.
void check_output_path(const std::filesystem::path& path, bool overwrite);

/// A hidden, locked temporary sibling of `target` (".<name>.gs-<pid>-<n><purpose><extension>"). A later run in the same
/// folder removes siblings of the same target whose lock is free (their process died).
class TemporarySibling {
 public:
  /// `folder` empty: the target's own folder (needed for commit()); else a scratch folder.
  explicit TemporarySibling(const std::filesystem::path& target, const std::filesystem::path& folder = {},
                            std::string_view purpose = {});
  ~TemporarySibling();  ///< removes the temporary file, and what lies beside it under a longer name
  TemporarySibling(TemporarySibling&&) noexcept;
  TemporarySibling& operator=(TemporarySibling&&) = delete;

  const std::filesystem::path& path() const { return path_; }
  /// fsync, rename to the target, fsync of the folder. Throws OutputError.
  void commit();
  /// Of a format of several files: moves the file beside the sibling that has this extension to its place beside the
  /// target; where there is none, an older one of the target is removed. Call before commit(). Throws OutputError.
  void commit_beside(std::string_view extension);

 private:
  std::filesystem::path target_, path_, lock_path_;
  int lock_fd_ = -1;
};

/// Writes text through a TemporarySibling. Throws OutputError.
void write_text_file(const std::filesystem::path& path, std::string_view text);

}  // namespace groundshift
