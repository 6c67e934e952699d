// SPDX-License-Identifier: Apache-2.0
// Which blocks a window needs, in what order they are read, and what is left to GDAL.
#include "host/io/tiff_source.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "host/io/block_rows.hpp"
#include "host/io/damaged_streams.hpp"
#include "host/io/gdal_handles.hpp"
#include "host/io/packed_blocks.hpp"
#include "host/io/tiff_blocks.hpp"

namespace groundshift {
namespace {

// A file whose blocks are refused again and again (a packer that writes wrong checksums) is left to GDAL for good.
constexpr std::int64_t kMostRefusals = 16;
// What the kernel is asked to have ready: as much as a disk gives while this is decoded on a few cores.
constexpr std::int64_t kAheadBytes = std::int64_t{8} << 20;

// Blocks that are unpacked at once.
constexpr std::size_t kTogether = 2;

// Uncompressed bytes are read so many at a time: half of a usual second-level cache.
constexpr std::int64_t kPieceBytes = std::int64_t{256} << 10;

/// What GDAL gives for a block that a sparse file does not store: the band's nodata, or 0.
std::array<std::byte, 8> absent_sample(GDALRasterBand& band) {
  std::array<std::byte, 8> sample{};
  const GDALDataType type = band.GetRasterDataType();
  int has = 0;
  if (type == GDT_Int64) {
    std::int64_t none = band.GetNoDataValueAsInt64(&has);
    if (has) GDALCopyWords(&none, type, 0, sample.data(), type, 0, 1);
  } else if (type == GDT_UInt64) {
    std::uint64_t none = band.GetNoDataValueAsUInt64(&has);
    if (has) GDALCopyWords(&none, type, 0, sample.data(), type, 0, 1);
  } else {
    double none = band.GetNoDataValue(&has);
    if (has) GDALCopyWords(&none, GDT_Float64, 0, sample.data(), type, 0, 1);
  }
  return sample;
}

class TiffSource final : public RasterSource {
 public:
  TiffSource(TiffLayout layout, const SourceSelection& selection, Warnings& warnings,
             std::unique_ptr<RasterSource> otherwise)
      : otherwise_(std::move(otherwise)),
        description_(otherwise_->description()),
        selection_(selection),
        warnings_(warnings),
        blocks_(description_.path, std::move(layout)),
        layout_(blocks_.layout()),
        rows_(description_, selection_, warnings),
        handles_(description_.path) {
    GdalHandle handle = handles_.take();
    const GdalMessages messages;
    choose_targets(*handle.dataset);
    tell(messages);
    handles_.give_back(std::move(handle));
    packed_.emplace(blocks_, description_, selection_,
                    BlockFacts{targets_, !masks_.empty(), !rows_.direct(), absent_known_});
    const auto pixels = static_cast<double>(std::int64_t{unit_width()} * unit_height());
    const double file_per_pixel = double(layout_.file_bytes) / (double(layout_.width) * double(layout_.height));
    units_ahead_ = std::clamp<std::int64_t>(static_cast<std::int64_t>(double(kAheadBytes) / (pixels * file_per_pixel)),
                                            1, kAheadBytes / kCellSize);
  }

  const RasterDescription& description() const override { return description_; }
  std::int32_t unit_width() const override { return unit_side(layout_.block_width, layout_.width); }
  std::int32_t unit_height() const override { return unit_side(layout_.block_height, layout_.height); }
  std::int64_t units_given_to_gdal() const override { return given_to_gdal_; }

  std::string way_in() const override { return fmt::format("tiff: raw blocks, {}", name_of(layout_.codec)); }

  const PackedBlocks* packed_blocks() const override { return &*packed_; }

  std::int64_t thread_bytes() const override {
    const std::int64_t mask = masks_.empty() ? 0 : std::int64_t{unit_width()} * unit_height();
    return kTogether * (static_cast<std::int64_t>(blocks_.run_capacity()) + layout_.block_bytes()) +
           BlockRows::byte_count(layout_, targets_.size()) + mask;
  }

  void decode(const Window& window, void* pixels, std::ptrdiff_t row_pitch, std::ptrdiff_t band_pitch,
              std::uint8_t* valid) override {
    const WindowTarget target{window, pixels, row_pitch, band_pitch, valid};
    decode_all({&target, 1});
  }

