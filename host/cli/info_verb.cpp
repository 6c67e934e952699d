// SPDX-License-Identifier: Apache-2.0
// groundshift info
#include <memory>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "host/cli/verb.hpp"
#include "host/engine/resources.hpp"
#include "host/engine/version.hpp"
#include "host/io/library_facts.hpp"
#include "host/io/pixel_hash.hpp"

namespace groundshift::cli {
namespace {

struct InfoArguments {
  std::string hash_of;
  bool json = false;
};

void run(const InfoArguments& arguments) {
  using Json = nlohmann::ordered_json;
  if (!arguments.hash_of.empty()) {
    const std::string hash = hash_file(arguments.hash_of);
    if (arguments.json) {
      fmt::print("{}\n", Json{{"path", arguments.hash_of}, {"pixel_hash", hash}}.dump(2));
    } else {
      fmt::print("{}  {}\n", hash, arguments.hash_of);
    }
    return;
  }
  const Capabilities have = capabilities();
  const LibraryFacts gdal = library_facts();
  if (arguments.json) {
    Json devices = Json::array();
    for (const DeviceDescription& d : have.devices) {
      devices.push_back({{"index", d.index},
                         {"name", d.name},
                         {"memory_bytes", d.memory_bytes},
                         {"compute_capability", d.compute_capability}});
    }
    const Json out = {
        {"version", version_text()},
        {"commit", commit_text()},
        {"build", build_text()},
        {"cpu",
         {{"features", have.cpu_features},
          {"threads", available_threads()},
          {"default_memory_bytes", default_memory_bytes()}}},
        {"cuda", {{"built", have.cuda_built}, {"devices", devices}, {"unusable_because", have.cuda_unusable_because}}},
        {"gdal",
         {{"version", gdal.gdal_version},
          {"raster_drivers", gdal.raster_driver_count},
          {"cog", gdal.has_cog},
          {"tiff_codecs", gdal.tiff_codecs}}}};
    fmt::print("{}\n", out.dump(2));
    return;
  }
  fmt::print("groundshift {} (commit {}; {})\n", version_text(), commit_text(), build_text());
  fmt::print("backend cpu   usable: {} threads, {}\n", available_threads(), have.cpu_features);
  if (have.devices.empty()) {
    fmt::print("backend cuda  not usable: {}\n", have.cuda_unusable_because);
  }
  for (const DeviceDescription& d : have.devices) {
    fmt::print("backend cuda  device {}: {}, {} MiB, compute capability {}\n", d.index, d.name, d.memory_bytes >> 20,
               d.compute_capability);
  }
  fmt::print("memory        {} MiB by default\n", default_memory_bytes() >> 20);
  fmt::print("GDAL {}   {} raster drivers, COG {}\n", gdal.gdal_version, gdal.raster_driver_count,
             gdal.has_cog ? "yes" : "no");
  fmt::print("TIFF codecs   {}\n", fmt::join(gdal.tiff_codecs, " "));
}

}  // namespace

void add_info_verb(CLI::App& app, Invocation& invocation) {
  CLI::App& verb =
      *app.add_subcommand("info", "Version, build, backends and codecs; --hash FILE for a raster's pixel hash");
  const auto arguments = std::make_shared<InfoArguments>();
  verb.add_option("--hash", arguments->hash_of, "Print the pixel hash of a raster");
  verb.add_flag("--json", arguments->json, "Print as JSON on standard output");
  verb.callback([arguments, &invocation] { invocation.run = [arguments] { run(*arguments); }; });
}

}  // namespace groundshift::cli
