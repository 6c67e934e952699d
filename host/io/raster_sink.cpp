// SPDX-License-Identifier: Apache-2.0
// GeoTIFF and COG through GDAL: streamed to a temporary sibling, checked, renamed.
#include "host/io/raster_sink.hpp"

#include <algorithm>

#include <cpl_string.h>
#include <fmt/format.h>

#include "host/base/error.hpp"
#include "host/base/progress.hpp"
#include "host/geo/gdal_owners.hpp"
#include "host/io/output_file.hpp"

namespace groundshift {
namespace {

namespace fs = std::filesystem;

GDALDataType gdal_type(PixelType type) {
  switch (type) {
    case PixelType::u8: return GDT_Byte;
    case PixelType::u16: return GDT_UInt16;
    case PixelType::i16: return GDT_Int16;
    case PixelType::f32: break;
  }
  return GDT_Float32;
}

/// Ours first, the user's override. Level 1: on noisy scores level 6 costs twice the time for the same size.
CPLStringList with_defaults(const std::vector<std::string>& user, const std::vector<std::string>& ours) {
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
  return list;
}

int CPL_STDCALL continue_unless_stopped(double, const char*, void* token) {
  return static_cast<const std::stop_token*>(token)->stop_requested() ? FALSE : TRUE;
}

}  // namespace

void check_creation_options(const std::vector<std::string>& options, RasterFormat format) {
  initialize_gdal();
  CPLStringList list;
  for (const std::string& option : options) {
    const auto equals = option.find('=');
    if (equals == std::string::npos || equals == 0) {
      throw UsageError(fmt::format("-co {}: a creation option is NAME=VALUE", option));
    }
    list.AddString(option.c_str());
  }
  const GdalMessages messages;  // GDAL itself only warns, and goes on without the option
  GDALDriverH driver = GDALGetDriverByName(format == RasterFormat::cog ? "COG" : "GTiff");
  if (driver != nullptr && !GDALValidateCreationOptions(driver, list.List())) {
    throw UsageError(fmt::format("-co {}: {}", fmt::join(options, " -co "), fmt::join(messages.warnings(), "; ")));
  }
}

struct RasterSink::Impl {
  RasterSinkSpec spec;
  TemporarySibling streamed;                 ///< the GeoTIFF that tiles go to
  std::optional<TemporarySibling> finished;  ///< the COG made of it
  Dataset dataset;

  explicit Impl(RasterSinkSpec s)
      : spec(std::move(s)),
        streamed(spec.path, spec.format == RasterFormat::cog ? spec.scratch_folder : fs::path{},
                 spec.format == RasterFormat::cog ? ".tiles" : "") {
    if (spec.format == RasterFormat::cog) finished.emplace(spec.path);
    create();
  }

  [[noreturn]] void fail(const char* doing, const GdalMessages& messages) const {
    throw OutputError(fmt::format("{}: {}: {}", spec.path.string(), doing, messages.failure_text()));
  }

  void create() {
    GDALDriver* driver = GetGDALDriverManager()->GetDriverByName("GTiff");
    const bool cog = spec.format == RasterFormat::cog;
    const std::string threads = fmt::format("NUM_THREADS={}", std::max(1, spec.threads));
    std::vector<std::string> ours = {"TILED=YES", fmt::format("BLOCKXSIZE={}", spec.block_size),
                                     fmt::format("BLOCKYSIZE={}", spec.block_size), "BIGTIFF=IF_SAFER", threads};
    if (cog) {
      ours.push_back("COMPRESS=ZSTD");  // an intermediate that is read once: fast, and smaller than raw
      ours.push_back("ZSTD_LEVEL=1");
    } else {
      ours.insert(ours.end(), {"COMPRESS=DEFLATE", "ZLEVEL=1", predictor_option()});
    }
    // GDAL takes a fourth band of bytes for alpha otherwise. A palette is one band's, and named below.
    if (spec.band_count > 1) ours.insert(ours.end(), {"PHOTOMETRIC=MINISBLACK", "ALPHA=NO"});
    const CPLStringList options = with_defaults(cog ? std::vector<std::string>{} : spec.creation_options, ours);
    const GdalMessages messages;
    dataset.reset(driver->Create(streamed.path().c_str(), spec.grid.width, spec.grid.height, spec.band_count,
                                 gdal_type(spec.type), options.List()));
    if (dataset == nullptr || messages.has_failure()) fail("cannot be created", messages);
    if (!apply_grid(*dataset, spec.grid)) fail("its georeference cannot be written", messages);
    for (const auto& [name, value] : spec.metadata) dataset->SetMetadataItem(name.c_str(), value.c_str());
    for (std::int32_t b = 1; b <= spec.band_count; ++b) {
      GDALRasterBand& band = *dataset->GetRasterBand(b);
      if (spec.nodata) band.SetNoDataValue(*spec.nodata);
      if (!spec.band_descriptions.empty()) band.SetDescription(spec.band_descriptions[b - 1].c_str());
      if (spec.band_count == 1) band.SetColorInterpretation(spec.categories.empty() ? GCI_GrayIndex : GCI_PaletteIndex);
    }
    if (!spec.categories.empty()) name_categories(*dataset->GetRasterBand(1));
    if (messages.has_failure()) fail("cannot be created", messages);
  }

  void name_categories(GDALRasterBand& band) const {
    GDALColorTable colors;
    std::vector<std::string> names;
    for (const Category& c : spec.categories) {
      const GDALColorEntry color{c.red, c.green, c.blue, 255};
      colors.SetColorEntry(c.value, &color);
      names.resize(std::max<std::size_t>(names.size(), c.value + std::size_t{1}));
      names[c.value] = c.name;
    }
    CPLStringList list;
    for (const std::string& name : names) list.AddString(name.c_str());
    band.SetColorTable(&colors);
    band.SetCategoryNames(list.List());
  }