  void decode_all(std::span<const WindowTarget> targets) override {
    if (refusals_ >= kMostRefusals) {
      for (const WindowTarget& target : targets) leave_to_gdal(target);
      return;
    }
    std::unique_ptr<Scratch> scratch = borrow();
    scratch->windows.clear();
    for (const WindowTarget& t : targets) {
      expect_units_after(t.window);
      scratch->windows.push_back({{t.window, static_cast<std::byte*>(t.pixels), t.row_pitch, t.band_pitch,
                                   static_cast<std::ptrdiff_t>(byte_count(selection_.type)), t.valid}});
    }
    decode_blocks(*scratch);
    for (std::size_t i = 0; i < targets.size(); ++i) {
      if (scratch->windows[i].taken) continue;
      ++refusals_;
      leave_to_gdal(targets[i]);
    }
    give_back(std::move(scratch));
  }

 private:
  /// A window on its way; not `taken` where a block is refused, and then half filled.
  struct WindowOfBlocks {
    PlaneWindow planes;
    bool taken = true;
  };
  /// A block whose packed bytes are here.
  struct BlockAtHand {
    std::int32_t across = 0, down = 0;
    std::span<std::byte> packed, bytes;
  };

  /// One thread's buffers; made once and lent.
  struct Scratch {
    Scratch(const TiffBlocks& blocks, const SampleRows& sample_rows, std::size_t targets, std::size_t bands)
        : decoder(blocks.layout()), rows(blocks.layout(), sample_rows, targets, bands) {
      for (std::vector<std::byte>& p : packed) p.resize(blocks.run_capacity());
      for (std::vector<std::byte>& u : unpacked) u.resize(static_cast<std::size_t>(blocks.layout().block_bytes()));
    }
    std::array<std::vector<std::byte>, kTogether> packed, unpacked;
    std::vector<WindowOfBlocks> windows;
    std::array<BlockAtHand, kTogether> at_hand;
    std::size_t at_hand_count = 0;
    std::vector<Unpacking> unpacking;
    TiffBlockDecoder decoder;
    BlockRows rows;
    std::vector<std::int64_t> wanted;
    std::vector<BlockRun> runs;
  };

  std::unique_ptr<Scratch> borrow() {
    {
      const std::lock_guard lock(mutex_);
      if (!idle_.empty()) {
        std::unique_ptr<Scratch> scratch = std::move(idle_.back());
        idle_.pop_back();
        return scratch;
      }
    }
    return std::make_unique<Scratch>(blocks_, rows_, targets_.size(), selection_.bands.size());
  }
  void give_back(std::unique_ptr<Scratch> scratch) {
    const std::lock_guard lock(mutex_);
    idle_.push_back(std::move(scratch));
  }

  void leave_to_gdal(const WindowTarget& t) {
    ++given_to_gdal_;
    otherwise_->decode(t.window, t.pixels, t.row_pitch, t.band_pitch, t.valid);
    expect_whole_streams(description_.path, blocks_, planes_, t.window);
  }

  /// Alpha comes out of the same blocks; other masks through GDAL.
  void choose_targets(GDALDataset& dataset) {
    masks_ = masked_bands(dataset, selection_);
    const auto target = [&](std::int32_t band, std::int32_t selected) {
      GDALRasterBand& source = *dataset.GetRasterBand(band);
      absent_known_ = absent_known_ && description_.bands[static_cast<std::size_t>(band - 1)].type_name != "Int8";
      return BlockTarget{layout_.separate ? 0 : band - 1, selected, absent_sample(source)};
    };
    const bool alpha = masks_.size() == 1 && layout_.sample_bytes <= 2 &&
                       (dataset.GetRasterBand(masks_.front())->GetMaskFlags() & GMF_ALPHA) != 0;
    if (alpha) {
      masks_.clear();
      targets_.push_back(target(layout_.band_count, BlockTarget::kAlpha));  // GDAL's rule: the last band
      planes_.push_back(layout_.band_count - 1);
    }
    for (std::size_t i = 0; i < selection_.bands.size(); ++i) {
      targets_.push_back(target(selection_.bands[i], static_cast<std::int32_t>(i)));
      planes_.push_back(selection_.bands[i] - 1);
    }
  }

  void read_masks(const PlaneWindow& planes) {
    if (masks_.empty()) return;
    GdalHandle handle = handles_.take();
    const GdalMessages messages;
    for (const std::int32_t b : masks_) {
      apply_mask(handle, b, description_.path, planes.window, planes.row_pitch, planes.valid, messages);
    }
    tell(messages);
    handles_.give_back(std::move(handle));
  }

  void tell(const GdalMessages& messages) {
    for (const std::string& text : messages.warnings()) {
      warnings_.add("gdal_warning", fmt::format("{}: {}", description_.path, text));
    }
  }

