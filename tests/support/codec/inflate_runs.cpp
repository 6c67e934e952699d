// SPDX-License-Identifier: Apache-2.0
// One call each of the lanes, zlib and libdeflate on buffers of exact size.
#include "tests/support/codec/inflate_runs.hpp"

#include <libdeflate.h>
#include <zlib.h>

#include <array>
#include <new>
#include <stdexcept>
#include <utility>

#include "kernels/codec/twin_inflate.hpp"

namespace groundshift::test {
namespace {

std::uint8_t nothing[1];  // zlib and libdeflate want a pointer for no bytes

struct ZlibRun {
  bool ok = false;
  bool sum_alone_is_wrong = false;
  std::size_t packed_byte_count = 0;
  std::size_t raw_byte_count = 0;
  Bytes bytes;
  std::string message;
};

ZlibRun run_zlib(std::span<const std::uint8_t> packed, std::size_t raw_byte_count) {
  ZlibRun run;
  run.bytes.resize(raw_byte_count);
  z_stream z{};
  if (inflateInit(&z) != Z_OK) throw std::bad_alloc();
  z.next_in = const_cast<Bytef*>(packed.data());
  z.avail_in = static_cast<uInt>(packed.size());
  z.next_out = raw_byte_count != 0 ? run.bytes.data() : nothing;
  z.avail_out = static_cast<uInt>(raw_byte_count);
  const int result = inflate(&z, Z_FINISH);
  if (z.msg != nullptr) run.message = z.msg;
  run.ok = result == Z_STREAM_END && z.avail_out == 0;
  run.sum_alone_is_wrong = result == Z_DATA_ERROR && z.avail_out == 0 && run.message == "incorrect data check";
  run.packed_byte_count = z.total_in;
  run.raw_byte_count = z.total_out;
  inflateEnd(&z);
  return run;
}

/// A stream of 3 KiB with literals, matches and several blocks.
struct Companion {
  Bytes raw = Bytes(3000), packed;
  Companion() {
    std::uint32_t state = 1;
    for (std::size_t i = 0; i < raw.size(); ++i) {
      state = state * 1664525u + 1013904223u;
      raw[i] = static_cast<std::uint8_t>(i % 1000 < 100 ? 0 : state >> 27);
    }
    uLongf size = compressBound(static_cast<uLong>(raw.size()));
    packed.resize(size);
    if (compress2(packed.data(), &size, raw.data(), static_cast<uLong>(raw.size()), 3) != Z_OK) throw std::bad_alloc();
    packed.resize(size);
  }
};

}  // namespace

std::optional<Bytes> inflate_by_cursors(std::span<const std::uint8_t> packed, std::size_t raw_byte_count) {
  static const Companion companion;
  const Bytes exact(packed.begin(), packed.end());
  Bytes out(raw_byte_count, 0xaa), beside(companion.raw.size(), 0xaa);
  static codec::TwinInflate inflate;  // one stream after another leaves nothing behind
  std::array<codec::DeflateStream, 2> streams;
  const std::size_t own = packed.size() % 2;
  streams[own] = {std::as_bytes(std::span(exact)), std::as_writable_bytes(std::span(out))};
  streams[1 - own] = {std::as_bytes(std::span(companion.packed)), std::as_writable_bytes(std::span(beside))};
  inflate.unpack(streams);
  if (!streams[1 - own].done || beside != companion.raw) throw std::logic_error("the stream beside it is not right");
  if (!streams[own].done) return std::nullopt;
  return out;
}

Inflated inflate_by_lanes(std::span<const std::uint8_t> packed, std::size_t raw_byte_count, codec::LaneOrder order,
                          std::uint32_t work_limit, codec::StepCounts* counts) {
  return unpack_by_lanes<InflateCodec>(packed, raw_byte_count, order, work_limit, counts);
}

std::optional<Bytes> inflate_by_zlib(std::span<const std::uint8_t> packed, std::size_t raw_byte_count,
                                     std::string* message) {
  ZlibRun run = run_zlib(packed, raw_byte_count);
  if (message != nullptr) *message = run.message;
  if (!run.ok) return std::nullopt;
  return std::move(run.bytes);
}

std::size_t zlib_byte_count(std::span<const std::uint8_t> packed, std::size_t most) {
  return run_zlib(packed, most).raw_byte_count;
}

std::optional<Bytes> inflate_by_libdeflate(std::span<const std::uint8_t> packed, std::size_t raw_byte_count) {
  const std::unique_ptr<libdeflate_decompressor, void (*)(libdeflate_decompressor*)> decompressor(
      libdeflate_alloc_decompressor(), libdeflate_free_decompressor);
  Bytes bytes(raw_byte_count);
  std::size_t used = 0;
  const auto result =
      libdeflate_zlib_decompress_ex(decompressor.get(), packed.data(), packed.size(),
                                    raw_byte_count != 0 ? bytes.data() : nothing, raw_byte_count, &used, nullptr);
  if (result != LIBDEFLATE_SUCCESS) return std::nullopt;
  return bytes;
}

bool repair_checksum(Bytes& packed, std::size_t raw_byte_count) {
  const ZlibRun run = run_zlib(packed, raw_byte_count);
  if (!run.sum_alone_is_wrong || run.packed_byte_count < 4) return false;
  const std::uint32_t sum = adler32_of(run.bytes);
  for (std::size_t i = 0; i < 4; ++i) {
    packed[run.packed_byte_count - 4 + i] = static_cast<std::uint8_t>(sum >> (24 - 8 * i));
  }
  return true;
}

}  // namespace groundshift::test
