// SPDX-License-Identifier: Apache-2.0
// Pyramid, packers and packed blocks, put together to a file: a GeoTIFF's as they come, a COG's at the end.
#include "host/io/tiff_sink.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <limits>
#include <optional>

#include <fmt/format.h>

#include "host/base/error.hpp"
#include "host/base/parallel_for.hpp"
#include "host/base/progress.hpp"
#include "host/io/block_packer.hpp"
#include "host/io/blocks_in_order.hpp"
#include "host/io/encoded_blocks.hpp"
#include "host/io/gdal_raster.hpp"
#include "host/io/memory_file.hpp"
#include "host/io/overview_pyramid.hpp"
#include "host/io/pieces_file.hpp"
#include "host/io/tiff_header.hpp"

namespace groundshift {
namespace {

namespace fs = std::filesystem;

PyramidSpec pyramid_spec(const RasterSinkSpec& spec, const TiffPacking& packing, const fs::path& scratch,
                         std::int64_t memory_bytes) {
  PyramidSpec p;
  p.width = spec.grid.width;
  p.height = spec.grid.height;
  p.band_count = spec.band_count;
  p.type = spec.type;
  p.block_width = packing.block_width;
  p.block_height = packing.block_height;
  p.overviews = packing.overviews;
  p.rule = packing.rule;
  p.nodata = spec.nodata;
  p.memory_bytes = memory_bytes;
  p.scratch_folder = scratch;
  return p;
}

std::int64_t total_blocks(const std::vector<PyramidLevel>& levels) {
  return levels.back().first_block + levels.back().block_count();
}

/// What the memory of a sink is for. Packers come first, up to a half. Then blocks in parts, as many as a row of every
/// level has: each that does not stay costs a write and a read for each of its parts. Packed blocks, written and read
/// once at most, get the rest.
struct Shares {
  int packers = 1;
  std::int64_t waiting = 0, packed = 0;
};

Shares share(const RasterSinkSpec& spec, const TiffPacking& packing) {
  const std::int64_t one = BlockPackers::bytes_of_one(packing, spec.type, spec.band_count);
  Shares s;
  s.packers = static_cast<int>(std::clamp<std::int64_t>(spec.memory_bytes / 2 / one, 1, std::max(1, spec.threads)));
  const std::int64_t left = std::max<std::int64_t>(0, spec.memory_bytes - s.packers * one);
  const std::int64_t block = std::int64_t{packing.block_width} * packing.block_height * spec.band_count *
                             static_cast<std::int64_t>(byte_count(spec.type));
  for (const PyramidLevel& level : pyramid_levels(pyramid_spec(spec, packing, {}, 0))) {
    s.waiting += level.blocks_across * block;
  }
  s.waiting = std::min(s.waiting, left);
  s.packed = left - s.waiting;
  return s;
}

class TiffSink final : public RasterSink {
 public:
  TiffSink(RasterSinkSpec spec, const TiffPacking& packing, const Shares& shares)
      : spec_(std::move(spec)),
        packing_(packing),
        file_(spec_.path),
        scratch_(spec_.scratch_folder.empty() ? file_.path().parent_path() : spec_.scratch_folder),
        packers_(packing, spec_.type, spec_.band_count, shares.packers),
        pyramid_(pyramid_spec(spec_, packing, scratch_, shares.waiting),
                 [this](std::int64_t block, const BlockPixels& pixels) { keep(block, pixels); }),
        out_(file_.path(), spec_.path),
        facts_(static_cast<std::size_t>(spec_.band_count)) {
    // What GDAL cannot describe, a full disk or a folder that forbids it, is told before a pixel is read.
    static_cast<void>(full_tags());
    const std::int64_t blocks = total_blocks(pyramid_.levels());
    if (cog()) {
      kept_.emplace(blocks, shares.packed, scratch_);
    } else {
      placed_.emplace(out_, kTiffStart, blocks, shares.packed, scratch_);
    }
  }

  bool concurrent() const override { return true; }

  void write(const Window& w, const void* data, std::ptrdiff_t row_pitch, std::ptrdiff_t band_pitch) override {
    with_name([&] { pyramid_.add(w, data, row_pitch, band_pitch); });
  }
  void set_statistics(std::int32_t band, const BandStatistics& statistics) override {
    facts_[static_cast<std::size_t>(band - 1)].statistics = statistics;
  }
  void set_scale(std::int32_t band, double scale, double offset) override {
    facts_[static_cast<std::size_t>(band - 1)].scale = {scale, offset};
  }

