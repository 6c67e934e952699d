// SPDX-License-Identifier: Apache-2.0
// Sizes of a slot's device memory and the copies into it.
#include "kernels/cuda/device_workspace.hpp"

#include <algorithm>
#include <iterator>
#include <memory>
#include <stdexcept>

#include "kernels/cuda/device_record.hpp"
#include "kernels/recipes/check_resample.hpp"
#include "kernels/recipes/check_score.hpp"

namespace groundshift::GS_CUDA_NAMESPACE {
namespace {

std::size_t plane_elements(const WorkspaceShape& shape) {
  return static_cast<std::size_t>(padded(shape.width)) * static_cast<std::size_t>(shape.height);
}

constexpr std::size_t kSparePlanes = std::size(SparePlanes{}.plane);

std::size_t raw_elements(const WorkspaceShape& shape) {
  return shape.halo > 0 || shape.window_scores ? plane_elements(shape) : 0;
}
std::size_t spare_elements(const WorkspaceShape& shape) { return shape.window_scores ? plane_elements(shape) : 0; }

std::size_t source_elements(const WorkspaceShape& shape) {
  return static_cast<std::size_t>(padded(shape.resample.source_width)) *
         static_cast<std::size_t>(shape.resample.source_height);
}
std::size_t source_bytes(const WorkspaceShape& shape) {
  return source_elements(shape) * static_cast<std::size_t>(shape.band_count) * byte_count(shape.type);
}

// A lattice's nodes and two tables of weights.
std::size_t resample_bytes(const WorkspaceShape& shape) {
  const std::size_t nodes = static_cast<std::size_t>(shape.resample.node_count) * sizeof(std::int64_t);
  const std::size_t weights = static_cast<std::size_t>(shape.resample.weight_count) * sizeof(std::int16_t);
  return 2 * ParameterMemory::padded(nodes) + ParameterMemory::padded(weights) + ParameterMemory::padded(1);
}

// Fits and projection of every term, or of a rule with its table. The largest projection is that of an excess: both
// dates' variables together, then each date's, so twice as many rows as variables.
std::size_t parameter_bytes(const WorkspaceShape& shape) {
  const auto bands = static_cast<std::size_t>(shape.band_count);
  const std::size_t variables = 2 * bands;
  const std::size_t rows = 2 * variables;
  const auto padded = [](std::size_t values, std::size_t value_bytes) {
    return ParameterMemory::padded(values * value_bytes);
  };
  const std::size_t scores = padded(std::size_t{kWeightTableIntervals} + 1, sizeof(std::uint32_t)) +
                             kMostTerms * (padded(bands, sizeof(BandFit)) + padded(variables, sizeof(float)) +
                                           padded(rows, sizeof(float)) + padded(rows * variables, sizeof(float)));
  return std::max(scores, resample_bytes(shape));
}

std::size_t wide_box_elements(const WorkspaceShape& shape) {
  return shape.halo > kMaxSharedRadius ? plane_elements(shape) : 0;
}

DeviceRecord one_tile(const WorkspaceShape& shape) {
  return {std::make_shared<const DeviceBuffer<std::byte>>(DeviceRecord::byte_count(shape)), 0, shape};
}

// Every set of sums of the largest tile, of its pixels (two words a sum of integers) or textures, and the number of
// pixels; all are 8 bytes wide.
std::size_t sum_values(const WorkspaceShape& shape) {
  const auto cells = [](std::int32_t side) { return static_cast<std::size_t>((side + kCellSize - 1) / kCellSize); };
  const std::size_t cell_count = cells(shape.width) * cells(shape.height);
  const auto set = static_cast<std::size_t>(gram_count(2 * shape.band_count));
  const std::size_t pixel_sums = is_integer(shape.type) ? 2 * set : cell_count * set;
  return std::max(pixel_sums, cell_count * static_cast<std::size_t>(gram_count(2))) + 1;
}

std::size_t staging_values(const WorkspaceShape& shape) {
  return std::max(static_cast<std::size_t>(kFloatBins), sum_values(shape));
}

}  // namespace

DeviceWorkspace::DeviceWorkspace(const WorkspaceShape& shape)
    : shape_(shape),
      row_pitch_(padded(shape.width)),
      float_pitch_(padded(shape.width)),
      own_tile_(one_tile(shape)),
      source_(source_bytes(shape)),
      source_valid_(source_elements(shape)),
      raw_(raw_elements(shape)),
      product_(spare_elements(shape)),
      spare_(kSparePlanes * spare_elements(shape)),
      scores_(plane_elements(shape)),
      weights_(plane_elements(shape)),
      row_sums_(wide_box_elements(shape)),
      row_counts_(wide_box_elements(shape)),
      bins_(kFloatBins),
      sums_(sum_values(shape)),
      staging_(staging_values(shape)),
      parameters_(parameter_bytes(shape)),
      decode_memory_(shape.decode) {}

DeviceWorkspace::~DeviceWorkspace() { GS_CUDA_CHECK_NOTHROW(cudaStreamSynchronize(stream_.get())); }

std::size_t DeviceWorkspace::host_byte_count(const WorkspaceShape& shape) {
  return staging_values(shape) * sizeof(unsigned long long) + parameter_bytes(shape) +
         DecodeMemory::host_byte_count(shape.decode);
}

template <class T>
PairPlanes<T> DeviceWorkspace::copy_in(const PairTile& tile, const Window& window) {
  if (tile.type != shape_.type || tile.band_count > shape_.band_count || window.width > shape_.width ||
      window.height > shape_.height) {
    throw std::invalid_argument("the tile is larger than its workspace");
  }
  if (tile.device != nullptr) return dynamic_cast<const DeviceRecord&>(*tile.device).planes<T>(tile).window(window);
  const std::ptrdiff_t band_pitch = row_pitch_ * window.height;
  std::uint8_t* const valid_data = own_tile_.valid();
  const auto copy_date = [&](const PlanarView<const T>& from, T* data) {
    for (std::int32_t b = 0; b < from.band_count; ++b) {
      GS_CUDA_TRY(cudaMemcpy2DAsync(data + b * band_pitch, static_cast<std::size_t>(row_pitch_) * sizeof(T),
                                    from.band(b).row(window.y) + window.x,
                                    static_cast<std::size_t>(from.row_pitch) * sizeof(T),
                                    static_cast<std::size_t>(window.width) * sizeof(T),
                                    static_cast<std::size_t>(window.height), cudaMemcpyHostToDevice, stream()));
    }
    return PlanarView<const T>{data, window.width, window.height, from.band_count, row_pitch_, band_pitch};
  };
  const RasterView<const std::uint8_t> valid = tile.valid_view();
  GS_CUDA_TRY(cudaMemcpy2DAsync(valid_data, static_cast<std::size_t>(row_pitch_), valid.row(window.y) + window.x,
                                static_cast<std::size_t>(valid.row_pitch), static_cast<std::size_t>(window.width),
                                static_cast<std::size_t>(window.height), cudaMemcpyHostToDevice, stream()));
  return {copy_date(tile.before_as<T>(), own_tile_.date<T>(Date::before)),
          copy_date(tile.after_as<T>(), own_tile_.date<T>(Date::after)),
          {valid_data, window.width, window.height, row_pitch_}};
}

template PairPlanes<std::uint8_t> DeviceWorkspace::copy_in(const PairTile&, const Window&);
template PairPlanes<std::uint16_t> DeviceWorkspace::copy_in(const PairTile&, const Window&);
template PairPlanes<std::int16_t> DeviceWorkspace::copy_in(const PairTile&, const Window&);
template PairPlanes<float> DeviceWorkspace::copy_in(const PairTile&, const Window&);

std::vector<HeldTerm> DeviceWorkspace::copy_in_terms(const ScoreRecipe& recipe) {
  std::vector<HeldTerm> held;
  parameters_.clear();
  for (const ScoreTerm& term : recipe.terms) {
    HeldTerm& here = held.emplace_back();
    const Projection& projection = term.projection;
    here.fits = {term.fits, parameters_.put(term.fits.data(), term.fits.size())};
    FormRows all = {parameters_.put(projection.center.data(), projection.center.size()),
                    parameters_.put(projection.bias.data(), projection.bias.size()),
                    parameters_.put(projection.matrix.data(), projection.matrix.size()), projection.variable_count, 0};
    std::int32_t first = 0;
    for (std::size_t g = 0; g < std::min(projection.group_end.size(), std::size(here.forms)); ++g) {
      const std::int32_t end = projection.group_end[g];
      here.forms[g] = {all.center, all.bias + first, all.matrix + std::ptrdiff_t{first} * projection.variable_count,
                       projection.variable_count, end - first};
      first = end;
    }
  }
  parameters_.copy_in(stream());
  return held;
}

HeldRule DeviceWorkspace::copy_in_rule(const WeightRule& rule, const std::vector<BandFit>* texture_fits) {
  HeldRule held;
  parameters_.clear();
  if (!rule.form.group_end.empty()) {
    held.form = form_rows(rule.form, 0);
    const auto rows = static_cast<std::size_t>(held.form.row_count);
    const auto variables = static_cast<std::size_t>(held.form.variable_count);
    held.form.center = parameters_.put(held.form.center, variables);
    held.form.bias = parameters_.put(held.form.bias, rows);
    held.form.matrix = parameters_.put(held.form.matrix, rows * variables);
  }
  held.table = parameters_.put(rule.table.data(), rule.table.size());
  if (texture_fits != nullptr) {
    held.texture = {*texture_fits, parameters_.put(texture_fits->data(), texture_fits->size())};
  }
  parameters_.copy_in(stream());
  return held;
}

HeldResample DeviceWorkspace::copy_in_resample(const ResampleTile& tile, const ResampleWeights& weights) {
  const std::int64_t nodes = std::int64_t{tile.positions.width} * tile.positions.height;
  if (tile.type != shape_.type || tile.band_count > shape_.band_count || tile.output.width > shape_.width ||
      tile.output.height > shape_.height || nodes > shape_.resample.node_count) {
    throw std::invalid_argument("the tile is larger than its workspace");
  }
  HeldResample held{tile.positions, tap_tables(weights)};
  parameters_.clear();
  held.positions.x = parameters_.put(tile.positions.x, static_cast<std::size_t>(nodes));
  held.positions.y = parameters_.put(tile.positions.y, static_cast<std::size_t>(nodes));
  held.tables.x = parameters_.put(weights.x.data(), weights.x.size());
  held.tables.y = parameters_.put(weights.y.data(), weights.y.size());
  parameters_.copy_in(stream());
  return held;
}

template <class T>
SourcePlanes<T> DeviceWorkspace::copy_in_source(const ResampleTile& tile) {
  const auto& source = tile.source;
  if (source.width > shape_.resample.source_width || source.height > shape_.resample.source_height) {
    throw std::invalid_argument("the source window is larger than its workspace");
  }
  const std::ptrdiff_t pitch = padded(source.width);
  const std::ptrdiff_t band_pitch = pitch * source.height;
  T* const data = reinterpret_cast<T*>(source_.data());
  const auto copy_plane = [&](void* to, const void* from, std::size_t element_bytes) {
    GS_CUDA_TRY(cudaMemcpy2DAsync(to, static_cast<std::size_t>(pitch) * element_bytes, from,
                                  static_cast<std::size_t>(source.row_pitch) * element_bytes,
                                  static_cast<std::size_t>(source.width) * element_bytes,
                                  static_cast<std::size_t>(source.height), cudaMemcpyHostToDevice, stream()));
  };
  if (source.width > 0 && source.height > 0) {
    for (std::int32_t b = 0; b < tile.band_count; ++b) {
      copy_plane(data + b * band_pitch, tile.source_as<T>().band(b).data, sizeof(T));
    }
    copy_plane(source_valid_.data(), source.valid, 1);
  }
  return {{data, source.width, source.height, tile.band_count, pitch, band_pitch},
          {source_valid_.data(), source.width, source.height, pitch}};
}

template SourcePlanes<std::uint8_t> DeviceWorkspace::copy_in_source(const ResampleTile&);
template SourcePlanes<std::uint16_t> DeviceWorkspace::copy_in_source(const ResampleTile&);
template SourcePlanes<std::int16_t> DeviceWorkspace::copy_in_source(const ResampleTile&);
template SourcePlanes<float> DeviceWorkspace::copy_in_source(const ResampleTile&);

template <class T>
ResampledPlanes<T> DeviceWorkspace::resampled(const ResampleTile& tile) const {
  const auto& out = tile.output;
  return {{own_tile_.date<T>(Date::after), out.width, out.height, tile.band_count, row_pitch_, row_pitch_ * out.height},
          {own_tile_.valid(), out.width, out.height, row_pitch_}};
}

template ResampledPlanes<std::uint8_t> DeviceWorkspace::resampled(const ResampleTile&) const;
template ResampledPlanes<std::uint16_t> DeviceWorkspace::resampled(const ResampleTile&) const;
template ResampledPlanes<std::int16_t> DeviceWorkspace::resampled(const ResampleTile&) const;
template ResampledPlanes<float> DeviceWorkspace::resampled(const ResampleTile&) const;

ScorePlanes DeviceWorkspace::planes(std::int32_t width, std::int32_t height, bool raw, bool spare) const {
  const bool fits = width <= shape_.width && height <= shape_.height;
  if (!fits || (raw && raw_.count() == 0) || (spare && spare_.count() == 0)) {
    throw std::invalid_argument("the tile is larger than its workspace");
  }
  ScorePlanes planes;
  planes.raw = {raw_.data(), width, height, float_pitch_};
  planes.product = {product_.data(), width, height, float_pitch_};
  for (std::size_t k = 0; k < kSparePlanes; ++k) {
    planes.spare.plane[k] = {spare_.data() + k * spare_elements(shape_), width, height, float_pitch_};
  }
  return planes;
}

BoxScratch DeviceWorkspace::box_scratch(std::int32_t radius) const {
  if (radius > shape_.halo) throw std::invalid_argument("the box mean is wider than its workspace");
  return {row_sums_.data(), row_counts_.data()};
}

void DeviceWorkspace::wait() {
  GS_CUDA_TRY(cudaEventRecord(done_.get(), stream()));
  GS_CUDA_TRY(cudaEventSynchronize(done_.get()));
}

}  // namespace groundshift::GS_CUDA_NAMESPACE
