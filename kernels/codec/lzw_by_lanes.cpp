// SPDX-License-Identifier: Apache-2.0
// The warp's code with a loop for a warp.
#include "kernels/codec/lzw_by_lanes.hpp"

#include <cstring>

#include "kernels/codec/inflate_work.hpp"
#include "kernels/codec/lane_loop.hpp"
#include "kernels/codec/lzw_warp.hpp"

namespace groundshift::codec {

struct LzwByLanes::Shared {
  LzwShared<LaneLoop> lzw;
};

LzwByLanes::LzwByLanes() : shared_(std::make_unique<Shared>()) {}
LzwByLanes::~LzwByLanes() = default;
LzwByLanes::LzwByLanes(LzwByLanes&&) noexcept = default;
LzwByLanes& LzwByLanes::operator=(LzwByLanes&&) noexcept = default;

DecodeStatus LzwByLanes::unpack(std::span<const std::byte> packed, std::span<std::byte> to) {
  if (packed.size() >= kTooLargeByteCount || to.size() >= kTooLargeByteCount) return DecodeStatus::too_large;
  words_.resize((packed.size() + 3) / 4);
  if (!packed.empty()) std::memcpy(words_.data(), packed.data(), packed.size());
  return unpack_lzw(LaneLoop{}, shared_->lzw, {words_.data(), static_cast<std::uint32_t>(packed.size())},
                    reinterpret_cast<std::uint8_t*>(to.data()), static_cast<std::uint32_t>(to.size()), kUnlimitedWork);
}

}  // namespace groundshift::codec
