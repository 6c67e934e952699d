// SPDX-License-Identifier: Apache-2.0
// Streamed to a temporary sibling by GDAL, checked, renamed.
#include "host/io/gdal_sink.hpp"

#include <algorithm>

#include <cpl_string.h>
#include <fmt/format.h>

#include "host/base/error.hpp"
#include "host/base/progress.hpp"
#include "host/io/gdal_raster.hpp"

namespace groundshift {
namespace {

namespace fs = std::filesystem;

/// Ours first, the user's override. Level 1: on noisy scores level 6 costs twice the time for the same size.
std::vector<std::string> with_defaults(const std::vector<std::string>& user, const std::vector<std::string>& ours) {
  CPLStringList list;
  for (const std::string& option : ours) list.AddString(option.c_str());
  for (const std::string& option : user) {
    const std::string name = option.substr(0, option.find('='));
    list.SetNameValue(name.c_str(), option.c_str() + std::min(option.size(), name.size() + 1));
  }
  // A level or predictor of ours means nothing to another codec of the user's.
  const char* codec = list.FetchNameValue("COMPRESS");
  const auto given = [&](const char* name) {
    return std::any_of(user.begin(), user.end(), [&](const std::string& o) {
      return EQUALN(o.c_str(), name, std::char_traits<char>::length(name)) &&
             o[std::char_traits<char>::length(name)] == '=';
    });
  };
  if (codec != nullptr && !EQUAL(codec, "DEFLATE")) {
    for (const char* level : {"ZLEVEL", "LEVEL"}) {
      if (!given(level)) list.SetNameValue(level, nullptr);
    }
    if (!EQUAL(codec, "LZW") && !EQUAL(codec, "ZSTD") && !given("PREDICTOR")) list.SetNameValue("PREDICTOR", nullptr);
  }
  return {list.List(), list.List() + list.size()};
}

int CPL_STDCALL continue_unless_stopped(double, const char*, void* token) {
  return static_cast<const std::stop_token*>(token)->stop_requested() ? FALSE : TRUE;
}

class GdalSink final : public RasterSink {
 public:
  explicit GdalSink(RasterSinkSpec s)
      : spec_(std::move(s)),
        streamed_(spec_.path, cog() ? spec_.scratch_folder : fs::path{}, cog() ? ".tiles" : ""),
        facts_(static_cast<std::size_t>(spec_.band_count)) {
    if (cog()) finished_.emplace(spec_.path);
    std::vector<std::string> ours = {"TILED=YES", fmt::format("BLOCKXSIZE={}", spec_.gdal_block),
                                     fmt::format("BLOCKYSIZE={}", spec_.gdal_block), "BIGTIFF=IF_SAFER", threads()};
    if (cog()) {
      ours.push_back("COMPRESS=ZSTD");  // an intermediate that is read once: fast, and smaller than raw
      ours.push_back("ZSTD_LEVEL=1");
    } else {
      ours.insert(ours.end(), {"COMPRESS=DEFLATE", "ZLEVEL=1", predictor_option()});
    }
    dataset_ = create_gtiff(spec_, streamed_.path().string(),
                            with_defaults(cog() ? std::vector<std::string>{} : spec_.creation_options, ours));
  }
  ~GdalSink() override {
    const GdalMessages messages;  // whatever GDAL says of a file we throw away
    dataset_.reset();
  }

  bool concurrent() const override { return false; }

  void write(const Window& w, const void* data, std::ptrdiff_t row_pitch, std::ptrdiff_t band_pitch) override {
    const GdalMessages messages;
    const auto bytes = static_cast<GSpacing>(byte_count(spec_.type));
    const CPLErr error = dataset_->RasterIO(GF_Write, w.x, w.y, w.width, w.height, const_cast<void*>(data), w.width,
                                            w.height, gdal_type(spec_.type), spec_.band_count, nullptr, bytes,
                                            bytes * row_pitch, bytes * band_pitch, nullptr);
    if (error != CE_None || messages.has_failure()) fail_output(spec_, "cannot be written", messages);
  }

  void set_statistics(std::int32_t band, const BandStatistics& statistics) override {
    facts_[static_cast<std::size_t>(band - 1)].statistics = statistics;
  }
  void set_scale(std::int32_t band, double scale, double offset) override {
    facts_[static_cast<std::size_t>(band - 1)].scale = {scale, offset};
  }

  void finish() override {
    set_band_facts(*dataset_, spec_, facts_);
    close_output(dataset_, spec_, "cannot be closed");
    if (finished_) make_cog();
    verify_output(spec_, result().path());
  }

  std::int64_t commit() override {
    if (dataset_) finish();
    return put_in_place(result(), spec_.path);
  }

 private:
  bool cog() const { return spec_.format == RasterFormat::cog; }
  std::string threads() const { return fmt::format("NUM_THREADS={}", std::max(1, encoder_threads())); }
  const char* predictor_option() const { return spec_.type == PixelType::f32 ? "PREDICTOR=3" : "PREDICTOR=2"; }
  TemporarySibling& result() { return finished_ ? *finished_ : streamed_; }

  /// Each encoder thread of GDAL's COG copy beyond the first holds some 20 MiB of its own (peak memory of a 6000 x 6000
  /// float32 copy: 120, 170 and 205 MiB with 1, 2 and 4), so the budget, of which memory_bytes is a small part, limits
  /// their number.
  int encoder_threads() const {
    constexpr std::int64_t kBytesPerThread = std::int64_t{4} << 20;
    if (!cog()) return spec_.threads;
    return static_cast<int>(std::min<std::int64_t>(spec_.threads, 1 + spec_.memory_bytes / kBytesPerThread));
  }

  void make_cog() {
    GDALDriver* driver = GetGDALDriverManager()->GetDriverByName("COG");
    if (driver == nullptr) throw OutputError("this GDAL has no COG driver; use -of GTiff");
    CPLStringList options;
    for (const std::string& option : with_defaults(
             spec_.creation_options,
             {"COMPRESS=DEFLATE", "LEVEL=1", "PREDICTOR=YES", "BLOCKSIZE=512", "BIGTIFF=IF_SAFER",
              spec_.categories.empty() ? "OVERVIEW_RESAMPLING=AVERAGE" : "OVERVIEW_RESAMPLING=MODE", threads()})) {
      options.AddString(option.c_str());
    }
    GdalMessages messages;
    Dataset source(GDALDataset::Open(streamed_.path().c_str(), GDAL_OF_RASTER | GDAL_OF_READONLY));
    if (source == nullptr) fail_output(spec_, "its intermediate cannot be read back", messages);
    Dataset copy(driver->CreateCopy(finished_->path().c_str(), source.get(), TRUE, options.List(),
                                    &continue_unless_stopped, &spec_.stop));
    throw_if_stopped(spec_.stop);
    if (copy == nullptr || messages.has_failure()) fail_output(spec_, "the COG cannot be written", messages);
    copy.reset();
    if (messages.has_failure()) fail_output(spec_, "the COG cannot be closed", messages);
  }

  RasterSinkSpec spec_;
  TemporarySibling streamed_;                 ///< the GeoTIFF that tiles go to
  std::optional<TemporarySibling> finished_;  ///< the COG made of it
  std::vector<BandFacts> facts_;
  Dataset dataset_;
};

}  // namespace

std::unique_ptr<RasterSink> make_gdal_sink(RasterSinkSpec spec) { return std::make_unique<GdalSink>(std::move(spec)); }

}  // namespace groundshift
