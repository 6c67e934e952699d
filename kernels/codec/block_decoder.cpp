// SPDX-License-Identifier: Apache-2.0
// Which decoder a block's deflate stream suits best, zstd, and lzw.
#include "kernels/codec/block_decoder.hpp"

#include <algorithm>
#include <cstring>
#include <new>
#include <vector>

#include <zstd.h>
#if GS_INFLATE_ISAL
#include <isa-l/igzip_lib.h>
#else
#include <libdeflate.h>
#endif

#include "kernels/codec/lzw_by_lanes.hpp"
#include "kernels/codec/twin_inflate.hpp"

namespace groundshift {
namespace {

// Deflate, MB/s of pixels on one core, by the part of the symbols that are matches (by the first block's codes):
//                                              matches  libdeflate 1.14  ISA-L 2.30  TwinInflate, two at a time
//   16-bit differences as this packs them        0.001         629           861        1610
//   Szada, bytes                                 0.004         620           781         882
//   Sardinia                                     0.03          777           793         822
//   16-bit differences packed by ISA-L           0.05-0.2      551           622         687
//   ASTER, Landsat (Pucallpa), Taizhou           0.03-0.24  766, 654, 776  910, 838, 941  794, 705, 784
//   NAIP                                         0.09-0.17     677           642         636
//   16-bit differences packed by GDAL, level 6   0.3-0.5       653           583         877
//   another scene of them                        0.5           643           761        1039
// So the ones in the middle are ISA-L's, where there is one.
constexpr double kFewMatches = 0.06, kManyMatches = GS_INFLATE_ISAL ? 0.25 : kFewMatches;

struct FreeZstd {
  void operator()(ZSTD_DCtx* context) const noexcept { ZSTD_freeDCtx(context); }
};

template <class T>
T* made(T* handle) {
  if (handle == nullptr) throw std::bad_alloc();
  return handle;
}

#if GS_INFLATE_ISAL
class LibraryInflate {
 public:
  BlockStatus unpack(std::span<const std::byte> packed, std::span<std::byte> to) {
    begin(packed);
    lend(to);
    if (isal_inflate(state_.get()) != ISAL_DECOMP_OK) return BlockStatus::bad_data;
    const bool whole = state_->avail_out == 0 && state_->block_state == ISAL_BLOCK_FINISH;
    return whole ? BlockStatus::ok : BlockStatus::wrong_size;
  }

  bool holds_whole_stream(std::span<const std::byte> packed, std::size_t most) {
    begin(packed);
    std::vector<std::byte> piece(kPieceBytes);
    do {
      lend(piece);
      if (isal_inflate(state_.get()) != ISAL_DECOMP_OK) return false;
      if (state_->block_state == ISAL_BLOCK_FINISH) return state_->total_out <= most;
    } while (state_->avail_out == 0 && state_->total_out <= most);
    return false;
  }

 private:
  static constexpr std::size_t kPieceBytes = std::size_t{64} << 10;

  void begin(std::span<const std::byte> packed) {
    isal_inflate_reset(state_.get());
    state_->crc_flag = ISAL_ZLIB;
    state_->next_in = const_cast<std::uint8_t*>(reinterpret_cast<const std::uint8_t*>(packed.data()));
    state_->avail_in = static_cast<std::uint32_t>(packed.size());
  }
  void lend(std::span<std::byte> to) {
    state_->next_out = reinterpret_cast<std::uint8_t*>(to.data());
    state_->avail_out = static_cast<std::uint32_t>(to.size());
  }

  std::unique_ptr<inflate_state> state_ = [] {
    auto state = std::make_unique<inflate_state>();
    isal_inflate_init(state.get());
    return state;
  }();
};
#else
struct FreeDeflate {
  void operator()(libdeflate_decompressor* handle) const noexcept { libdeflate_free_decompressor(handle); }
};

class LibraryInflate {
 public:
  BlockStatus unpack(std::span<const std::byte> packed, std::span<std::byte> to) {
    std::size_t used = 0, size = 0;
    switch (libdeflate_zlib_decompress_ex(handle_.get(), packed.data(), packed.size(), to.data(), to.size(), &used,
                                          &size)) {
      case LIBDEFLATE_SUCCESS: return size == to.size() ? BlockStatus::ok : BlockStatus::wrong_size;
      case LIBDEFLATE_BAD_DATA: return BlockStatus::bad_data;
      default: return BlockStatus::wrong_size;
    }
  }

