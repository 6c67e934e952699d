// SPDX-License-Identifier: Apache-2.0
// The pair's tiles as passes see them: decoded once where the plan says so, kept, and handed out again.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "host/engine/date_reader.hpp"
#include "host/engine/detect_plan.hpp"
#include "host/engine/device_decode.hpp"
#include "host/pipeline/bit_packed_tiles.hpp"
#include "host/pipeline/run_pass.hpp"
#include "host/pipeline/tile_store.hpp"

namespace groundshift {

/// Facts of where decoded tiles lay, for the summary.
struct Residency {
  std::int64_t device_bytes = 0;
  std::int64_t resident_bytes = 0;
  std::int64_t scratch_bytes = 0;
};

/// Owns the unit caches, the slots and the kept tiles. Passes run one after the other; their callbacks come from
/// several threads except `consume`.
class PairTiles {
 public:
  using Work = std::function<void(Slot&)>;

  PairTiles(DetectPlan& plan, const JobContext& context);

  /// Gets the reasons (QualityBits) of every tile of the grid once, from the pass that decodes them all first, in plan
  /// order from the thread that passes are started from.
  using TakeReasons = std::function<void(const Slot&, const std::uint8_t* reasons)>;
  void tell_reasons(TakeReasons take) { take_reasons_ = std::move(take); }

  /// Decodes tiles of the fit into `set` order and keeps what the plan keeps. Without a sample these are all tiles of
  /// the grid; with one, the next cells in the order of the sample: call again after add_cells().
  void load(const Work& compute, const Work& consume);
  /// Adds the next `cell_count` cells of the sample to the fit, as many as are left; load() then reads only those.
  /// Returns their number.
  std::int64_t add_cells(std::int64_t cell_count);
  /// A pass over all tiles of the fit. read : what of a slot's tile the callbacks look at themselves; the rest may be
  /// null, as tiles in device memory are not copied back for it.
  void each(const std::string& name, const Work& compute, const Work& consume, HostPlanes read = HostPlanes::all);
  /// A pass over all tiles of the grid, in the plan's order. Where no sites are wanted it is the last over kept tiles:
  /// their memory goes back as they are computed, and `consume` must not look at pixels.
  void each_of_grid(const std::string& name, const Work& compute, const Work& consume,
                    HostPlanes read = HostPlanes::all);
  /// The same over some of them: indices in the plan's order, ascending.
  void each_of(const std::string& name, const std::vector<std::int64_t>& tiles, const Work& compute,
               const Work& consume);
  /// As each_of_grid(), with the pixels of AFTER alone and their own validity.
  void each_after(const std::string& name, const Work& compute, const Work& consume);

  /// A change made to every tile from now on, before it is handed out: once to those in memory of the host or the
  /// device, each time to the others. Call between passes; changes add up. One for statistics alone may be missing in
  /// passes over the grid.
  void prepare_with(std::function<void(const PairTile&)> change, bool for_statistics);

  std::vector<Slot>& slots() { return slots_; }
  void clear_bins();
  /// Histograms of all slots added up.
  std::vector<std::uint64_t> merged_bins() const;
  std::int64_t decoded_bytes_before() const {
    return before_ ? before_->decoded_bytes() + decode_counts().before_bytes : decoded_before_;
  }
  std::int64_t decoded_bytes_after() const {
    return after_ ? after_->decoded_bytes() + decode_counts().after_bytes : decoded_after_;
  }
  const std::vector<PassTiming>& timings() const { return timings_; }
  /// Of tiles that the plan gives to the device; nothing of others.
  DecodeCounts decode_counts() const { return device_ ? device_->counts() : DecodeCounts{}; }
  Residency residency() const;
  /// Gives slots, caches and kept tiles back; no pass can run any more.
  void release();

 private:
  struct Change {
    std::function<void(const PairTile&)> make;
    bool for_statistics = false;
  };
  struct Reader {
    const TileSet* set = nullptr;
    std::int64_t first = 0;
    bool keep = false;     ///< the tiles of this set may be in the store
    bool loading = false;  ///< they are not there yet
    bool after_only = false;
    bool statistics = true;  ///< a pass over the fit
    HostPlanes host = HostPlanes::all;
    bool last = false;                                ///< no pass reads these tiles after this one
    bool tell = false;                                ///< reasons are wanted of its tiles
    const std::vector<std::int64_t>* some = nullptr;  ///< of the set's tiles; null: all from `first` on
    std::int64_t count() const {
      return some != nullptr ? static_cast<std::int64_t>(some->size())
                             : static_cast<std::int64_t>(set->cores.size()) - first;
    }
    std::int64_t tile(std::int64_t i) const {
      return some != nullptr ? (*some)[static_cast<std::size_t>(i)] : first + i;
    }
  };
  void run(const std::string& name, Reader reader, const Work& compute, const Work& consume, bool quiet);
  void read(Slot& slot, const Reader& reader);
  /// The same where tiles are kept packed, if at all.
  void read_bit_packed(Slot& slot, const Reader& reader);
  static bool applies(const Change& change, const Reader& reader) {
    return reader.statistics || !change.for_statistics;
  }
  /// Every change that applies, to a tile that lies in the slot alone.
  void change_tile(Slot& slot, const Reader& reader);
  /// Copies back what the pass or a change wants of a tile in device memory; without either none of its pixels.
  void copy_back(Slot& slot, DeviceTile& kept, HostPlanes wanted);
  void keep_on_device(Slot& slot);
  /// Gives the memory of a kept tile back that has been computed; nothing of the slot's tile may be read any more.
  void let_go(Slot& slot, const Reader& reader);
  /// By the plan's way. True: the tile lies on the device, in `room` if there is one, and what is wanted of it in host
  /// memory too. False: it lies in host memory alone, decoded there or, for blocks that the device refused, completed.
  bool decode(Slot& slot, const Reader& reader, DeviceTile* room, HostPlanes wanted);
  void decode_by_reader(Slot& slot, const Reader& reader);
  /// One date's pixels of a part (in pixels of the slot's tile), by the CPU's reader. reasons : of the tile, or null
  void read_date(Slot& slot, Date date, const Window& part, std::uint8_t* reasons);
  void add_timing(const PassTiming& timing);

  DetectPlan& plan_;
  const JobContext& context_;
  std::optional<DateReader> before_, after_;
  std::vector<Slot> slots_;
  std::unique_ptr<DeviceDecoder> device_;  ///< where the plan lets the device decode
  /// Of each slot, beside what passes see.
  struct Reading {
    SourceBuffer source;
    std::vector<std::uint8_t> scratch, reasons;  ///< planes of a padded tile; empty where nothing asks for them
  };
  std::vector<Reading> readings_;
  TakeReasons take_reasons_;
  bool told_reasons_ = false;
  TileSet grid_tiles_;
  TileSet cells_;
  std::vector<std::int64_t> cell_order_;  ///< of the sample; empty: the fit is over all tiles
  std::int64_t cells_taken_ = 0, cells_loaded_ = 0;
  std::unique_ptr<TileStore> store_;        ///< of grid tiles, or of the sample's cells
  std::unique_ptr<BitPackedTiles> packed_;  ///< instead, where the plan says so
  std::vector<Change> changes_;
  std::vector<std::size_t> changes_made_;  ///< to each record in memory or device memory
  std::vector<PassTiming> timings_;
  std::int64_t decoded_before_ = 0, decoded_after_ = 0;
};

}  // namespace groundshift
