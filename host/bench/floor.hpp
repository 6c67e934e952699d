// SPDX-License-Identifier: Apache-2.0
// The least time a job could take on this machine: what it moves over what each resource was measured to move.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "host/bench/kernel_rates.hpp"
#include "host/bench/rate.hpp"
#include "host/bench/storage_rates.hpp"

namespace groundshift {

/// Everything that was measured beside the job, in the same run. Absent: the machine or the scene has no such thing.
/// unpack : the codec of the inputs alone (codec_rates.hpp); decode: the source that jobs use. Bytes of pixels
///          (of a scene that GDAL's block cache holds, the cache's rate)
/// pack   : the codec of the output alone; bytes of pixels
struct Limits {
  int threads = 1;
  std::string codec, packer;
  std::optional<Rates> unpack, pack;
  Rates decode, triad, fresh_memory;
  Rates hash;  ///< SHA-256 by libcrypto, bytes
  StorageRates storage;
  KernelRates kernels;
  std::optional<DeviceRates> device;
};

/// One kind of pass and the pixels that went through it, all runs together.
struct PassWork {
  std::string name;
  std::int64_t pixels = 0;
};

/// What a run had to do under its plan: whether tiles were kept, spilled or decoded twice.
/// stored_bytes : of both inputs' files
/// raw_bytes    : pixels of both dates, once
/// decodes      : how often they were decoded, as the plan has it; decoded_bytes: of the units that were
/// scratch_bytes: spilled; scratch_reads: how often they were read again
/// kept_bytes   : of tiles that stay in host memory between passes
/// pair_bytes   : of one pixel of both dates with its validity
/// output_bytes : of the heatmap as it is stored; heatmap_bytes: of its pixels with those of its overviews;
///                hashed_bytes: without
struct JobWork {
  std::int64_t stored_bytes = 0, raw_bytes = 0, decoded_bytes = 0;
  double decodes = 1.0;
  std::int64_t scratch_bytes = 0, scratch_reads = 0;
  std::int64_t kept_bytes = 0;
  std::int64_t pair_bytes = 0;
  std::vector<PassWork> passes;
  std::int64_t output_bytes = 0, heatmap_bytes = 0, hashed_bytes = 0;
  bool on_device = false;
  bool decoded_there = false;  ///< by the device, which packed bytes are copied to
};

/// Seconds that each resource needs if it does nothing else; `seconds` is the largest, of `resource`.
struct Floor {
  struct Term {
    std::string resource;
    double seconds = 0.0;
  };
  std::vector<Term> terms;  ///< resources
  std::vector<Term> cores;  ///< what the term "cores" is the sum of
  double seconds = 0.0;
  std::string resource;
};

/// With perfect overlap a job takes as long as its busiest resource. D = raw bytes x decodes of the plan, H = heatmap
/// bytes, P_k = pixels through passes of kind k, b = pair bytes, S = scratch bytes:
///   cores    = stored bytes x decodes / cached reads     the inputs are in the page cache: the cores copy out of it
///              + D / unpack + sum_k P_k / kernel_k + kept bytes / fresh memory (both: CPU backend) + H / pack
///              + hashed bytes / SHA-256: the pixel hash in the summary    every rate with all threads
///   memory   = (D + sum_k P_k b + H) / triad       each pixel written once, read once a pass, each score written once
///   write    = output bytes / synced writes
///   scratch  = S (1 + reads) / cached reads                                     a copy to and from the page cache
///   device: copy in = D / copy_in (where it decodes, stored bytes x decodes, and the cores decode nothing), compute =
///   sum_k P_k / kernel_k, copy out = H / copy_out
/// Where the files' codec could not be measured apart, `decode` stands for `unpack`, and packing counts nothing. So do
/// decoding by a device, copies into the page cache, pictures and passes whose kernel was not measured: a floor errs
/// towards too low.
Floor floor_of(const JobWork& work, const Limits& limits);

/// The rate, with all threads, of what a pass of this name asks of a tile; 0 where that was not measured.
double kernel_rate(const KernelRates& kernels, const std::string& pass);

}  // namespace groundshift
