// SPDX-License-Identifier: Apache-2.0
// Windows of both dates for the estimator, and what its field does to the plan.
#include "host/engine/align_dates.hpp"

#include <algorithm>
#include <limits>
#include <mutex>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "host/base/error.hpp"
#include "host/engine/date_reader.hpp"
#include "host/geo/gdal_owners.hpp"
#include "host/io/quality_bits.hpp"

namespace groundshift {
namespace {

constexpr std::int32_t kBlock = 512;  ///< pixels that are read at a time, across and down

/// Both dates on the output grid, one value a pixel. What it needs lives only while shifts are measured.
class PairWindows final : public AlignReader {
 public:
  PairWindows(DetectPlan& plan, int threads)
      : plan_(plan),
        backend_(make_cpu_backend(1)),
        before_(plan.before, plan.type, cache_of(plan.before, threads), *backend_),
        after_(plan.after, plan.type, cache_of(plan.after, threads), *backend_) {
    const SourceShape before = source_shape(plan.before, plan.grid, kBlock, kBlock);
    const SourceShape after = source_shape(plan.after, plan.grid, kBlock, kBlock);
    source_ = {std::max(before.width, after.width), std::max(before.height, after.height)};
  }

  /// What was decoded goes to the plan; nothing is read after that.
  void hand_over() {
    plan_.before.units = before_.take_units();
    plan_.after.units = after_.take_units();
  }

  void read(const Window& window, std::int32_t decimation, const Offset& offset, float* before, float* after,
            std::uint8_t* valid) override {
    const std::unique_ptr<Scratch> scratch = borrow();
    if (decimation == 1) {
      read_full(*scratch, window, offset, before, after, valid);
    } else {
      const auto pixels = static_cast<std::size_t>(pixel_count(window));
      scratch->full_before.resize(pixels);
      scratch->full_after.resize(pixels);
      scratch->full_valid.resize(pixels);
      read_full(*scratch, window, offset, scratch->full_before.data(), scratch->full_after.data(),
                scratch->full_valid.data());
      average_down(window.width, window.height, decimation,
                   {scratch->full_before, scratch->full_after, scratch->full_valid}, before, after, valid);
    }
    const std::lock_guard lock(mutex_);
    idle_.push_back(std::move(*scratch));
  }

 private:
  struct Scratch {
    std::unique_ptr<Workspace> workspace;
    SourceBuffer source;
    std::vector<std::byte> pixels;
    std::vector<std::uint8_t> valid, verdicts;
    std::vector<float> full_before, full_after;
    std::vector<std::uint8_t> full_valid;
  };

  /// Room for what windows share, and beyond that for what a later pass need not decode again.
  std::unique_ptr<UnitCache> cache_of(const PlannedInput& input, int threads) const {
    const RasterSource& source = *input.source;
    const std::int64_t unit = std::int64_t{source.unit_width()} * source.unit_height();
    // A window and its moved counterpart touch at most 3 x 3 blocks.
    const std::int64_t in_block = std::int64_t{3 * kBlock} * 3 * kBlock / std::max<std::int64_t>(unit, 1);
    const std::int64_t least = threads * (1 + std::clamp<std::int64_t>(in_block, 1, 16));
    const std::int64_t fitting = plan_.options.resources.memory_bytes / 4 / unit_bytes(input, plan_.type);
    return make_unit_cache(input, plan_.type,
                           static_cast<std::int32_t>(std::max(least, std::min(unit_count(input), fitting))));
  }

  std::unique_ptr<Scratch> borrow() {
    {
      const std::lock_guard lock(mutex_);
      if (!idle_.empty()) {
        auto out = std::make_unique<Scratch>(std::move(idle_.back()));
        idle_.pop_back();
        return out;
      }
    }
    auto out = std::make_unique<Scratch>();
    const std::int64_t plane = SourceBuffer::plane(kBlock, kBlock);
    out->workspace = backend_->make_workspace(workspace_shape(plan_, source_, kBlock, kBlock));
    out->source = SourceBuffer(*backend_, source_, plan_.type, plan_.band_count, plane);
    out->pixels.resize(static_cast<std::size_t>(plane * plan_.band_count) * byte_count(plan_.type));
    out->valid.resize(static_cast<std::size_t>(plane));
    out->verdicts.resize(static_cast<std::size_t>(plane));
    return out;
  }

  void read_full(Scratch& scratch, const Window& window, const Offset& offset, float* before, float* after,
                 std::uint8_t* valid) {
    std::fill_n(valid, pixel_count(window), std::uint8_t{1});
    for (std::int32_t y = 0; y < window.height; y += kBlock) {
      for (std::int32_t x = 0; x < window.width; x += kBlock) {
        const Window block{window.x + x, window.y + y, std::min(kBlock, window.width - x),
                           std::min(kBlock, window.height - y)};
        const std::ptrdiff_t at = static_cast<std::ptrdiff_t>(y) * window.width + x;
        read_date(scratch, before_, plan_.before, block, kMaskedBefore, window.width, before + at, valid + at);
        Window moved = block;
        moved.x += offset.dx;
        moved.y += offset.dy;
        read_date(scratch, after_, plan_.after, moved, kMaskedAfter, window.width, after + at, valid + at);
      }
    }
  }