  void finish() override {
    expects(pyramid_.complete(), kAllPixels);
    with_name([&] {
      cog() ? lay_out_all() : add_directory();
      out_.close();
    });
    verify_output(spec_, file_.path());
    finished_ = true;
  }
  std::int64_t commit() override {
    if (!finished_) finish();
    return put_in_place(file_, spec_.path);
  }

 private:
  /// A scratch file's error names its folder; the output belongs to it.
  template <class F>
  void with_name(F&& work) {
    try {
      work();
    } catch (const OutputError& error) {
      const std::string what = error.what();
      if (what.starts_with(spec_.path.string())) throw;
      std::throw_with_nested(OutputError(fmt::format("{}: cannot be written: {}", spec_.path.string(), what)));
    }
  }

  void keep(std::int64_t block, const BlockPixels& pixels) {
    packers_.pack(pixels, [&](std::span<const std::byte> packed) {
      cog() ? kept_->add(block, packed) : placed_->add(block, packed);
    });
  }

  /// GDAL writes the header of a file without blocks; every tag of ours is its.
  std::vector<TiffTag> full_tags() const {
    const MemoryFile twin(".tif");
    std::vector<std::string> options = {"TILED=YES", "SPARSE_OK=TRUE", "BIGTIFF=YES",
                                        fmt::format("BLOCKXSIZE={}", packing_.block_width),
                                        fmt::format("BLOCKYSIZE={}", packing_.block_height)};
    if (packing_.codec == BlockCodec::deflate) options.push_back("COMPRESS=DEFLATE");
    if (packing_.codec == BlockCodec::zstd) options.push_back("COMPRESS=ZSTD");
    if (packing_.predictor != BlockPredictor::none) {
      options.push_back(fmt::format("PREDICTOR={}", static_cast<int>(packing_.predictor)));
    }
    Dataset dataset = create_gtiff(spec_, twin.path(), options);
    set_band_facts(*dataset, spec_, facts_);
    close_output(dataset, spec_, "its header cannot be made");
    return tags_of_bigtiff(twin.bytes());
  }

  std::vector<TiffLevel> levels() const {
    std::vector<TiffLevel> out;
    for (const PyramidLevel& level : pyramid_.levels()) {
      out.emplace_back();
      out.back().tags = out.size() == 1 ? full_tags() : overview_tags(out[0].tags, level.width, level.height);
      for (std::int64_t b = 0; b < level.block_count(); ++b) {
        const std::int64_t bytes = kept_->byte_count(level.first_block + b);
        expects(bytes > 0, kAllPixels);
        out.back().block_bytes.push_back(static_cast<std::uint32_t>(bytes));
      }
    }
    return out;
  }

  /// GDAL's rule of IF_SAFER, from the size before packing; the others go by the size that the file has.
  bool is_big(std::int64_t classic_bytes) const {
    constexpr double kSafe = 2e9;
    if (packing_.big == BigTiff::yes) return true;
    if (packing_.big == BigTiff::no) return false;
    if (packing_.big == BigTiff::if_safer) {
      double raw = 0.0;
      for (const PyramidLevel& level : pyramid_.levels()) raw += double(level.width) * level.height;
      return raw * spec_.band_count * static_cast<double>(byte_count(spec_.type)) > kSafe;
    }
    return classic_bytes > kMostClassic;
  }
  void check_size(bool big, std::int64_t byte_count) const {
    if (big || byte_count <= kMostClassic) return;
    throw OutputError(fmt::format("{}: {} bytes are more than a classic TIFF can hold; leave out -co BIGTIFF=NO",
                                  spec_.path.string(), byte_count));
  }
  bool cog() const { return spec_.format == RasterFormat::cog; }

  /// The blocks of a GeoTIFF are in the file: what tells of them goes around them.
  void add_directory() {
    expects(placed_->complete(), kAllPixels);
    const TiffLevel level{full_tags(), placed_->sizes()};
    const auto ends = [&](bool big) { return lay_out_around(level, placed_->starts(), placed_->end(), big); };
    const auto bytes = [](const TiffEnds& e) {
      return e.directory_start + static_cast<std::int64_t>(e.directory.size());
    };
    const bool big = is_big(bytes(ends(false)));
    const TiffEnds e = ends(big);
    check_size(big, bytes(e));
    out_.write_at(e.directory_start, e.directory);
    out_.write_at(0, e.header);
  }