  TemporarySibling& result() { return finished ? *finished : streamed; }

  std::string predictor_option() const { return spec.type == PixelType::f32 ? "PREDICTOR=3" : "PREDICTOR=2"; }

  /// Closes the dataset; only then does GDAL tell of the last failed write.
  void close(Dataset& open, const char* doing) const {
    const GdalMessages messages;
    open->FlushCache(true);
    open.reset();
    if (messages.has_failure()) fail(doing, messages);
  }

  void make_cog() {
    GDALDriver* driver = GetGDALDriverManager()->GetDriverByName("COG");
    if (driver == nullptr) throw OutputError("this GDAL has no COG driver; use -of GTiff");
    const CPLStringList options = with_defaults(
        spec.creation_options, {"COMPRESS=DEFLATE", "LEVEL=1", "PREDICTOR=YES", "BLOCKSIZE=512", "BIGTIFF=IF_SAFER",
                                spec.categories.empty() ? "OVERVIEW_RESAMPLING=AVERAGE" : "OVERVIEW_RESAMPLING=MODE",
                                fmt::format("NUM_THREADS={}", std::max(1, spec.threads))});
    GdalMessages messages;
    Dataset source(GDALDataset::Open(streamed.path().c_str(), GDAL_OF_RASTER | GDAL_OF_READONLY));
    if (source == nullptr) fail("its intermediate cannot be read back", messages);
    Dataset cog(driver->CreateCopy(finished->path().c_str(), source.get(), TRUE, options.List(),
                                   &continue_unless_stopped, &spec.stop));
    throw_if_stopped(spec.stop);
    if (cog == nullptr || messages.has_failure()) fail("the COG cannot be written", messages);
    cog.reset();
    if (messages.has_failure()) fail("the COG cannot be closed", messages);
  }

  /// Reopens the result and asks for the last block: a file cut short by a full disk is seen here at the latest.
  void verify(const fs::path& path) const {
    const GdalMessages messages;
    const Dataset check(GDALDataset::Open(path.c_str(), GDAL_OF_RASTER | GDAL_OF_READONLY));
    if (check == nullptr) fail("the finished file cannot be opened", messages);
    GDALRasterBand& band = *check->GetRasterBand(spec.band_count);
    int bw = 0, bh = 0;
    band.GetBlockSize(&bw, &bh);
    std::vector<std::byte> block(static_cast<std::size_t>(bw) * bh * byte_count(spec.type));
    if (band.ReadBlock((spec.grid.width - 1) / bw, (spec.grid.height - 1) / bh, block.data()) != CE_None) {
      fail("the finished file cannot be read back", messages);
    }
  }
};

RasterSink::RasterSink(RasterSinkSpec spec) {
  check_creation_options(spec.creation_options, spec.format);
  check_output_path(spec.path, spec.overwrite);
  impl_ = std::make_unique<Impl>(std::move(spec));
}
RasterSink::~RasterSink() {
  if (impl_ && impl_->dataset) {
    const GdalMessages messages;  // whatever GDAL says of a file we throw away
    impl_->dataset.reset();
  }
}
RasterSink::RasterSink(RasterSink&&) noexcept = default;
RasterSink& RasterSink::operator=(RasterSink&&) noexcept = default;

void RasterSink::write(const Window& w, const void* data, std::ptrdiff_t row_pitch, std::ptrdiff_t band_pitch) {
  const GdalMessages messages;
  const auto bytes = static_cast<GSpacing>(byte_count(impl_->spec.type));
  const CPLErr error = impl_->dataset->RasterIO(GF_Write, w.x, w.y, w.width, w.height, const_cast<void*>(data), w.width,
                                                w.height, gdal_type(impl_->spec.type), impl_->spec.band_count, nullptr,
                                                bytes, bytes * row_pitch, bytes * band_pitch, nullptr);
  if (error != CE_None || messages.has_failure()) impl_->fail("cannot be written", messages);
}

void RasterSink::set_statistics(std::int32_t band, const BandStatistics& s) {
  GDALRasterBand& b = *impl_->dataset->GetRasterBand(band);
  b.SetMetadataItem("STATISTICS_MINIMUM", fmt::format("{:.9g}", s.min).c_str());
  b.SetMetadataItem("STATISTICS_MAXIMUM", fmt::format("{:.9g}", s.max).c_str());
  b.SetMetadataItem("STATISTICS_MEAN", fmt::format("{:.17g}", s.mean).c_str());
  b.SetMetadataItem("STATISTICS_STDDEV", fmt::format("{:.17g}", s.std).c_str());
  const double total = static_cast<double>(pixel_count(impl_->spec.grid));
  b.SetMetadataItem("STATISTICS_VALID_PERCENT", fmt::format("{:.4g}", 100.0 * double(s.valid) / total).c_str());
}

void RasterSink::set_scale(std::int32_t band, double scale, double offset) {
  GDALRasterBand& b = *impl_->dataset->GetRasterBand(band);
  b.SetScale(scale);
  b.SetOffset(offset);
}

void RasterSink::finish() {
  Impl& impl = *impl_;
  impl.close(impl.dataset, "cannot be closed");
  if (impl.finished) impl.make_cog();
  impl.verify(impl.result().path());
}

std::int64_t RasterSink::commit() {
  Impl& impl = *impl_;
  if (impl.dataset) finish();
  impl.result().commit();
  std::error_code error;
  // A sidecar of the file that was replaced would now describe the wrong pixels.
  fs::remove(fs::path(impl.spec.path.string() + ".aux.xml"), error);
  return static_cast<std::int64_t>(fs::file_size(impl.spec.path, error));
}

}  // namespace groundshift