  /// The mean of a date's bands over a block, and 0 in `valid` where the date has no pixel there.
  void read_date(Scratch& scratch, DateReader& date, const PlannedInput& input, const Window& block,
                 std::uint8_t mask_reason, std::int32_t out_pitch, float* out, std::uint8_t* valid) {
    const std::ptrdiff_t pitch = SourceBuffer::plane(block.width, 1);
    const std::ptrdiff_t plane = pitch * block.height;
    std::fill_n(scratch.valid.data(), plane, std::uint8_t{1});
    DateReader::Planes planes;
    planes.pixels = scratch.pixels.data();
    planes.row_pitch = pitch;
    planes.band_pitch = plane;
    planes.valid = scratch.valid.data();
    date.read(block, *scratch.workspace, scratch.source, planes);
    for (PlannedMask& mask : plan_.rules.masks) {
      if ((mask.reasons & mask_reason) == 0) continue;
      mask.source.read(block, scratch.verdicts.data(), pitch);
      for (std::ptrdiff_t i = 0; i < plane; ++i) {
        if (scratch.verdicts[static_cast<std::size_t>(i)] == static_cast<std::uint8_t>(MaskVerdict::masked)) {
          scratch.valid[static_cast<std::size_t>(i)] = 0;
        }
      }
    }
    const auto bands = static_cast<std::int32_t>(input.selection.bands.size());
    with_pixel_type(plan_.type, [&](auto tag) {
      using T = typename decltype(tag)::type;
      const auto* pixels = reinterpret_cast<const T*>(scratch.pixels.data());
      for (std::int32_t y = 0; y < block.height; ++y) {
        for (std::int32_t x = 0; x < block.width; ++x) {
          const std::ptrdiff_t i = y * pitch + x, o = static_cast<std::ptrdiff_t>(y) * out_pitch + x;
          double sum = 0.0;
          for (std::int32_t b = 0; b < bands; ++b) sum += static_cast<double>(pixels[b * plane + i]);
          const bool has_value = scratch.valid[static_cast<std::size_t>(i)] != 0;
          out[o] = has_value ? static_cast<float>(sum / bands) : 0.0f;
          if (!has_value) valid[o] = 0;
        }
      }
    });
  }

  DetectPlan& plan_;
  std::unique_ptr<Backend> backend_;
  DateReader before_, after_;
  SourceShape source_;
  std::mutex mutex_;
  std::vector<Scratch> idle_;
};

}  // namespace

void align_dates(DetectPlan& plan, Warnings& warnings, const std::stop_token& stop) {
  const AlignChoice& choice = plan.options.align;
  AlignOptions options;
  options.mode = choice.mode;
  options.tie.max_shift = choice.max_shift;
  options.tie.threads = plan.options.resources.threads;
  limit_gdal_block_cache(gdal_cache_share(plan.options.resources.memory_bytes));
  try {
    PairWindows windows(plan, options.tie.threads);
    plan.alignment = estimate_shift_field(windows, plan.grid.width, plan.grid.height, options, stop);
    windows.hand_over();
  } catch (const InputError& e) {
    throw InputError(fmt::format("{} and {}: --align {}: {}; check that they show the same place, or use --align off",
                                 plan.options.before, plan.options.after, name_of(choice), e.what()));
  }
  const AlignReport& report = plan.alignment->report;
  const ShiftField& field = plan.alignment->field;
  if (field.model == ShiftModel::none) return;
  TransformOptions transform;
  transform.shift = [field](double x, double y) {
    const Shift shift = field.evaluate(x, y);
    return std::array<double, 2>{shift.dx, shift.dy};
  };
  plan.after.place = place_on_grid(plan.after.place.raster, plan.grid, transform);
  plan.after.place.why +=
      fmt::format(", moved by the measured shift ({}, RMS {:.3f} pixels)", name_of(field.model), report.field_rms);
  set_weights(plan.after, plan.options.grid.resampling);
  warnings.add("co_registered",
               fmt::format("AFTER is moved by {:.2f} pixels (RMS; {} map from {} of {} windows, {:.2f} pixels left)",
                           report.field_rms, name_of(field.model), report.windows_accepted, report.windows_asked,
                           report.rms_after));
}

void keep_units(DetectPlan& plan, std::int64_t spare_bytes) {
  plan.kept_unit_bytes = 0;
  if (plan.before.units == nullptr) return;
  const std::pair<PlannedInput*, std::int32_t> dates[] = {{&plan.before, plan.tiles.before_units},
                                                          {&plan.after, plan.tiles.after_units}};
  for (const auto& [input, capacity] : dates) {
    const std::int64_t bytes = unit_bytes(*input, plan.type);
    const std::int64_t fitting = std::max<std::int64_t>(spare_bytes, 0) / 2 / bytes;
    const auto kept = static_cast<std::int32_t>(std::min<std::int64_t>(fitting, std::numeric_limits<int>::max()));
    plan.kept_unit_bytes += bytes * input->units->keep(kept, capacity);
  }
  return_free_memory();  // of the windows and of what does not fit
}

}  // namespace groundshift
