// SPDX-License-Identifier: Apache-2.0
// A warp that watches who touches shared memory: two lanes at one element without a sync() between them is a fault.
#pragma once

#include <cstdint>
#include <set>
#include <string_view>
#include <utility>

#include "kernels/codec/lane_loop.hpp"

namespace groundshift::test {

/// Ballots, shuffles and sums do not count as sync(): on a device they do not order memory.
class CheckedLanes : public codec::LoopCollectives {
 public:
  using Place = std::pair<std::string_view, int>;  // file, line
  struct Watch {
    static constexpr int kNone = -1;
    static constexpr int kAll = codec::kLaneCount;  // code outside a region: every lane runs it
    int lane = kAll;
    std::uint32_t epoch = 1;
    std::uint64_t faults = 0;
    std::set<Place> syncs;  // places of the sync() calls that were met
    Place ignored;          // the place of one that does nothing
  };
  static Watch& watch() {
    thread_local Watch watch;
    return watch;
  }

  /// Who touched one element since the last sync().
  struct Access {
    std::uint32_t epoch = 0;
    int writer = Watch::kNone;
    int reader = Watch::kNone;

    void renew() {
      if (epoch != watch().epoch) *this = Access{watch().epoch, Watch::kNone, Watch::kNone};
    }
    void read() {
      renew();
      const int lane = watch().lane;
      if (writer != Watch::kNone && writer != lane) ++watch().faults;
      reader = reader == Watch::kNone || reader == lane ? lane : Watch::kAll;
    }
    void write() {
      renew();
      const int lane = watch().lane;
      const bool others_read = reader != Watch::kNone && reader != lane;
      const bool others_wrote = writer != Watch::kNone && writer != lane;
      if (lane == Watch::kAll || others_read || others_wrote) ++watch().faults;
      writer = lane;
    }
  };

  /// One element of shared memory, read and written through its record.
  template <class T>
  struct Element {
    T& value;
    Access& access;
    operator T() const {
      access.read();
      return value;
    }
    Element& operator=(T next) {
      access.write();
      value = next;
      return *this;
    }
    Element& operator+=(T more) { return *this = static_cast<T>(T{*this} + more); }
  };
  template <class T, int Count>
  struct Array {
    T values[Count];
    mutable Access accesses[Count];
    Element<T> operator[](std::uint32_t i) { return {values[check(i)], accesses[i]}; }
    T operator[](std::uint32_t i) const {
      accesses[check(i)].read();
      return values[i];
    }
    static std::uint32_t check(std::uint32_t i) {
      if (i >= Count) __builtin_trap();
      return i;
    }
  };
  struct Output {
    std::uint8_t* bytes;
    Access* accesses;
    Element<std::uint8_t> operator[](std::uint32_t i) { return {bytes[i], accesses[i]}; }
  };
  static const std::uint8_t* byte_pointer(const Output& output, std::uint32_t count) {
    for (std::uint32_t i = 0; i < count; ++i) output.accesses[i].read();
    return output.bytes;
  }

  struct Iterator {
    int lane;
    int operator*() const { return watch().lane = lane; }
    Iterator& operator++() {
      ++lane;
      return *this;
    }
    bool operator!=(const Iterator& other) const {
      if (lane == other.lane) watch().lane = Watch::kAll;
      return lane != other.lane;
    }
  };
  struct Range {
    Iterator begin() const { return {0}; }
    Iterator end() const { return {codec::kLaneCount}; }
  };
  Range lanes() const { return {}; }
  // Clang 14 has no std::source_location.
  void sync(const char* file = __builtin_FILE(), int line = __builtin_LINE()) const {
    const Place place{file, line};
    watch().syncs.insert(place);
    if (place != watch().ignored) ++watch().epoch;
  }
  void tally(codec::Step, std::uint32_t) const {}
  void tally(codec::Step, const Lane<std::uint32_t>&) const {}
};

}  // namespace groundshift::test