  void decode_blocks(Scratch& scratch) {
    for (const auto& [planes, taken] : scratch.windows) {
      for (std::int32_t y = 0; y < planes.window.height; ++y) {
        std::fill_n(planes.valid + y * planes.row_pitch, planes.window.width, std::uint8_t{1});
      }
      read_masks(planes);
    }
    scratch.rows.clear_inexact();
    if (!layout_.separate) {
      decode_plane(scratch, 0, targets_);
    } else {
      for (std::size_t i = 0; i < targets_.size(); ++i) decode_plane(scratch, planes_[i], {&targets_[i], 1});
    }
    for (std::size_t i = 0; i < selection_.bands.size(); ++i) rows_.tell_inexact(i, scratch.rows.inexact()[i]);
  }

  bool touches(const Window& w, std::int32_t across, std::int32_t down) const {
    const std::int64_t x = std::int64_t{across} * layout_.block_width, y = std::int64_t{down} * layout_.block_height;
    return x < w.x + w.width && x + layout_.block_width > w.x && y < w.y + w.height && y + layout_.block_height > w.y;
  }

  template <class Use>
  void for_windows_of(Scratch& scratch, std::int32_t across, std::int32_t down, const Use& use) {
    for (WindowOfBlocks& window : scratch.windows) {
      if (window.taken && touches(window.planes.window, across, down)) use(window);
    }
  }

  void decode_plane(Scratch& scratch, std::int32_t plane, std::span<const BlockTarget> targets) {
    scratch.wanted.clear();
    for (WindowOfBlocks& window : scratch.windows) {
      const Window& w = window.planes.window;
      for (std::int32_t by = w.y / layout_.block_height; by <= (w.y + w.height - 1) / layout_.block_height; ++by) {
        for (std::int32_t bx = w.x / layout_.block_width; bx <= (w.x + w.width - 1) / layout_.block_width; ++bx) {
          const std::int64_t block = layout_.block_index(plane, bx, by);
          const BlockState state = blocks_.state(block);
          if (state == BlockState::refused || (state == BlockState::absent && !absent_known_)) {
            window.taken = false;
          } else if (state == BlockState::absent) {
            scratch.rows.put_absent(bx, by, targets, window.planes);
          } else {
            scratch.wanted.push_back(block);
          }
        }
      }
    }
    std::sort(scratch.wanted.begin(), scratch.wanted.end());
    scratch.wanted.erase(std::unique(scratch.wanted.begin(), scratch.wanted.end()), scratch.wanted.end());
    if (layout_.codec == TiffCodec::none && layout_.block_bytes() > kPieceBytes) return copy_blocks(scratch, targets);
    blocks_.make_runs(scratch.wanted, scratch.runs);
    scratch.at_hand_count = 0;
    for (std::size_t r = 0; r < scratch.runs.size(); ++r) {
      const BlockRun& run = scratch.runs[r];
      std::vector<std::byte>& packed = scratch.packed[r % kTogether];  // the last of the run before may be at hand yet
      const bool read = blocks_.read(run, packed);
      for (std::size_t i = run.first; i < run.end; ++i) {
        const std::int64_t block = scratch.wanted[i];
        const auto across = static_cast<std::int32_t>(block % layout_.blocks_across);
        const auto down = static_cast<std::int32_t>(block / layout_.blocks_across % layout_.blocks_down);
        if (!read) {
          for_windows_of(scratch, across, down, [](WindowOfBlocks& window) { window.taken = false; });
          continue;
        }
        std::vector<std::byte>& unpacked = scratch.unpacked[scratch.at_hand_count];
        scratch.at_hand[scratch.at_hand_count++] = {
            across, down, blocks_.of_run(run, packed, block),
            std::span(unpacked).first(static_cast<std::size_t>(blocks_.unpacked_bytes(down)))};
        if (scratch.at_hand_count == kTogether) put_blocks_at_hand(scratch, targets);
      }
    }
    put_blocks_at_hand(scratch, targets);
  }

  void put_blocks_at_hand(Scratch& scratch, std::span<const BlockTarget> targets) {
    const std::span blocks = std::span(scratch.at_hand).first(std::exchange(scratch.at_hand_count, 0));
    scratch.unpacking.clear();
    for (BlockAtHand& block : blocks) {
      if (as_they_stand(block.packed)) {
        block.bytes = block.packed;
        scratch.unpacking.emplace_back();  // nothing to do
      } else {
        scratch.unpacking.push_back({block.packed, block.bytes});
      }
    }
    scratch.decoder.unpack(scratch.unpacking);
    for (std::size_t i = 0; i < blocks.size(); ++i) {
      const BlockAtHand& block = blocks[i];
      for_windows_of(scratch, block.across, block.down, [&](WindowOfBlocks& window) {
        if (scratch.unpacking[i].status == BlockStatus::ok) {
          scratch.rows.put(block.bytes, block.across, block.down, 0, targets, window.planes);
        } else {
          window.taken = false;
        }
      });
    }
  }

