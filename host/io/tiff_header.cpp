// SPDX-License-Identifier: Apache-2.0
// Reading and writing directories of tags (TIFF 6.0; BigTIFF; GDAL's notes on the layout of its COG files).
#include "host/io/tiff_header.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <string_view>

#include "host/base/error.hpp"

namespace groundshift {
namespace {

constexpr std::uint16_t kShort = 3, kLong = 4, kLong8 = 16;
constexpr std::uint16_t kSubfileType = 254, kWidth = 256, kHeight = 257, kTileOffsets = 324, kTileBytes = 325;

// GDAL's own words, frmts/gtiff; a reader that knows them reads a block without its directory entry.
constexpr std::string_view kStructure =
    "GDAL_STRUCTURAL_METADATA_SIZE=000140 bytes\n"
    "LAYOUT=IFDS_BEFORE_DATA\n"
    "BLOCK_ORDER=ROW_MAJOR\n"
    "BLOCK_LEADER=SIZE_AS_UINT4\n"
    "BLOCK_TRAILER=LAST_4_BYTES_REPEATED\n"
    "KNOWN_INCOMPATIBLE_EDITION=NO\n ";  // the blank gives room to a later YES

std::size_t type_bytes(std::uint16_t type) {
  switch (type) {
    case 1:
    case 2:
    case 6:
    case 7: return 1;
    case 3:
    case 8: return 2;
    case 4:
    case 9:
    case 11:
    case 13: return 4;
    case 5:
    case 10:
    case 12:
    case 16:
    case 17:
    case 18: return 8;
    default: return 0;
  }
}

template <class T>
T value_at(std::span<const std::byte> file, std::uint64_t place) {
  if (place > file.size() || file.size() - place < sizeof(T)) throw OutputError("GDAL's header ends too early");
  T value;
  std::memcpy(&value, file.data() + place, sizeof(T));
  return value;
}

void append_bytes(std::vector<std::byte>& to, const void* from, std::size_t count) {
  const std::size_t end = to.size();
  to.resize(end + count);
  if (count > 0) std::memcpy(to.data() + end, from, count);
}

template <class T>
void append(std::vector<std::byte>& to, T value) {
  append_bytes(to, &value, sizeof(T));
}

template <class T>
TiffTag tag_of(std::uint16_t id, std::uint16_t type, const std::vector<T>& values) {
  TiffTag tag{id, type, values.size(), {}};
  for (const T v : values) append(tag.value, v);
  return tag;
}

TiffTag offsets_tag(const std::vector<std::uint64_t>& offsets, bool big) {
  if (big) return tag_of(kTileOffsets, kLong8, offsets);
  return tag_of(kTileOffsets, kLong, std::vector<std::uint32_t>(offsets.begin(), offsets.end()));
}

bool is_block_array(const TiffTag& tag) { return tag.id == kTileOffsets || tag.id == kTileBytes; }

/// Writes directories one after the other, each followed by its values; the arrays of all blocks come last, so that the
/// tags of every level are read at once.
class Writer {
 public:
  /// start : of the first byte written, in the file
  explicit Writer(bool big, std::uint64_t start = 0) : big_(big), start_(start) {}

  /// What a file begins with; returns where the first directory's offset goes.
  std::size_t begin() {
    append_bytes(bytes_, "II", 2);
    if (big_) {
      append(bytes_, std::uint16_t{43});
      append(bytes_, std::uint16_t{8});
      append(bytes_, std::uint16_t{0});
    } else {
      append(bytes_, std::uint16_t{42});
    }
    const std::size_t link = bytes_.size();
    append_offset(0);
    return link;
  }

  std::vector<std::byte> cog(const std::vector<std::vector<TiffTag>>& directories) {
    std::size_t link = begin();
    append_bytes(bytes_, kStructure.data(), kStructure.size());
    for (const std::vector<TiffTag>& tags : directories) {
      even();
      put_offset(link, start_ + bytes_.size());
      link = add_directory(tags);
    }
    return end();
  }

  std::vector<std::byte> header(std::uint64_t directory_start, std::size_t byte_count) {
    const std::size_t link = begin();
    put_offset(link, directory_start);
    bytes_.resize(byte_count);
    return std::move(bytes_);
  }

  std::vector<std::byte> directory(const std::vector<TiffTag>& tags) {
    add_directory(tags);
    return end();
  }

 private:
  std::size_t inline_bytes() const { return big_ ? 8 : 4; }
  void append_offset(std::uint64_t value) {
    if (big_) return append(bytes_, value);
    append(bytes_, static_cast<std::uint32_t>(value));
  }
  void put_offset(std::size_t slot, std::uint64_t value) { std::memcpy(bytes_.data() + slot, &value, inline_bytes()); }
  void even() {
    if (bytes_.size() % 2 != 0) bytes_.push_back(std::byte{0});
  }
  void put_value(std::size_t slot, const TiffTag& tag) {
    even();
    put_offset(slot, start_ + bytes_.size());
    append_bytes(bytes_, tag.value.data(), tag.value.size());
  }

  /// Returns where the next directory's offset goes.
  std::size_t add_directory(const std::vector<TiffTag>& tags) {
    if (big_) append(bytes_, std::uint64_t{tags.size()});
    if (!big_) append(bytes_, static_cast<std::uint16_t>(tags.size()));
    std::vector<std::pair<std::size_t, const TiffTag*>> own;
    for (const TiffTag& tag : tags) {
      append(bytes_, tag.id);
      append(bytes_, tag.type);
      append_offset(tag.count);
      const std::size_t slot = bytes_.size();
      append_offset(0);
      if (tag.value.size() <= inline_bytes()) {
        std::copy(tag.value.begin(), tag.value.end(), bytes_.begin() + static_cast<std::ptrdiff_t>(slot));
      } else {
        (is_block_array(tag) ? later_ : own).emplace_back(slot, &tag);
      }
    }
    const std::size_t next = bytes_.size();
    append_offset(0);
    for (const auto& [slot, tag] : own) put_value(slot, *tag);
    return next;
  }

