// SPDX-License-Identifier: Apache-2.0
// What a user asks of `detect`, every field resolved.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "host/align/estimate_shift_field.hpp"
#include "host/engine/method.hpp"
#include "host/engine/pixel_rules.hpp"
#include "host/geo/common_grid.hpp"
#include "host/io/raster_sink.hpp"
#include "host/plan/plan.hpp"
#include "host/sites/find_sites.hpp"
#include "host/sites/icm.hpp"
#include "kernels/api/resample_recipe.hpp"

namespace groundshift {

enum class BackendChoice : std::uint8_t { automatic, cpu, cuda };
/// Who unpacks the files' blocks. automatic: the CPU, until the device's decoder is measured on a GPU
enum class DecodeChoice : std::uint8_t { automatic, cpu, cuda };

/// Where the arithmetic runs and what it may use.
struct ResourceOptions {
  BackendChoice backend = BackendChoice::automatic;
  int device = 0;
  int threads = 0;                ///< 0: every core this process may use
  std::int64_t memory_bytes = 0;  ///< 0: half of the machine's or the cgroup's memory, at most 8 GiB
  std::int32_t tile = kAutoTile;
  DecodeChoice decode = DecodeChoice::automatic;
};

/// Where both dates are looked at; see GridRequest. `file` : the raster of --grid FILE
struct GridOptions {
  GridChoice choice = GridChoice::before;
  std::string file;
  std::optional<std::array<double, 4>> extent;
  std::optional<std::array<double, 2>> resolution;
  std::string target_crs;
  bool aligned = false;
  ResampleMethod resampling = ResampleMethod::cubic;  ///< of a date that does not lie on the grid
};

/// Co-registration of AFTER with BEFORE. max_shift : pixels of the grid; a larger measured shift is refused
struct AlignChoice {
  bool on = false;
  AlignMode mode = AlignMode::automatic;
  double max_shift = 20.0;
};
const char* name_of(const AlignChoice& choice);

/// The stored score: float32 as it is, or linearly scaled to integers with the scale in the file.
enum class ScoreType : std::uint8_t { float32, uint16, byte };

/// What is written beside the score: `<stem>_<name>.<ext>`.
struct ProductChoice {
  bool change_class = false;  ///< 0 unchanged, 1 changed, 255 nodata: the mask that the sites are made of
  bool sites = false;         ///< `<stem>_sites.gpkg`: polygons with attributes, ranked
  bool report = false;        ///< `<stem>_report.html`
  bool stac = false;          ///< `<stem>.stac.json`
  bool all = false;           ///< every one that the method and the dates have; resolved by the plan
  bool quality = false;       ///< reason bits a pixel (host/io/quality_bits.hpp)
  bool pvalue = false;        ///< probability of such a score where nothing changed; mad and irmad, unsmoothed
  bool normalized = false;    ///< AFTER on BEFORE's radiometry, all bands, in BEFORE's pixel type
  bool direction = false;  ///< band 1: angle of the change vector to (1, ..., 1); band 2: sum of 2^b over rising bands
};

/// From scores to places. See SiteOptions for the steps; hysteresis is of the method.
/// icm  : regularised labels instead of the bare threshold (and without hysteresis)
/// top  : sites in the layer, first ranks first; 0 = all
struct SiteChoice {
  std::optional<IcmOptions> icm;
  std::int32_t open_radius = 0, close_radius = 0;
  AreaLimit min_area{4.0, AreaUnit::pixels}, max_hole;
  Connectivity connectivity = Connectivity::eight;
  double simplify = 0.0;
  std::int64_t top = 0;
};

struct DetectOptions {
  std::string before, after;
  std::filesystem::path out;
  MethodOptions method;
  GridOptions grid;
  RuleOptions rules;
  AlignChoice align;
  std::vector<std::string> before_bands, after_bands;
  std::optional<double> src_nodata;
  bool ignore_nodata = false;
  ProductChoice products;
  SiteChoice sites;
  ScoreType type = ScoreType::float32;
  std::optional<PixelType> normalized_type;  ///< of the normalized raster, instead of BEFORE's
  RasterFormat format = RasterFormat::cog;
  std::vector<std::string> creation_options;
  std::filesystem::path scratch;  ///< empty: beside the output
  bool overwrite = false;
  ResourceOptions resources;
};

const char* name_of(ResampleMethod method);
const char* name_of(ScoreType type);
const char* name_of(RasterFormat format);
const char* name_of(BackendChoice choice);
const char* name_of(DecodeChoice choice);

}  // namespace groundshift
