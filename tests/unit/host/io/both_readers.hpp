// SPDX-License-Identifier: Apache-2.0
// One window read by a file's raw blocks and by GDAL, everything that can differ kept: pixels, validity, words.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "host/base/error.hpp"
#include "host/io/raster_source.hpp"

namespace groundshift::test {

/// Pixels and validity with room around every row and plane that nobody may touch.
struct ReadResult {
  static constexpr std::byte kGuard{0xa5};
  static constexpr std::ptrdiff_t kMargin = 64, kBeside = 3;  ///< bytes around the planes; elements beside a row

  std::vector<std::byte> pixels;
  std::vector<std::uint8_t> valid;
  std::string error;  ///< of the decode; the planes then say nothing

  /// Whether everything that is no pixel of the window still holds the guard.
  ::testing::AssertionResult guards_untouched(const Window& w, std::size_t pixel_bytes, std::size_t band_count) const {
    const std::size_t pitch = static_cast<std::size_t>(w.width + kBeside) * pixel_bytes, plane = pitch * w.height;
    for (std::size_t i = 0; i < pixels.size(); ++i) {
      const std::size_t at = i - kMargin;
      const bool inside = i >= kMargin && at < plane * band_count && at % pitch < w.width * pixel_bytes;
      if (!inside && pixels[i] != kGuard) return ::testing::AssertionFailure() << "byte " << i << " beside the pixels";
    }
    const auto valid_pitch = static_cast<std::size_t>(w.width + kBeside);
    for (std::size_t i = 0; i < valid.size(); ++i) {
      const std::size_t at = i - kMargin;
      const bool inside = i >= kMargin && at < valid_pitch * w.height && at % valid_pitch < std::size_t(w.width);
      if (!inside && valid[i] != static_cast<std::uint8_t>(kGuard))
        return ::testing::AssertionFailure() << "byte " << i << " beside the validity";
    }
    return ::testing::AssertionSuccess();
  }
};

/// Room for a window, and where in it decode() shall put it.
inline WindowTarget make_room(ReadResult& out, const SourceSelection& selection, const Window& w) {
  const std::ptrdiff_t pitch = w.width + ReadResult::kBeside, plane = pitch * w.height;
  const std::size_t bytes = byte_count(selection.type);
  out.pixels.assign(2 * ReadResult::kMargin + plane * selection.bands.size() * bytes, ReadResult::kGuard);
  out.valid.assign(2 * ReadResult::kMargin + plane, static_cast<std::uint8_t>(ReadResult::kGuard));
  return {w, out.pixels.data() + ReadResult::kMargin, pitch, plane, out.valid.data() + ReadResult::kMargin};
}

inline ReadResult read_window(RasterSource& source, const SourceSelection& selection, const Window& w) {
  ReadResult out;
  const WindowTarget to = make_room(out, selection, w);
  try {
    source.decode(w, to.pixels, to.row_pitch, to.band_pitch, to.valid);
  } catch (const Error& e) {
    out.error = e.what();
  }
  return out;
}

/// Windows read at once; an error is the first's.
inline std::vector<ReadResult> read_windows(RasterSource& source, const SourceSelection& selection,
                                            const std::vector<Window>& windows) {
  std::vector<ReadResult> out(windows.size());
  std::vector<WindowTarget> targets;
  for (std::size_t i = 0; i < windows.size(); ++i) targets.push_back(make_room(out[i], selection, windows[i]));
  try {
    source.decode_all(targets);
  } catch (const Error& e) {
    out.front().error = e.what();
  }
  return out;
}

/// The same words; and where there are none, the same bits.
inline ::testing::AssertionResult same_reads(const ReadResult& a, const ReadResult& b) {
  if (a.error != b.error) return ::testing::AssertionFailure() << '"' << a.error << "\" and \"" << b.error << '"';
  if (!a.error.empty()) return ::testing::AssertionSuccess();
  if (a.valid != b.valid) return ::testing::AssertionFailure() << "validity differs";
  if (a.pixels != b.pixels) {
    std::size_t i = 0;
    while (a.pixels[i] == b.pixels[i]) ++i;
    return ::testing::AssertionFailure() << "pixels differ from byte " << i - ReadResult::kMargin;
  }
  return ::testing::AssertionSuccess();
}

}  // namespace groundshift::test
