// SPDX-License-Identifier: Apache-2.0
// Every stream under a window, to its end.
#include "host/io/damaged_streams.hpp"

#include <algorithm>
#include <cstddef>
#include <vector>

#include <fmt/format.h>

#include "host/base/error.hpp"

namespace groundshift {
namespace {

/// Of a stream that may yet belong to a block.
constexpr std::int64_t kMostBlocks = 4;

void expect_whole_stream(const std::string& path, const TiffBlocks& blocks, std::int32_t plane, std::int32_t across,
                         std::int32_t down, BlockDecoder& decoder) {
  const TiffLayout& layout = blocks.layout();
  std::vector<std::int64_t> block = {layout.block_index(layout.separate ? plane : 0, across, down)};
  if (blocks.state(block.front()) != BlockState::packed) return;
  std::vector<BlockRun> run;
  blocks.make_runs(block, run);
  std::vector<std::byte> bytes(run.front().byte_count);
  if (!blocks.read(run.front(), bytes)) return;
  const auto most = static_cast<std::size_t>(kMostBlocks * layout.block_bytes());
  if (decoder.holds_whole_stream(blocks.of_run(run.front(), bytes, block.front()), most)) return;
  throw InputError(fmt::format(
      "{}, band {}, block ({},{}) of {} x {} pixels: its DEFLATE stream breaks off or does not fit its checksum, which "
      "GDAL does not look at here; the file is damaged, copy or download it again",
      path, plane + 1, across, down, layout.block_width, layout.block_height));
}

}  // namespace

void expect_whole_streams(const std::string& path, const TiffBlocks& blocks, std::span<const std::int32_t> planes,
                          const Window& window) {
  const TiffLayout& layout = blocks.layout();
  if (layout.codec != TiffCodec::deflate) return;
  BlockDecoder decoder;
  const std::int32_t right = (window.x + window.width - 1) / layout.block_width;
  const std::int32_t bottom = (window.y + window.height - 1) / layout.block_height;
  for (const std::int32_t plane : layout.separate ? planes : planes.first(1)) {
    for (std::int32_t by = window.y / layout.block_height; by <= bottom; ++by) {
      for (std::int32_t bx = window.x / layout.block_width; bx <= right; ++bx) {
        expect_whole_stream(path, blocks, plane, bx, by, decoder);
      }
    }
  }
}

}  // namespace groundshift