  bool holds_whole_stream(std::span<const std::byte> packed, std::size_t most) {
    std::vector<std::byte> room;
    for (std::size_t bytes = std::min(most, kFirstRoom);; bytes = std::min(most, 4 * bytes)) {
      room.resize(bytes);
      std::size_t used = 0, size = 0;
      const auto result = libdeflate_zlib_decompress_ex(handle_.get(), packed.data(), packed.size(), room.data(),
                                                        room.size(), &used, &size);
      if (result != LIBDEFLATE_INSUFFICIENT_SPACE || bytes == most) return result == LIBDEFLATE_SUCCESS;
    }
  }

 private:
  static constexpr std::size_t kFirstRoom = std::size_t{1} << 20;

  std::unique_ptr<libdeflate_decompressor, FreeDeflate> handle_{made(libdeflate_alloc_decompressor())};
};
#endif

/// One thread's decoders of deflate. The library's word holds for whatever is not right.
class Inflater {
 public:
  void unpack(std::span<Unpacking> blocks) {
    streams_.clear();
    blocks_of_streams_.clear();
    for (Unpacking& block : blocks) {
      const double matches = codec::match_share(block.packed);
      if (matches >= 0 && (matches < kFewMatches || matches >= kManyMatches)) {
        streams_.push_back({block.packed, block.to});
        blocks_of_streams_.push_back(&block);
      } else {
        block.status = library_.unpack(block.packed, block.to);
      }
    }
    twins_.unpack(streams_);
    for (std::size_t i = 0; i < streams_.size(); ++i) {
      Unpacking& block = *blocks_of_streams_[i];
      block.status = streams_[i].done ? BlockStatus::ok : library_.unpack(block.packed, block.to);
    }
  }

  bool holds_whole_stream(std::span<const std::byte> packed, std::size_t most) {
    return library_.holds_whole_stream(packed, most);
  }

 private:
  codec::TwinInflate twins_;
  std::vector<codec::DeflateStream> streams_;
  std::vector<Unpacking*> blocks_of_streams_;
  LibraryInflate library_;
};

}  // namespace

struct BlockDecoder::Tables {
  Inflater inflater;
  codec::LzwByLanes lzw;
  std::unique_ptr<ZSTD_DCtx, FreeZstd> zstd{made(ZSTD_createDCtx())};

  BlockStatus unpack_zstd(std::span<const std::byte> packed, std::span<std::byte> to) {
    const std::size_t frame = ZSTD_findFrameCompressedSize(packed.data(), packed.size());
    if (ZSTD_isError(frame)) return BlockStatus::bad_data;
    const std::size_t size = ZSTD_decompressDCtx(zstd.get(), to.data(), to.size(), packed.data(), frame);
    if (ZSTD_isError(size)) return BlockStatus::bad_data;
    return size == to.size() ? BlockStatus::ok : BlockStatus::wrong_size;
  }
  BlockStatus unpack_lzw(std::span<const std::byte> packed, std::span<std::byte> to) {
    switch (lzw.unpack(packed, to)) {
      case codec::DecodeStatus::ok: return BlockStatus::ok;
      case codec::DecodeStatus::too_little: return BlockStatus::wrong_size;
      default: return BlockStatus::bad_data;
    }
  }
};

BlockDecoder::BlockDecoder() : tables_(std::make_unique<Tables>()) {}
BlockDecoder::~BlockDecoder() = default;
BlockDecoder::BlockDecoder(BlockDecoder&&) noexcept = default;
BlockDecoder& BlockDecoder::operator=(BlockDecoder&&) noexcept = default;

void BlockDecoder::unpack(BlockCodec codec, std::span<Unpacking> blocks) {
  switch (codec) {
    case BlockCodec::none:
      for (Unpacking& block : blocks) {
        block.status = block.packed.size() < block.to.size() ? BlockStatus::wrong_size : BlockStatus::ok;
        if (block.status == BlockStatus::ok && !block.to.empty()) {
          std::memcpy(block.to.data(), block.packed.data(), block.to.size());
        }
      }
      return;
    case BlockCodec::deflate: return tables_->inflater.unpack(blocks);
    case BlockCodec::zstd:
      for (Unpacking& block : blocks) block.status = tables_->unpack_zstd(block.packed, block.to);
      return;
    case BlockCodec::lzw:
      for (Unpacking& block : blocks) block.status = tables_->unpack_lzw(block.packed, block.to);
      return;
  }
}

bool BlockDecoder::holds_whole_stream(std::span<const std::byte> packed, std::size_t most) {
  return tables_->inflater.holds_whole_stream(packed, most);
}

const char* inflate_library() { return GS_INFLATE_ISAL ? "ISA-L" : "libdeflate"; }

}  // namespace groundshift