  /// The directories of a COG stand before its blocks, whose sizes they tell.
  void lay_out_all() {
    const std::vector<TiffLevel> levels = this->levels();
    const bool big = is_big(lay_out_cog(levels, false).file_bytes);
    const TiffFront front = lay_out_cog(levels, big);
    check_size(big, front.file_bytes);
    out_.reserve(front.file_bytes);
    out_.write_at(0, front.bytes);
    write_blocks(levels, front);
  }

  /// Blocks [first, end) of a level and their place in the file.
  struct Piece {
    std::size_t level = 0;
    std::int64_t first = 0, end = 0, start = 0, byte_count = 0;
  };
  static constexpr std::int64_t kPieceBytes = std::int64_t{1} << 20;  // what a thread puts together for one write

  std::vector<Piece> pieces_of(const std::vector<TiffLevel>& levels, const TiffFront& front) const {
    std::vector<Piece> pieces;
    auto start = static_cast<std::int64_t>(front.bytes.size());
    for (const std::size_t l : front.order) {
      for (std::size_t b = 0; b < levels[l].block_bytes.size(); ++b) {
        const std::int64_t bytes = kCogLeader + levels[l].block_bytes[b] + kCogTrailer;
        if (b == 0 || pieces.back().byte_count + bytes > kPieceBytes) {
          pieces.push_back({l, static_cast<std::int64_t>(b), static_cast<std::int64_t>(b), start, 0});
        }
        pieces.back().end = static_cast<std::int64_t>(b) + 1;
        pieces.back().byte_count += bytes;
        start += bytes;
      }
    }
    return pieces;
  }

  void write_blocks(const std::vector<TiffLevel>& levels, const TiffFront& front) {
    const std::vector<Piece> pieces = pieces_of(levels, front);
    const int threads = std::max(1, spec_.threads);
    std::vector<std::vector<std::byte>> buffers(static_cast<std::size_t>(threads));
    parallel_for(static_cast<std::int64_t>(pieces.size()), threads, spec_.stop, [&](std::int64_t i, int worker) {
      const Piece& piece = pieces[static_cast<std::size_t>(i)];
      std::vector<std::byte>& buffer = buffers[static_cast<std::size_t>(worker)];
      buffer.resize(static_cast<std::size_t>(piece.byte_count));
      std::byte* to = buffer.data();
      for (std::int64_t b = piece.first; b < piece.end; ++b) {
        const std::uint32_t count = levels[piece.level].block_bytes[static_cast<std::size_t>(b)];
        to = std::copy_n(reinterpret_cast<const std::byte*>(&count), sizeof(count), to);
        kept_->take(pyramid_.levels()[piece.level].first_block + b, to);
        const std::span<const std::byte> block(to, count);
        to += count;
        to = std::ranges::copy(last_bytes(block), to).out;
      }
      out_.write_at(piece.start, buffer);
    });
  }

  static std::array<std::byte, kCogTrailer> last_bytes(std::span<const std::byte> block) {
    std::array<std::byte, kCogTrailer> last{};
    const std::size_t count = std::min(block.size(), last.size());
    std::copy_n(block.end() - static_cast<std::ptrdiff_t>(count), count, last.begin());
    return last;
  }

  static constexpr const char* kAllPixels = "every pixel of a raster is written before it is finished";
  static constexpr std::int64_t kMostClassic = std::numeric_limits<std::uint32_t>::max();

  RasterSinkSpec spec_;
  const TiffPacking packing_;
  TemporarySibling file_;
  const fs::path scratch_;
  BlockPackers packers_;
  OverviewPyramid pyramid_;
  PiecesFile out_;
  std::optional<BlocksInOrder> placed_;  ///< of a GeoTIFF
  std::optional<EncodedBlocks> kept_;    ///< of a COG
  std::vector<BandFacts> facts_;
  bool finished_ = false;
};

}  // namespace

std::unique_ptr<RasterSink> make_tiff_sink(RasterSinkSpec spec, const TiffPacking& packing) {
  const Shares shares = share(spec, packing);
  return std::make_unique<TiffSink>(std::move(spec), packing, shares);
}

}  // namespace groundshift
