// SPDX-License-Identifier: Apache-2.0
// What a core decodes of each form of GeoTIFF, against its codec and its row work measured apart, and against GDAL.
//
//   gs_bench_decode [FILE]    forms are made of FILE (a raster of one type, default: a generated scene), in
//   memory-backed
//                             temporary files where TMPDIR is one. Rates are MB of pixels a second of one thread's own
//                             processor time, medians of 5 rounds in turn. Pixels of both ways are compared first.
//
//   read : the packed bytes out of the page cache;  codec : unpacking them;  rows : predictor, bands apart, validity
//   of c + r : what decode reaches of codec and rows one after the other;  with read : and reading
#include <time.h>
#include <algorithm>
#include <array>
#include <cstdio>
#include <cstring>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include <cpl_string.h>
#include <gdal_priv.h>

#include "bench/pipeline/bench_scene.hpp"
#include "host/geo/gdal_owners.hpp"
#include "host/io/block_rows.hpp"
#include "host/io/tiff_blocks.hpp"

namespace groundshift::bench {
namespace {

constexpr int kRounds = 5;

struct Form {
  const char* name;
  std::vector<const char*> options;
};
const std::vector<Form> kForms = {
    {"none", {"TILED=YES", "BLOCKXSIZE=512", "BLOCKYSIZE=512"}},
    {"lzw", {"TILED=YES", "BLOCKXSIZE=512", "BLOCKYSIZE=512", "COMPRESS=LZW"}},
    {"lzw, predictor 2", {"TILED=YES", "BLOCKXSIZE=512", "BLOCKYSIZE=512", "COMPRESS=LZW", "PREDICTOR=2"}},
    {"deflate", {"TILED=YES", "BLOCKXSIZE=512", "BLOCKYSIZE=512", "COMPRESS=DEFLATE"}},
    {"deflate, predictor 2", {"TILED=YES", "BLOCKXSIZE=512", "BLOCKYSIZE=512", "COMPRESS=DEFLATE", "PREDICTOR=2"}},
    {"zstd", {"TILED=YES", "BLOCKXSIZE=512", "BLOCKYSIZE=512", "COMPRESS=ZSTD"}},
    {"zstd, predictor 2", {"TILED=YES", "BLOCKXSIZE=512", "BLOCKYSIZE=512", "COMPRESS=ZSTD", "PREDICTOR=2"}},
    {"deflate, predictor 2, by band",
     {"TILED=YES", "BLOCKXSIZE=512", "BLOCKYSIZE=512", "COMPRESS=DEFLATE", "PREDICTOR=2", "INTERLEAVE=BAND"}},
    {"deflate, predictor 2, strips of a row", {"BLOCKYSIZE=1", "COMPRESS=DEFLATE", "PREDICTOR=2"}},
    {"deflate, predictor 2, strips of 16", {"BLOCKYSIZE=16", "COMPRESS=DEFLATE", "PREDICTOR=2"}},
    {"deflate, predictor 2, big-endian",
     {"TILED=YES", "BLOCKXSIZE=512", "BLOCKYSIZE=512", "COMPRESS=DEFLATE", "PREDICTOR=2", "ENDIANNESS=BIG"}}};

void write_form(const std::string& from, const std::string& to, const Form& form) {
  initialize_gdal();
  const Dataset source(GDALDataset::Open(from.c_str(), GDAL_OF_RASTER | GDAL_OF_READONLY));
  if (source == nullptr) throw std::runtime_error("cannot open " + from);
  CPLStringList options;
  for (const char* option : form.options) options.AddString(option);
  GDALDriver* driver = GetGDALDriverManager()->GetDriverByName("GTiff");
  const Dataset made(driver->CreateCopy(to.c_str(), source.get(), FALSE, options.List(), nullptr, nullptr));
  if (made == nullptr) throw std::runtime_error("cannot make " + to);
}

double thread_seconds() {
  timespec now{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

/// One raster's planes, and units to fill them with.
struct Planes {
  std::vector<std::byte> pixels;
  std::vector<std::uint8_t> valid;
  std::ptrdiff_t pitch = 0, plane = 0;
};

/// Every unit of a source, two beside each other at once as jobs do, into the same planes (which stay in the cache as
/// slots do).
void decode_all(RasterSource& source, Planes& out, std::size_t pixel_bytes, std::size_t bands) {
  const Grid& grid = source.description().grid;
  const std::int32_t uw = std::min(2 * source.unit_width(), grid.width), uh = source.unit_height();
  out.pitch = uw;
  out.plane = static_cast<std::ptrdiff_t>(uw) * uh;
  out.pixels.resize(static_cast<std::size_t>(out.plane) * bands * pixel_bytes);
  out.valid.resize(static_cast<std::size_t>(out.plane));
  for (std::int32_t y = 0; y < grid.height; y += uh) {
    for (std::int32_t x = 0; x < grid.width; x += uw) {
      source.decode({x, y, std::min(uw, grid.width - x), std::min(uh, grid.height - y)}, out.pixels.data(), out.pitch,
                    out.plane, out.valid.data());
    }
  }
}

/// The file's blocks in memory: packed, and what each unpacks to.
class BlocksInMemory {
 public:
  BlocksInMemory(const RasterDescription& description, const SourceSelection& selection, Warnings& warnings)
      : directory_(read_tiff_directory(description)),
        sample_rows_(description, selection, warnings),
        blocks_(description.path, directory_.layout.value()),
        layout_(blocks_.layout()),
        decoder_(layout_),
        room_(2 * static_cast<std::size_t>(layout_.block_bytes())) {
    std::vector<std::int64_t> all(layout_.offsets.size());
    for (std::size_t i = 0; i < all.size(); ++i) all[i] = static_cast<std::int64_t>(i);
    blocks_.make_runs(all, runs_);
    packed_.resize(all.size());
    bytes_.resize(blocks_.run_capacity());
    for (const BlockRun& run : runs_) {
      if (!blocks_.read(run, bytes_)) throw std::runtime_error("a block cannot be read");
      for (std::size_t i = run.first; i < run.end; ++i) {
        const auto one = blocks_.of_run(run, bytes_, all[i]);
        packed_[static_cast<std::size_t>(all[i])].assign(one.begin(), one.end());
      }
    }
    for (std::size_t b = 0; b < selection.bands.size(); ++b) {
      const std::int32_t sample = layout_.separate ? 0 : static_cast<std::int32_t>(b);
      targets_.push_back({sample, static_cast<std::int32_t>(b), {}});
    }
    rows_.emplace(layout_, sample_rows_, targets_.size(), selection.bands.size());
    const std::size_t plane = static_cast<std::size_t>(layout_.block_width) * layout_.block_height;
    planes_.pixels.resize(plane * selection.bands.size() * byte_count(selection.type));
    planes_.valid.assign(plane, 1);
    pixel_bytes_ = static_cast<std::ptrdiff_t>(byte_count(selection.type));
    unpack();
  }

  bool packed() const { return layout_.codec != TiffCodec::none; }

  void read() {
    for (const BlockRun& run : runs_) {
      if (!blocks_.read(run, bytes_)) throw std::runtime_error("a block cannot be read");
    }
  }

  void unpack() {
    const auto block_bytes = static_cast<std::size_t>(layout_.block_bytes());
    for (std::size_t first = 0; first < packed_.size(); first += 2) {
      const std::size_t count = std::min<std::size_t>(2, packed_.size() - first);
      std::array<Unpacking, 2> blocks;
      for (std::size_t i = 0; i < count; ++i) {
        const auto down = static_cast<std::int32_t>(static_cast<std::int64_t>(first + i) / layout_.blocks_across %
                                                    layout_.blocks_down);
        blocks[i] = {packed_[first + i],
                     std::span(room_).subspan(i * block_bytes, static_cast<std::size_t>(blocks_.unpacked_bytes(down)))};
      }
      decoder_.unpack(std::span(blocks).first(count));
      for (std::size_t i = 0; i < count; ++i) {
        if (blocks[i].status != BlockStatus::ok) throw std::runtime_error("a block does not unpack");
      }
    }
  }

  /// Predictor and de-interleave of as many blocks, on the bytes of one: their work does not depend on the values.
  void put_rows() {
    for (std::size_t i = 0; i < packed_.size(); ++i) {
      const auto block = static_cast<std::int64_t>(i);
      const auto across = static_cast<std::int32_t>(block % layout_.blocks_across);
      const auto down = static_cast<std::int32_t>(block / layout_.blocks_across % layout_.blocks_down);
      const auto plane = static_cast<std::size_t>(block / layout_.blocks_across / layout_.blocks_down);
      const PlaneWindow window{
          {across * layout_.block_width, down * layout_.block_height,
           std::min(layout_.block_width, layout_.width - across * layout_.block_width), layout_.rows_of(down)},
          planes_.pixels.data(),
          layout_.block_width,
          static_cast<std::ptrdiff_t>(layout_.block_width) * layout_.block_height,
          pixel_bytes_,
          planes_.valid.data()};
      const std::span<const BlockTarget> all(targets_);
      rows_->put(std::span(room_).first(room_.size() / 2), across, down, 0,
                 layout_.separate ? all.subspan(plane, 1) : all, window);
    }
  }

 private:
  TiffDirectory directory_;
  SampleRows sample_rows_;
  TiffBlocks blocks_;
  const TiffLayout& layout_;
  TiffBlockDecoder decoder_;
  std::vector<std::byte> room_, bytes_;
  std::vector<BlockRun> runs_;
  std::vector<std::vector<std::byte>> packed_;
  std::vector<BlockTarget> targets_;
  std::optional<BlockRows> rows_;
  Planes planes_;
  std::ptrdiff_t pixel_bytes_ = 0;
};

void bench_form(const Form& form, const std::string& path) {
  Warnings warnings;
  const RasterDescription description = describe_raster(path);
  const SourceSelection selection{select_bands(description, {}), description.bands.front().pixel_type, std::nullopt,
                                  false};
  const auto tiff = make_raster_source(description, selection, warnings, ReaderChoice::automatic);
  const auto gdal = make_raster_source(description, selection, warnings, ReaderChoice::gdal);
  if (!tiff->way_in().starts_with("tiff")) throw std::runtime_error(path + ": " + tiff->way_in());
  const std::size_t pixel_bytes = byte_count(selection.type), bands = selection.bands.size();
  Planes ours, theirs;
  decode_all(*tiff, ours, pixel_bytes, bands);
  decode_all(*gdal, theirs, pixel_bytes, bands);
  if (ours.pixels != theirs.pixels || ours.valid != theirs.valid) throw std::runtime_error("pixels differ");

  BlocksInMemory blocks(description, selection, warnings);
  const std::array<std::function<void()>, 5> parts = {
      [&] { blocks.read(); }, [&] { blocks.unpack(); }, [&] { blocks.put_rows(); },
      [&] { decode_all(*tiff, ours, pixel_bytes, bands); },
      [&] {
        limit_gdal_block_cache(0);  // what one round decoded must not serve the next
        limit_gdal_block_cache(std::int64_t{64} << 20);
        decode_all(*gdal, theirs, pixel_bytes, bands);
      }};
  std::array<std::vector<double>, 5> seconds;
  for (int round = 0; round < kRounds; ++round) {
    for (std::size_t p = 0; p < parts.size(); ++p) {
      const double begin = thread_seconds();
      parts[p]();
      seconds[p].push_back(thread_seconds() - begin);
    }
  }
  std::array<double, 5> median{};
  for (std::size_t p = 0; p < parts.size(); ++p) {
    std::sort(seconds[p].begin(), seconds[p].end());
    median[p] = seconds[p][kRounds / 2];
  }
  const double megabytes =
      static_cast<double>(pixel_count(description.grid)) * static_cast<double>(bands * pixel_bytes) * 1e-6;
  // Uncompressed blocks are read and that is all: reading them stands for their codec.
  const bool packed = blocks.packed();
  if (!packed) median[1] = median[0];
  const double apart = median[1] + median[2], with_read = apart + (packed ? median[0] : 0.0);
  std::printf("%-38s %8.0f %8.0f %8.0f %8.0f %8.0f %8.0f %% %8.0f %% %8.0f\n", form.name, megabytes / median[0],
              megabytes / median[1], megabytes / median[2], megabytes / apart, megabytes / median[3],
              100.0 * apart / median[3], 100.0 * with_read / median[3], megabytes / median[4]);
  std::fflush(stdout);
}

}  // namespace
}  // namespace groundshift::bench

int main(int argc, char** argv) {
  using namespace groundshift::bench;
  try {
    const BenchScene scene;
    const std::string from = argc > 1 ? argv[1] : scene.before();
    std::printf(
        "MB/s of pixels on one core; deflate by %s or two streams at a time, as its matches suggest\n%-38s %8s %8s %8s "
        "%8s %8s %10s %10s %8s\n",
        groundshift::inflate_library(), "form", "read", "codec", "rows", "c + r", "decode", "of c + r", "with read",
        "GDAL");
    for (const Form& form : kForms) {
      const std::string path = scene.file("form.tif").string();
      write_form(from, path, form);
      bench_form(form, path);
      std::filesystem::remove(path);
    }
  } catch (const std::exception& e) {
    std::fprintf(stderr, "gs_bench_decode: %s\n", e.what());
    return 1;
  }
  return 0;
}