  std::vector<std::byte> end() {
    for (const auto& [slot, tag] : later_) put_value(slot, *tag);
    return std::move(bytes_);
  }

  const bool big_;
  const std::uint64_t start_;
  std::vector<std::byte> bytes_;
  std::vector<std::pair<std::size_t, const TiffTag*>> later_;
};

std::vector<TiffTag> with_blocks(const TiffLevel& level, const std::vector<std::uint64_t>& starts, bool big) {
  std::vector<TiffTag> tags = level.tags;
  tags.push_back(offsets_tag(starts, big));
  tags.push_back(tag_of(kTileBytes, kLong, level.block_bytes));
  std::sort(tags.begin(), tags.end(), [](const TiffTag& a, const TiffTag& b) { return a.id < b.id; });
  return tags;
}

std::vector<std::byte> front_of(const std::vector<TiffLevel>& levels,
                                const std::vector<std::vector<std::uint64_t>>& starts, bool big) {
  std::vector<std::vector<TiffTag>> directories;
  for (std::size_t l = 0; l < levels.size(); ++l) directories.push_back(with_blocks(levels[l], starts[l], big));
  return Writer(big).cog(directories);
}

}  // namespace

std::vector<TiffTag> tags_of_bigtiff(std::span<const std::byte> file) {
  if (value_at<std::uint16_t>(file, 0) != 0x4949 || value_at<std::uint16_t>(file, 2) != 43) {
    throw OutputError("GDAL's header is no little-endian BigTIFF");
  }
  const auto start = value_at<std::uint64_t>(file, 8);
  const auto count = value_at<std::uint64_t>(file, start);
  constexpr std::uint64_t kEntryBytes = 20;
  std::vector<TiffTag> tags;
  for (std::uint64_t i = 0; i < count; ++i) {
    const std::uint64_t entry = start + 8 + i * kEntryBytes;
    TiffTag tag{value_at<std::uint16_t>(file, entry),
                value_at<std::uint16_t>(file, entry + 2),
                value_at<std::uint64_t>(file, entry + 4),
                {}};
    if (is_block_array(tag)) continue;
    const std::size_t one = type_bytes(tag.type);
    if (one == 0 || tag.count > file.size() / one) throw OutputError("GDAL's header holds a tag of unknown form");
    const std::uint64_t bytes = tag.count * one;
    const std::uint64_t place = bytes <= 8 ? entry + 12 : value_at<std::uint64_t>(file, entry + 12);
    if (place > file.size() || file.size() - place < bytes) throw OutputError("GDAL's header ends too early");
    const auto value = file.subspan(place, bytes);
    tag.value.assign(value.begin(), value.end());
    tags.push_back(std::move(tag));
  }
  return tags;
}

std::vector<TiffTag> overview_tags(const std::vector<TiffTag>& full, std::int32_t width, std::int32_t height) {
  // Bits, compression, photometric, samples, planar layout, predictor, palette, tile sides, extra samples, sample
  // format, GDAL's nodata.
  constexpr std::array<std::uint16_t, 12> kCopied = {258, 259, 262, 277, 284, 317, 320, 322, 323, 338, 339, 42113};
  std::vector<TiffTag> tags{tag_of<std::uint32_t>(kSubfileType, kLong, {1})};
  const auto side = [](std::uint16_t id, std::int32_t value) {
    if (value > 0xffff) return tag_of<std::uint32_t>(id, kLong, {static_cast<std::uint32_t>(value)});
    return tag_of<std::uint16_t>(id, kShort, {static_cast<std::uint16_t>(value)});
  };
  tags.push_back(side(kWidth, width));
  tags.push_back(side(kHeight, height));
  for (const TiffTag& tag : full) {
    if (std::find(kCopied.begin(), kCopied.end(), tag.id) != kCopied.end()) tags.push_back(tag);
  }
  return tags;
}

TiffFront lay_out_cog(const std::vector<TiffLevel>& levels, bool big) {
  TiffFront front;
  std::vector<std::vector<std::uint64_t>> starts;
  for (const TiffLevel& level : levels) starts.emplace_back(level.block_bytes.size(), 0);
  front.level_starts.resize(levels.size());
  std::uint64_t place = front_of(levels, starts, big).size();  // starts do not change the front's size
  for (std::size_t i = levels.size(); i-- > 0;) {
    front.level_starts[i] = next_cog_unit(static_cast<std::int64_t>(place));
    place = static_cast<std::uint64_t>(front.level_starts[i]);
    for (std::size_t b = 0; b < starts[i].size(); ++b) {
      starts[i][b] = place + kCogLeader;
      place = starts[i][b] + levels[i].block_bytes[b] + kCogTrailer;
    }
  }
  front.file_bytes = static_cast<std::int64_t>(place);
  front.bytes = front_of(levels, starts, big);
  return front;
}

TiffEnds lay_out_around(const TiffLevel& level, const std::vector<std::uint64_t>& starts, std::int64_t blocks_end,
                        bool big) {
  TiffEnds ends;
  ends.directory_start = (blocks_end + 1) / 2 * 2;  // of even offset, says the format
  const auto start = static_cast<std::uint64_t>(ends.directory_start);
  ends.header = Writer(big).header(start, kTiffStart);
  const std::vector<TiffTag> tags = with_blocks(level, starts, big);
  ends.directory = Writer(big, start).directory(tags);
  return ends;
}

}  // namespace groundshift
