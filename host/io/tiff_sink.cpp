// SPDX-License-Identifier: Apache-2.0
// Pyramid, packers and packed blocks, put together to a file as they come.
#include "host/io/tiff_sink.hpp"

#include <algorithm>
#include <limits>

#include <fmt/format.h>

#include "host/base/error.hpp"
#include "host/io/block_packer.hpp"
#include "host/io/blocks_in_order.hpp"
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
        facts_(static_cast<std::size_t>(spec_.band_count)),
        sequences_(sequences()),
        out_(file_.path(), spec_.path, first_bytes(sequences_), cog() ? kCogCachedBytes : PiecesFile::kCachedBytes),
        placed_(out_, sequences_, shares.packed, scratch_) {}

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
    expects(pyramid_.complete() && placed_.complete(), "every pixel of a raster is written before it is finished");
    with_name([&] {
      cog() ? add_front() : add_directory();
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
    packers_.pack(pixels, [&](std::span<const std::byte> stored) { placed_.add(block, stored); });
  }

  /// Where the blocks of each level come one behind the other. A GeoTIFF has one level. A COG's levels and what stands
  /// before them get room for the most that they can be, which the file does not take from the disk; what was not
  /// needed is taken out in the end. Makes the directories too, of either format, so that what GDAL cannot describe is
  /// told before a pixel is read, as a full disk or a folder that forbids it is.
  std::vector<BlockSequence> sequences() const {
    const std::vector<PyramidLevel>& levels = pyramid_.levels();
    std::vector<TiffLevel> empty;
    for (const PyramidLevel& level : levels) empty.push_back(tiff_level(empty, level));
    if (!cog()) return {{0, levels[0].block_count(), kTiffStart}};
    constexpr std::int64_t kLaterTags = 1 << 20, kLaterTagsOfABand = 1 << 16;  // statistics and scales in words
    std::int64_t place = std::ssize(lay_out_cog(empty, true).bytes) + kLaterTags + spec_.band_count * kLaterTagsOfABand;
    const std::int64_t most = BlockPackers::most_stored_bytes(packing_, spec_.type, spec_.band_count);
    std::vector<BlockSequence> out(levels.size());
    for (std::size_t l = levels.size(); l-- > 0;) {
      place = next_cog_unit(place);
      out[l] = {levels[l].first_block, levels[l].block_count(), place};
      place += levels[l].block_count() * most;
    }
    return out;
  }
  static std::vector<std::int64_t> first_bytes(const std::vector<BlockSequence>& sequences) {
    std::vector<std::int64_t> out;
    for (const BlockSequence& s : sequences) out.push_back(s.first_byte);
    std::ranges::sort(out);
    return out;
  }
  static_assert(kCogUnit % PiecesFile::kGapUnit == 0);

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

  /// The directory of a level that comes after those `above`, without its blocks' sizes.
  TiffLevel tiff_level(const std::vector<TiffLevel>& above, const PyramidLevel& level) const {
    return {above.empty() ? full_tags() : overview_tags(above[0].tags, level.width, level.height),
            std::vector<std::uint32_t>(static_cast<std::size_t>(level.block_count()))};
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
    const TiffLevel level{full_tags(), copy_of(placed_.sizes(0))};
    const std::vector<std::uint64_t> starts = copy_of(placed_.starts(0));
    const auto ends = [&](bool big) { return lay_out_around(level, starts, placed_.end(0), big); };
    const auto bytes = [](const TiffEnds& e) { return e.directory_start + std::ssize(e.directory); };
    const bool big = is_big(bytes(ends(false)));
    const TiffEnds e = ends(big);
    check_size(big, bytes(e));
    out_.write_at(e.directory_start, e.directory);
    out_.write_at(0, e.header);
  }

  /// The directories of a COG stand before its blocks, and its levels close up.
  void add_front() {
    std::vector<TiffLevel> levels;
    for (const PyramidLevel& level : pyramid_.levels()) {
      levels.push_back(tiff_level(levels, level));
      std::ranges::transform(placed_.sizes(levels.size() - 1), levels.back().block_bytes.begin(),
                             [](std::uint32_t stored) { return stored - kCogLeader - kCogTrailer; });
    }
    const bool big = is_big(lay_out_cog(levels, false).file_bytes);
    const TiffFront front = lay_out_cog(levels, big);
    check_size(big, front.file_bytes);
    out_.write_at(0, front.bytes);
    std::vector<FileGap> gaps;
    std::int64_t end = std::ssize(front.bytes), closed = 0;
    for (std::size_t l = levels.size(); l-- > 0;) {
      const std::int64_t first = sequences_[l].first_byte, gap = next_cog_unit(end);
      expects(gap <= first, "what stands before a COG's level has room");
      if (gap < first) gaps.push_back({gap, first - gap});
      closed += first - gap;
      expects(first - closed == front.level_starts[l], "a COG's level comes to lie where its directory says");
      end = placed_.end(l);
    }
    out_.take_out(gaps, end, spec_.stop);
  }
  template <class T>
  static std::vector<T> copy_of(std::span<const T> values) {
    return {values.begin(), values.end()};
  }

  /// No page of a COG stays in the page cache anyway when its levels have moved; those that left it before are written
  /// to again.
  static constexpr std::int64_t kCogCachedBytes = std::int64_t{128} << 20;
  static constexpr std::int64_t kMostClassic = std::numeric_limits<std::uint32_t>::max();

  RasterSinkSpec spec_;
  const TiffPacking packing_;
  TemporarySibling file_;
  const fs::path scratch_;
  BlockPackers packers_;
  OverviewPyramid pyramid_;
  std::vector<BandFacts> facts_;
  const std::vector<BlockSequence> sequences_;  ///< of each level
  PiecesFile out_;
  BlocksInOrder placed_;
  bool finished_ = false;
};

}  // namespace

std::unique_ptr<RasterSink> make_tiff_sink(RasterSinkSpec spec, const TiffPacking& packing) {
  const Shares shares = share(spec, packing);
  return std::make_unique<TiffSink>(std::move(spec), packing, shares);
}

}  // namespace groundshift
