// SPDX-License-Identifier: Apache-2.0
// Everything that can be checked of a block before it is decoded, and its bytes read in the order of the file.
#include "host/io/packed_blocks.hpp"

#include <algorithm>
#include <cstring>

#include <fmt/format.h>

#include "host/io/pixel_conversion.hpp"
#include "kernels/codec/unpack_work.hpp"

namespace groundshift {
namespace {

// DEFLATE's limit: a match of 258 bytes takes two bits at least.
constexpr std::uint64_t kMostDeflateRatio = 1032;
// Bits are counted in 32 bits on the device.
constexpr std::int64_t kTooLargeBytes = std::int64_t{1} << 28;

/// What the device unpacks a codec's blocks as; nothing: it does not.
std::optional<BlockCodec> device_codec(TiffCodec codec) {
  switch (codec) {
    case TiffCodec::none: return BlockCodec::none;
    case TiffCodec::lzw: return BlockCodec::lzw;
    case TiffCodec::deflate: return BlockCodec::deflate;
    case TiffCodec::zstd: break;
  }
  return std::nullopt;
}

/// Bytes that a packed byte unpacks to at most; nothing: they are as many.
std::optional<std::uint64_t> most_ratio(TiffCodec codec) {
  if (codec == TiffCodec::lzw) return codec::most_lzw_ratio();
  return codec == TiffCodec::deflate ? std::optional(kMostDeflateRatio) : std::nullopt;
}

std::string refusal_of(const TiffLayout& layout, const SourceSelection& selection, const BlockFacts& facts) {
  if (!device_codec(layout.codec)) {
    return fmt::format("its blocks are packed by {}", name_of(layout.codec));
  }
  if (layout.swapped) return "its samples are big-endian";
  if (facts.converted) {
    return fmt::format("its samples are not the {} pixels of the tiles", name_of(selection.type));
  }
  const bool alpha = !facts.targets.empty() && facts.targets.front().band == BlockTarget::kAlpha;
  if (facts.masked || alpha) return "it has a mask or alpha band";
  if (layout.block_bytes() >= kTooLargeBytes) {
    return fmt::format("its blocks are {} MiB, of 256 at most", layout.block_bytes() >> 20);
  }
  if (layout.predictor == BlockPredictor::floating_point && selection.type != PixelType::f32) {
    return "its predictor is for other samples";
  }
  return {};
}

template <class T>
std::uint64_t bits_of(T value) {
  std::uint64_t bits = 0;
  std::memcpy(&bits, &value, sizeof(T));
  return bits;
}

codec::SampleTarget sample_target(const BlockTarget& target, PixelType type, std::optional<double> nodata) {
  codec::SampleTarget out{target.sample, target.band, false, 0, 0};
  with_pixel_type(type, [&](auto tag) {
    using T = typename decltype(tag)::type;
    if (const std::optional<T> none = nodata_as<T>(nodata)) {
      out.has_nodata = true;
      out.nodata_bits = bits_of(*none);
    }
    T absent;
    std::memcpy(&absent, target.absent.data(), sizeof(T));
    out.absent_bits = bits_of(absent);
  });
  return out;
}

}  // namespace

PackedBlocks::PackedBlocks(const TiffBlocks& blocks, const RasterDescription& description,
                           const SourceSelection& selection, const BlockFacts& facts)
    : blocks_(blocks),
      layout_(blocks.layout()),
      band_count_(static_cast<std::int32_t>(selection.bands.size())),
      refusal_(refusal_of(layout_, selection, facts)) {
  if (!refusal_.empty()) return;
  form_ = {layout_.block_width, layout_.block_height, layout_.samples_per_pixel(), sample_type_of(selection.type),
           layout_.predictor};
  for (std::int32_t plane = 0; plane < (layout_.separate ? layout_.band_count : 1); ++plane) {
    Plane here{plane, static_cast<std::uint32_t>(targets_.size()), 0};
    for (const BlockTarget& target : facts.targets) {
      const std::int32_t band = selection.bands[static_cast<std::size_t>(target.band)];
      if (layout_.separate && band - 1 != plane) continue;
      const auto& own = description.bands[static_cast<std::size_t>(band - 1)].nodata;
      const std::optional<double> nodata = selection.ignore_nodata ? std::nullopt
                                           : selection.nodata      ? selection.nodata
                                                                   : own;
      targets_.push_back(sample_target(target, selection.type, nodata));
      ++here.target_count;
    }
    if (here.target_count > 0) planes_.push_back(here);
  }
  const bool sparse = std::find(layout_.packed_sizes.begin(), layout_.packed_sizes.end(), std::uint64_t{0}) !=
                      layout_.packed_sizes.end();
  if (sparse && !facts.absent_known) refusal_ = "it is sparse, of samples whose fill only GDAL knows";
}

PackedBlocks::BlockRange PackedBlocks::range(const Window& w) const {
  return {w.x / layout_.block_width, (w.x + w.width - 1) / layout_.block_width, w.y / layout_.block_height,
          (w.y + w.height - 1) / layout_.block_height};
}

PackedNeed PackedBlocks::need(const Window& window) const {
  PackedNeed need;
  const BlockRange r = range(window);
  for (const Plane& plane : planes_) {
    for (std::int32_t by = r.y0; by <= r.y1; ++by) {
      for (std::int32_t bx = r.x0; bx <= r.x1; ++bx) {
        const std::int64_t block = layout_.block_index(plane.number, bx, by);
        ++need.block_count;
        if (blocks_.state(block) != BlockState::packed) continue;
        need.packed_bytes += static_cast<std::int64_t>(codec::block_aligned(blocks_.packed_bytes(block)));
        if (layout_.codec == TiffCodec::none) continue;
        need.raw_bytes +=
            static_cast<std::int64_t>(codec::block_aligned(static_cast<std::uint64_t>(blocks_.unpacked_bytes(by))));
      }
    }
  }
  return need;
}

const PackedBlocks::Plane& PackedBlocks::plane_of(std::int64_t block) const {
  const auto number = static_cast<std::int32_t>(block / (std::int64_t{layout_.blocks_across} * layout_.blocks_down));
  return *std::lower_bound(planes_.begin(), planes_.end(), number,
                           [](const Plane& plane, std::int32_t n) { return plane.number < n; });
}

codec::PackedBlock PackedBlocks::describe(std::int64_t block, const Window& w, std::int32_t to_x,
                                          std::int32_t to_y) const {
  const auto across = static_cast<std::int32_t>(block % layout_.blocks_across);
  const auto down = static_cast<std::int32_t>(block / layout_.blocks_across % layout_.blocks_down);
  const std::int32_t left = across * layout_.block_width, top = down * layout_.block_height;
  const std::int32_t x0 = std::max(w.x, left), y0 = std::max(w.y, top);
  codec::PackedBlock out;
  out.x = x0 - left;
  out.y = y0 - top;
  out.width = static_cast<std::int32_t>(
      std::min<std::int64_t>(std::int64_t{w.x} + w.width, std::int64_t{left} + layout_.block_width) - x0);
  out.height = static_cast<std::int32_t>(
      std::min<std::int64_t>(std::int64_t{w.y} + w.height, std::int64_t{top} + layout_.rows_of(down)) - y0);
  out.to_x = to_x + x0 - w.x;
  out.to_y = to_y + y0 - w.y;
  const Plane& plane = plane_of(block);
  out.first_target = plane.first_target;
  out.target_count = plane.target_count;
  out.codec = device_codec(layout_.codec).value();
  if (blocks_.state(block) == BlockState::absent) {
    out.absent = true;
    return out;
  }
  out.packed_byte_count = static_cast<std::uint32_t>(blocks_.packed_bytes(block));
  out.raw_byte_count = static_cast<std::uint32_t>(blocks_.unpacked_bytes(down));
  out.work_limit = codec::unpack_work_limit(out.codec, out.packed_byte_count, out.raw_byte_count);
  return out;
}

bool PackedBlocks::plausible(std::int64_t block) const {
  const BlockState state = blocks_.state(block);
  if (state == BlockState::absent) return true;
  const auto down = static_cast<std::int32_t>(block / layout_.blocks_across % layout_.blocks_down);
  if (state == BlockState::refused) return false;
  const auto packed = static_cast<std::uint64_t>(blocks_.packed_bytes(block));
  const auto raw = static_cast<std::uint64_t>(blocks_.unpacked_bytes(down));
  const std::optional<std::uint64_t> ratio = most_ratio(layout_.codec);
  // A bomb cannot be: what a block unpacks to is given by the image.
  return packed < static_cast<std::uint64_t>(kTooLargeBytes) && (!ratio || raw <= *ratio * packed);
}

bool PackedBlocks::add(const Window& window, Date date, std::int32_t to_x, std::int32_t to_y,
                       PackedBatch& batch) const {
  codec::PackedBlock form;
  form.layout = batch.add_layout(form_);
  form.planes = date == Date::before ? 0 : 1;
  const std::uint32_t first_target = batch.add_targets(targets_);
  const auto placed = [&](std::int64_t block) {
    codec::PackedBlock out = describe(block, window, to_x, to_y);
    out.layout = form.layout;
    out.planes = form.planes;
    out.first_target += first_target;
    return out;
  };
  std::vector<std::int64_t> wanted;
  const BlockRange r = range(window);
  for (const Plane& plane : planes_) {
    for (std::int32_t by = r.y0; by <= r.y1; ++by) {
      for (std::int32_t bx = r.x0; bx <= r.x1; ++bx) {
        const std::int64_t block = layout_.block_index(plane.number, bx, by);
        if (!plausible(block)) return false;
        if (blocks_.state(block) == BlockState::packed) {
          wanted.push_back(block);
        } else if (!batch.add_absent(placed(block))) {
          return false;
        }
      }
    }
  }
  std::vector<BlockRun> runs;
  blocks_.make_runs(wanted, runs);
  for (const BlockRun& run : runs) {
    const bool alone = run.end - run.first == 1;
    if (!alone) {
      batch.run_bytes().resize(std::max(batch.run_bytes().size(), run.byte_count));
      if (!blocks_.read(run, batch.run_bytes())) return false;
    }
    for (std::size_t i = run.first; i < run.end; ++i) {
      const auto room = batch.add_packed(placed(wanted[i]));
      if (!room) return false;
      if (alone) {
        if (!blocks_.read(run, *room)) return false;
      } else {
        const std::span<std::byte> bytes = blocks_.of_run(run, batch.run_bytes(), wanted[i]);
        std::memcpy(room->data(), bytes.data(), bytes.size());
      }
    }
  }
  return true;
}

}  // namespace groundshift
