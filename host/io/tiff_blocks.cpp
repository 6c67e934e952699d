// SPDX-License-Identifier: Apache-2.0
// Ranges checked against the file, blocks read by position.
#include "host/io/tiff_blocks.hpp"

#include <fcntl.h>
#include <sys/uio.h>
#include <unistd.h>
#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include <fmt/format.h>

#include "host/base/error.hpp"

namespace groundshift {
namespace {

// Reads of less than this are joined where their blocks are neighbours: strips of one row are some KiB.
constexpr std::size_t kJoinedBytes = std::size_t{1} << 20;
// A COG has 8 bytes of its own between blocks; other holes of this size cost less than a second read.
constexpr std::uint64_t kSmallHole = 4096;
// What a packer adds to bytes that do not pack; more is damage, or a file that GDAL shall judge.
constexpr std::uint64_t kPackedSlack = 65536;

}  // namespace

TiffBlocks::TiffBlocks(const std::string& path, TiffLayout layout) : layout_(std::move(layout)) {
  std::size_t largest = 0;
  const auto blocks = static_cast<std::int64_t>(layout_.offsets.size());
  for (std::int64_t i = 0; i < blocks; ++i) {
    if (state(i) == BlockState::packed) largest = std::max(largest, packed_bytes(i));
  }
  run_capacity_ = std::max(kJoinedBytes, largest);
  file_ = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file_ < 0) throw InputError(fmt::format("{}: {}", path, std::strerror(errno)));
}

TiffBlocks::~TiffBlocks() {
  if (file_ >= 0) ::close(file_);
}

std::size_t TiffBlocks::packed_bytes(std::int64_t block) const {
  const auto stored = static_cast<std::size_t>(layout_.packed_sizes[static_cast<std::size_t>(block)]);
  if (layout_.codec != TiffCodec::none) return stored;
  const auto down = static_cast<std::int32_t>(block / layout_.blocks_across % layout_.blocks_down);
  return std::min(stored, static_cast<std::size_t>(unpacked_bytes(down)));
}

BlockState TiffBlocks::state(std::int64_t block) const {
  const auto i = static_cast<std::size_t>(block);
  const std::uint64_t offset = layout_.offsets[i], size = layout_.packed_sizes[i];
  if (size == 0) return BlockState::absent;
  if (offset == 0 || size > layout_.file_bytes || offset > layout_.file_bytes - size) return BlockState::refused;
  const auto down = static_cast<std::int32_t>(block / layout_.blocks_across % layout_.blocks_down);
  const auto unpacked = static_cast<std::uint64_t>(unpacked_bytes(down));
  if (layout_.codec == TiffCodec::none) return size < unpacked ? BlockState::refused : BlockState::packed;
  return size > 2 * unpacked + kPackedSlack ? BlockState::refused : BlockState::packed;
}

void TiffBlocks::make_runs(std::vector<std::int64_t>& blocks, std::vector<BlockRun>& runs) const {
  const auto offset = [&](std::int64_t block) { return layout_.offsets[static_cast<std::size_t>(block)]; };
  std::sort(blocks.begin(), blocks.end(),
            [&](std::int64_t a, std::int64_t b) { return offset(a) != offset(b) ? offset(a) < offset(b) : a < b; });
  runs.clear();
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    const std::uint64_t begin = offset(blocks[i]), end = begin + packed_bytes(blocks[i]);
    if (!runs.empty()) {
      BlockRun& run = runs.back();
      const std::uint64_t run_end = run.offset + run.byte_count;
      if (begin <= run_end + kSmallHole && end - run.offset <= kJoinedBytes) {
        run.byte_count = static_cast<std::size_t>(std::max(run_end, end) - run.offset);
        run.end = i + 1;
        continue;
      }
    }
    runs.push_back({begin, static_cast<std::size_t>(end - begin), i, i + 1});
  }
}

bool TiffBlocks::read_at(std::uint64_t offset, std::span<std::byte> to) const {
  std::size_t done = 0;
  while (done < to.size()) {
    const ssize_t got = ::pread(file_, to.data() + done, to.size() - done, static_cast<off_t>(offset + done));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return false;
    done += static_cast<std::size_t>(got);
  }
  return true;
}

bool TiffBlocks::read(const BlockRun& run, std::span<std::byte> to) const {
  return read_at(run.offset, to.first(run.byte_count));
}

bool TiffBlocks::read_rows(std::int64_t block, std::int32_t first_row, std::span<std::byte> to) const {
  const std::uint64_t skipped = static_cast<std::uint64_t>(first_row) * static_cast<std::uint64_t>(layout_.row_bytes());
  return read_at(layout_.offsets[static_cast<std::size_t>(block)] + skipped, to);
}

std::span<std::byte> TiffBlocks::of_run(const BlockRun& run, std::span<std::byte> bytes, std::int64_t block) const {
  return bytes.subspan(static_cast<std::size_t>(layout_.offsets[static_cast<std::size_t>(block)] - run.offset),
                       packed_bytes(block));
}

/// Whether a byte lies in the page cache. To foretell what is there takes the system longer than to look at its ends.
bool TiffBlocks::is_at_hand(std::uint64_t offset) const {
  std::byte byte{};
  const iovec part{&byte, 1};
  return ::preadv2(file_, &part, 1, static_cast<off_t>(offset), RWF_NOWAIT) == 1;
}

void TiffBlocks::expect(std::int64_t first_block, std::int64_t last_block) const {
  std::uint64_t begin = layout_.file_bytes, end = 0, sum = 0;
  for (std::int64_t i = first_block; i <= last_block; ++i) {
    if (state(i) != BlockState::packed) continue;
    const std::uint64_t offset = layout_.offsets[static_cast<std::size_t>(i)];
    begin = std::min(begin, offset);
    end = std::max(end, offset + packed_bytes(i));
    sum += packed_bytes(i);
  }
  // Blocks of a row lie together in every file that was written in order; where not, nothing is foretold.
  if (begin < end && end - begin <= 2 * sum && !(is_at_hand(begin) && is_at_hand(end - 1))) {
    ::posix_fadvise(file_, static_cast<off_t>(begin), static_cast<off_t>(end - begin), POSIX_FADV_WILLNEED);
  }
}

TiffBlockDecoder::TiffBlockDecoder(const TiffLayout& layout) {
  switch (layout.codec) {
    case TiffCodec::none: codec_ = BlockCodec::none; break;
    case TiffCodec::deflate: codec_ = BlockCodec::deflate; break;
    case TiffCodec::zstd: codec_ = BlockCodec::zstd; break;
    case TiffCodec::lzw: lzw_ = std::make_unique<LzwDecoder>(layout.row_bytes(), layout.block_height);
  }
}

void TiffBlockDecoder::unpack(std::span<Unpacking> blocks) {
  if (lzw_ == nullptr) return decoder_.unpack(codec_, blocks);
  for (Unpacking& block : blocks) block.status = lzw_->unpack(block.packed, block.to);
}

}  // namespace groundshift
