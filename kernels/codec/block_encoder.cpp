// SPDX-License-Identifier: Apache-2.0
// Deflate by ISA-L, libdeflate and our own, zstd by its library.
#include "kernels/codec/block_encoder.hpp"

#include <algorithm>
#include <cstring>
#include <optional>
#include <stdexcept>
#include <vector>

#include <libdeflate.h>
#include <zstd.h>
#ifdef GS_HAVE_ISAL
#include <isa-l/igzip_lib.h>
#endif

#include "kernels/codec/run_deflate.hpp"

namespace groundshift {
namespace {

#ifdef GS_HAVE_ISAL
constexpr bool kHasIsal = true;
#else
constexpr bool kHasIsal = false;
#endif

struct DeflateDeleter {
  void operator()(libdeflate_compressor* c) const noexcept { libdeflate_free_compressor(c); }
};
struct ZstdDeleter {
  void operator()(ZSTD_CCtx* c) const noexcept { ZSTD_freeCCtx(c); }
};

}  // namespace

const char* packer_of(BlockCodec codec, BlockContents contents) {
  switch (codec) {
    case BlockCodec::none: return "copy";
    case BlockCodec::zstd: return "zstd 1";
    case BlockCodec::lzw: return "nothing";
    case BlockCodec::deflate: break;
  }
  if (contents == BlockContents::differences) return "literals and runs";
  return kHasIsal ? "ISA-L 1" : "libdeflate 1";
}

BlockLevels levels_of(BlockCodec codec) {
  switch (codec) {
    case BlockCodec::none:
    case BlockCodec::lzw: break;
    case BlockCodec::deflate: return {1, 12};
    case BlockCodec::zstd: return {1, 22};
  }
  return {0, 0};
}

struct BlockEncoder::Impl {
  BlockCodec codec = BlockCodec::none;
  std::unique_ptr<libdeflate_compressor, DeflateDeleter> deflate;
  std::unique_ptr<ZSTD_CCtx, ZstdDeleter> zstd;
  std::optional<codec::RunDeflate> runs;
#ifdef GS_HAVE_ISAL
  isal_zstream isal{};
  std::vector<std::uint8_t> isal_level_buffer;

  /// 0: it does not fit, which ISA-L promises no bound for.
  std::size_t pack_with_isal(std::span<const std::byte> from, std::span<std::byte> to) {
    isal_deflate_stateless_init(&isal);
    isal.level = 1;
    isal.level_buf = isal_level_buffer.data();
    isal.level_buf_size = static_cast<std::uint32_t>(isal_level_buffer.size());
    isal.gzip_flag = IGZIP_ZLIB;
    isal.end_of_stream = 1;
    isal.flush = NO_FLUSH;
    isal.next_in = reinterpret_cast<std::uint8_t*>(const_cast<std::byte*>(from.data()));  // ISA-L does not write it
    isal.avail_in = static_cast<std::uint32_t>(from.size());
    isal.next_out = reinterpret_cast<std::uint8_t*>(to.data());
    isal.avail_out = static_cast<std::uint32_t>(to.size());
    const int status = isal_deflate_stateless(&isal);
    if (status == STATELESS_OVERFLOW) return 0;
    if (status != COMP_OK) throw std::runtime_error("ISA-L cannot pack a block");
    return isal.total_out;
  }
#endif
};

BlockEncoder::BlockEncoder(BlockCodec codec, int level, BlockContents contents) : impl_(std::make_unique<Impl>()) {
  if (codec == BlockCodec::lzw) throw std::invalid_argument("LZW is only read");
  const BlockLevels levels = levels_of(codec);
  if (codec != BlockCodec::none && (level < levels.least || level > levels.most)) {
    throw std::invalid_argument("the codec has no such level");
  }
  impl_->codec = codec;
  if (codec == BlockCodec::deflate && level == 1 && contents == BlockContents::differences) {
    impl_->runs.emplace();
  } else if (codec == BlockCodec::deflate) {
    impl_->deflate.reset(libdeflate_alloc_compressor(level));
    if (!impl_->deflate) throw std::bad_alloc();
#ifdef GS_HAVE_ISAL
    if (level == 1) impl_->isal_level_buffer.resize(ISAL_DEF_LVL1_DEFAULT);
#endif
  }
  if (codec == BlockCodec::zstd) {
    impl_->zstd.reset(ZSTD_createCCtx());
    if (!impl_->zstd) throw std::bad_alloc();
    ZSTD_CCtx_setParameter(impl_->zstd.get(), ZSTD_c_compressionLevel, level);
  }
}
BlockEncoder::~BlockEncoder() = default;
BlockEncoder::BlockEncoder(BlockEncoder&&) noexcept = default;
BlockEncoder& BlockEncoder::operator=(BlockEncoder&&) noexcept = default;

std::int64_t BlockEncoder::bound(std::int64_t byte_count) const {
  const auto n = static_cast<std::size_t>(byte_count);
  switch (impl_->codec) {
    case BlockCodec::none:
    case BlockCodec::lzw: break;
    case BlockCodec::deflate:
      if (impl_->runs) return static_cast<std::int64_t>(codec::RunDeflate::bound(n));
      return static_cast<std::int64_t>(libdeflate_zlib_compress_bound(impl_->deflate.get(), n));
    case BlockCodec::zstd: return static_cast<std::int64_t>(ZSTD_compressBound(n));
  }
  return byte_count;
}

std::int64_t BlockEncoder::pack(std::span<const std::byte> from, std::span<std::byte> to) {
  std::size_t packed = 0;
  switch (impl_->codec) {
    case BlockCodec::lzw: break;
    case BlockCodec::none:
      std::memcpy(to.data(), from.data(), from.size());
      return static_cast<std::int64_t>(from.size());
    case BlockCodec::deflate:
      if (impl_->runs) return static_cast<std::int64_t>(impl_->runs->pack(from, to));
#ifdef GS_HAVE_ISAL
      if (!impl_->isal_level_buffer.empty()) packed = impl_->pack_with_isal(from, to);
#endif
      if (packed == 0) {
        packed = libdeflate_zlib_compress(impl_->deflate.get(), from.data(), from.size(), to.data(), to.size());
      }
      if (packed == 0) throw std::runtime_error("libdeflate cannot pack a block");
      break;
    case BlockCodec::zstd:
      packed = ZSTD_compress2(impl_->zstd.get(), to.data(), to.size(), from.data(), from.size());
      if (ZSTD_isError(packed) != 0) throw std::runtime_error(ZSTD_getErrorName(packed));
      break;
  }
  return static_cast<std::int64_t>(packed);
}

}  // namespace groundshift
