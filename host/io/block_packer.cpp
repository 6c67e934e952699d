// SPDX-License-Identifier: Apache-2.0
// Interleaving, predictor, codec.
#include "host/io/block_packer.hpp"

#include <algorithm>
#include <cstring>

#include "host/io/tiff_header.hpp"
#include "kernels/codec/apply_predictor.hpp"
#include "kernels/view/clones.hpp"

namespace groundshift {
namespace {

/// As many bands as there are rows, known to the compiler, which then writes whole vectors of pixels.
template <class T, class... Rows>
GS_CLONES void weave(T* __restrict out, std::int32_t width, const Rows* __restrict... rows) {
  constexpr std::ptrdiff_t kBands = sizeof...(Rows);
  for (std::int32_t x = 0; x < width; ++x) {
    T* pixel = out + x * kBands;
    ((*pixel++ = rows[x]), ...);
  }
}

/// One row, band after band in the planes, pixel after pixel in `to`.
template <class T>
void interleave(const std::byte* from, std::ptrdiff_t band_pitch, std::int32_t width, std::int32_t bands,
                std::byte* to) {
  auto* out = reinterpret_cast<T*>(to);
  const auto* first = reinterpret_cast<const T*>(from);
  if (bands == 2) return weave<T, T, T>(out, width, first, first + band_pitch);
  if (bands == 4) {
    return weave<T, T, T, T, T>(out, width, first, first + band_pitch, first + 2 * band_pitch, first + 3 * band_pitch);
  }
  for (std::int32_t b = 0; b < bands; ++b) {
    const auto* row = reinterpret_cast<const T*>(from) + b * band_pitch;
    for (std::int32_t x = 0; x < width; ++x) out[std::ptrdiff_t{x} * bands + b] = row[x];
  }
}

}  // namespace

struct BlockPackers::Packer {
  explicit Packer(const TiffPacking& packing, PixelType type, std::int32_t bands)
      : row{packing.block_width, bands, static_cast<std::int32_t>(byte_count(type))},
        encoder(packing.codec, packing.level, contents_after(packing.predictor)),
        interleaved(static_cast<std::size_t>(row.byte_count())),
        scratch(static_cast<std::size_t>(row.byte_count())),
        block(static_cast<std::size_t>(row.byte_count() * packing.block_height)),
        packed(static_cast<std::size_t>(kCogLeader + encoder.bound(std::ssize(block)) + kCogTrailer)) {}

  SampleRow row;
  BlockEncoder encoder;
  std::vector<std::byte> interleaved, scratch, block, packed;
};

BlockPackers::BlockPackers(const TiffPacking& packing, PixelType type, std::int32_t band_count, int most)
    : packing_(packing), type_(type), band_count_(band_count), left_to_make_(std::max(1, most)) {}
BlockPackers::~BlockPackers() = default;

std::int64_t BlockPackers::most_stored_bytes(const TiffPacking& packing, PixelType type, std::int32_t band_count) {
  return std::ssize(Packer(packing, type, band_count).packed);
}

std::int64_t BlockPackers::bytes_of_one(const TiffPacking& packing, PixelType type, std::int32_t band_count) {
  // The block and, at its worst, the packed one; the encoders' tables are some hundred KiB.
  constexpr std::int64_t kTables = 512 << 10;
  return 2 * std::int64_t{packing.block_width} * packing.block_height * band_count *
             static_cast<std::int64_t>(byte_count(type)) +
         kTables;
}

std::unique_ptr<BlockPackers::Packer> BlockPackers::borrow() {
  {
    std::unique_lock lock(mutex_);
    returned_.wait(lock, [&] { return !free_.empty() || left_to_make_ > 0; });
    if (!free_.empty()) {
      auto packer = std::move(free_.back());
      free_.pop_back();
      return packer;
    }
    --left_to_make_;
  }
  try {
    return std::make_unique<Packer>(packing_, type_, band_count_);
  } catch (...) {  // others may wait for this one
    give_back(nullptr);
    throw;
  }
}

void BlockPackers::give_back(std::unique_ptr<Packer> packer) {
  {
    const std::lock_guard lock(mutex_);
    if (packer != nullptr) {
      free_.push_back(std::move(packer));
    } else {
      ++left_to_make_;
    }
  }
  returned_.notify_one();
}

void BlockPackers::pack(const BlockPixels& pixels, const std::function<void(std::span<const std::byte>)>& take) {
  struct Lent {
    BlockPackers& owner;
    std::unique_ptr<Packer> packer;
    ~Lent() { owner.give_back(std::move(packer)); }
  } lent{*this, borrow()};
  Packer& p = *lent.packer;
  const auto row_bytes = p.row.byte_count();
  const auto pixel_bytes = static_cast<std::ptrdiff_t>(byte_count(type_));
  const bool as_it_is = band_count_ == 1 && pixels.width == packing_.block_width;
  std::memset(p.interleaved.data(), 0, p.interleaved.size());
  for (std::int32_t y = 0; y < pixels.height; ++y) {
    const std::byte* from = pixels.data + y * pixels.row_pitch * pixel_bytes;
    if (!as_it_is) {
      if (pixel_bytes == 1)
        interleave<std::uint8_t>(from, pixels.band_pitch, pixels.width, band_count_, p.interleaved.data());
      if (pixel_bytes == 2)
        interleave<std::uint16_t>(from, pixels.band_pitch, pixels.width, band_count_, p.interleaved.data());
      if (pixel_bytes == 4)
        interleave<std::uint32_t>(from, pixels.band_pitch, pixels.width, band_count_, p.interleaved.data());
      from = p.interleaved.data();
    }
    apply_predictor(packing_.predictor, p.row, from, p.block.data() + y * row_bytes, p.scratch.data());
  }
  std::memset(p.block.data() + pixels.height * row_bytes, 0,
              static_cast<std::size_t>((packing_.block_height - pixels.height) * row_bytes));
  const auto room = std::span(p.packed).subspan(kCogLeader);
  const auto packed = room.first(static_cast<std::size_t>(p.encoder.pack(p.block, room)));
  if (!packing_.overviews) return take(packed);
  const auto count = static_cast<std::uint32_t>(packed.size());
  std::memcpy(p.packed.data(), &count, sizeof(count));
  // No block packs to fewer bytes than the trailer repeats.
  std::memcpy(packed.data() + packed.size(), packed.data() + packed.size() - kCogTrailer, kCogTrailer);
  take(std::span(p.packed).first(kCogLeader + packed.size() + kCogTrailer));
}

}  // namespace groundshift