  /// Uncompressed blocks, a piece of rows at a time, so that the bytes are in the cache when they are taken apart.
  void copy_blocks(Scratch& scratch, std::span<const BlockTarget> targets) {
    const std::int64_t row_bytes = layout_.row_bytes();
    const auto piece = static_cast<std::int32_t>(std::max<std::int64_t>(1, kPieceBytes / row_bytes));
    for (const std::int64_t block : scratch.wanted) {
      const auto across = static_cast<std::int32_t>(block % layout_.blocks_across);
      const auto down = static_cast<std::int32_t>(block / layout_.blocks_across % layout_.blocks_down);
      for_windows_of(scratch, across, down, [&](WindowOfBlocks& window) {
        const PlaneWindow& planes = window.planes;
        const std::int64_t top = std::int64_t{down} * layout_.block_height,
                           bottom = planes.window.y + planes.window.height;
        const auto first = static_cast<std::int32_t>(std::max<std::int64_t>(0, planes.window.y - top));
        const auto end = static_cast<std::int32_t>(std::min<std::int64_t>(layout_.rows_of(down), bottom - top));
        for (std::int32_t y = first; y < end && window.taken; y += piece) {
          const auto bytes = static_cast<std::size_t>(std::min(piece, end - y) * row_bytes);
          const std::span rows = std::span(scratch.unpacked.front()).first(bytes);
          window.taken = blocks_.read_rows(block, y, rows);
          if (window.taken) scratch.rows.put(rows, across, down, y, targets, planes);
        }
      });
    }
  }

  /// Uncompressed samples that lie where they can be read as such.
  bool as_they_stand(std::span<const std::byte> packed) const {
    return layout_.codec == TiffCodec::none &&
           reinterpret_cast<std::uintptr_t>(packed.data()) % static_cast<std::uintptr_t>(layout_.sample_bytes) == 0;
  }

  /// Units are asked for row by row, so what lies some units further on will be wanted soon.
  void expect_units_after(const Window& window) {
    const std::int64_t uw = unit_width(), uh = unit_height();
    const std::int64_t across = (layout_.width + uw - 1) / uw, all = across * ((layout_.height + uh - 1) / uh);
    const std::int64_t here = window.y / uh * across + window.x / uw;
    const std::int64_t from = begun_.exchange(true) ? here + units_ahead_ : here + 1;
    for (std::int64_t unit = from; unit <= std::min(all - 1, here + units_ahead_); ++unit) {
      const std::int64_t x = unit % across * uw, y = unit / across * uh;
      const auto bx0 = static_cast<std::int32_t>(x / layout_.block_width);
      const auto bx1 =
          static_cast<std::int32_t>((std::min<std::int64_t>(layout_.width, x + uw) - 1) / layout_.block_width);
      const auto by1 =
          static_cast<std::int32_t>((std::min<std::int64_t>(layout_.height, y + uh) - 1) / layout_.block_height);
      for (const std::int32_t plane : planes_) {
        for (auto by = static_cast<std::int32_t>(y / layout_.block_height); by <= by1; ++by) {
          if (layout_.blocks_across == 1) {  // strips: all of the unit's lie together
            blocks_.expect(layout_.block_index(layout_.separate ? plane : 0, 0, by),
                           layout_.block_index(layout_.separate ? plane : 0, 0, by1));
            break;
          }
          blocks_.expect(layout_.block_index(layout_.separate ? plane : 0, bx0, by),
                         layout_.block_index(layout_.separate ? plane : 0, bx1, by));
        }
        if (!layout_.separate) break;
      }
    }
  }

  const std::unique_ptr<RasterSource> otherwise_;
  const RasterDescription description_;
  const SourceSelection selection_;
  Warnings& warnings_;
  TiffBlocks blocks_;
  const TiffLayout& layout_;
  SampleRows rows_;
  GdalHandles handles_;
  std::vector<std::int32_t> masks_;   ///< bands whose masks come through GDAL
  std::vector<BlockTarget> targets_;  ///< alpha first, then the selection
  std::vector<std::int32_t> planes_;  ///< of the targets, where bands have blocks of their own
  bool absent_known_ = true;
  std::optional<PackedBlocks> packed_;
  std::int64_t units_ahead_ = 1;
  std::atomic<bool> begun_{false};
  std::atomic<std::int64_t> refusals_{0}, given_to_gdal_{0};
  std::mutex mutex_;
  std::vector<std::unique_ptr<Scratch>> idle_;
};

}  // namespace

std::unique_ptr<RasterSource> make_tiff_source(TiffLayout layout, const SourceSelection& selection, Warnings& warnings,
                                               std::unique_ptr<RasterSource> otherwise) {
  return std::make_unique<TiffSource>(std::move(layout), selection, warnings, std::move(otherwise));
}

}  // namespace groundshift
