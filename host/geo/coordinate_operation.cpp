// SPDX-License-Identifier: Apache-2.0
// Asking PROJ for its operations and taking one.
#include "host/geo/coordinate_operation.hpp"

#include <algorithm>
#include <cmath>
#include <memory>
#include <vector>

#include <cpl_string.h>
#include <fmt/format.h>
#include <ogr_spatialref.h>
#include <ogr_srs_api.h>
#include <proj.h>

#include "host/base/error.hpp"
#include "host/geo/gdal_owners.hpp"

namespace groundshift {
namespace {

struct Destroy {
  void operator()(PJ_CONTEXT* c) const noexcept { proj_context_destroy(c); }
  void operator()(PJ* p) const noexcept { proj_destroy(p); }
  void operator()(PJ_OPERATION_FACTORY_CONTEXT* f) const noexcept { proj_operation_factory_context_destroy(f); }
  void operator()(PJ_OBJ_LIST* l) const noexcept { proj_list_destroy(l); }
  void operator()(OGRCoordinateTransformation* t) const noexcept { OGRCoordinateTransformation::DestroyCT(t); }
};
template <class T>
using Owned = std::unique_ptr<T, Destroy>;

Owned<PJ_CONTEXT> quiet_context() {
  Owned<PJ_CONTEXT> context(proj_context_create());
  proj_log_level(context.get(), PJ_LOG_NONE);
  proj_context_set_enable_network(context.get(), 0);
  const CPLStringList paths(OSRGetPROJSearchPaths(), TRUE);
  if (!paths.empty()) {
    std::vector<const char*> list(paths.List(), paths.List() + paths.size());
    proj_context_set_search_paths(context.get(), static_cast<int>(list.size()), list.data());
  }
  return context;
}

Owned<PJ_OBJ_LIST> operations(PJ_CONTEXT* context, const PJ* source, const PJ* target,
                              const std::optional<std::array<double, 4>>& area, PROJ_GRID_AVAILABILITY_USE grids) {
  const Owned<PJ_OPERATION_FACTORY_CONTEXT> factory(proj_create_operation_factory_context(context, nullptr));
  proj_operation_factory_context_set_spatial_criterion(context, factory.get(),
                                                       PROJ_SPATIAL_CRITERION_PARTIAL_INTERSECTION);
  proj_operation_factory_context_set_grid_availability_use(context, factory.get(), grids);
  if (area) {
    const auto& [west, south, east, north] = *area;
    proj_operation_factory_context_set_area_of_interest(context, factory.get(), west, south, east, north);
  }
  return Owned<PJ_OBJ_LIST>(proj_create_operations(context, source, target, factory.get()));
}

std::string name_of(const PJ* operation) {
  const char* name = proj_get_name(operation);
  return name != nullptr ? name : "";
}

Owned<PJ> crs_of(PJ_CONTEXT* context, const std::string& wkt) {
  OGRSpatialReference crs;
  if (crs.importFromWkt(wkt.c_str()) != OGRERR_NONE) return nullptr;
  if (crs.IsCompound() != 0) crs.StripVertical();
  char* text = nullptr;
  const char* form[] = {"FORMAT=WKT2_2019", nullptr};
  crs.exportToWkt(&text, form);
  Owned<PJ> out(proj_create(context, text != nullptr ? text : ""));
  CPLFree(text);
  return out;
}

}  // namespace

std::optional<std::array<double, 4>> area_of_interest(const Grid& grid) {
  if (!grid.geotransform || grid.crs_wkt.empty()) return std::nullopt;
  initialize_gdal();
  const GdalMessages quiet;
  OGRSpatialReference crs, lonlat;
  crs.SetAxisMappingStrategy(OAMS_TRADITIONAL_GIS_ORDER);
  lonlat.SetAxisMappingStrategy(OAMS_TRADITIONAL_GIS_ORDER);
  if (crs.importFromWkt(grid.crs_wkt.c_str()) != OGRERR_NONE || lonlat.SetFromUserInput("EPSG:4326") != OGRERR_NONE) {
    return std::nullopt;
  }
  const Owned<OGRCoordinateTransformation> to_degrees(OGRCreateCoordinateTransformation(&crs, &lonlat));
  if (to_degrees == nullptr) return std::nullopt;
  constexpr int kSteps = 20;  // as GDALSuggestedWarpOutput samples an outline
  std::vector<double> x, y;
  for (int j = 0; j <= kSteps; ++j) {
    for (int i = 0; i <= kSteps; ++i) {
      const auto [gx, gy] = to_ground(grid, double(grid.width) * i / kSteps, double(grid.height) * j / kSteps);
      x.push_back(gx);
      y.push_back(gy);
    }
  }
  std::vector<int> good(x.size());
  to_degrees->Transform(static_cast<int>(x.size()), x.data(), y.data(), nullptr, good.data());
  std::array<double, 4> plain{HUGE_VAL, HUGE_VAL, -HUGE_VAL, -HUGE_VAL}, east = plain;  // east: longitudes 0..360
  for (std::size_t i = 0; i < x.size(); ++i) {
    if (!good[i] || !std::isfinite(x[i]) || !std::isfinite(y[i]) || std::fabs(y[i]) > 90.0) continue;
    const double lon = x[i] - 360.0 * std::floor((x[i] + 180.0) / 360.0);
    const double lon_east = lon < 0.0 ? lon + 360.0 : lon;
    plain = {std::min(plain[0], lon), std::min(plain[1], y[i]), std::max(plain[2], lon), std::max(plain[3], y[i])};
    east = {std::min(east[0], lon_east), plain[1], std::max(east[2], lon_east), plain[3]};
  }
  if (plain[0] > plain[2]) return std::nullopt;
  // Across the antimeridian, unless it spans the world. PROJ wants longitudes of -180 to 180 (9.1 recurses without end
  // on others).
  if (plain[2] - plain[0] > 180.0 && east[2] - east[0] <= 180.0)
    return std::array{east[0], east[1], east[2] - 360.0, east[3]};
  return plain;
}

CoordinateOperation choose_operation(const std::string& source_wkt, const std::string& target_wkt,
                                     const std::optional<std::array<double, 4>>& area) {
  initialize_gdal();
  if (same_crs(source_wkt, target_wkt)) return {"none: the same CRS", "", 0.0, false, ""};
  const Owned<PJ_CONTEXT> context = quiet_context();
  PJ_CONTEXT* const c = context.get();
  const Owned<PJ> source = crs_of(c, source_wkt), target = crs_of(c, target_wkt);
  const auto none = [&](const char* why) {
    return InputError(
        fmt::format("PROJ cannot transform from {} to {}: {}", crs_name(source_wkt), crs_name(target_wkt), why));
  };
  if (source == nullptr || target == nullptr) throw none("one of them is not understood");
  const Owned<PJ_OBJ_LIST> usable =
      operations(c, source.get(), target.get(), area, PROJ_GRID_AVAILABILITY_DISCARD_OPERATION_IF_MISSING_GRID);
  const int count = usable != nullptr ? proj_list_get_count(usable.get()) : 0;
  for (int i = 0; i < count; ++i) {
    const Owned<PJ> operation(proj_list_get(c, usable.get(), i));
    if (operation == nullptr || proj_coordoperation_is_instantiable(c, operation.get()) == 0) continue;
    const char* definition = proj_as_proj_string(c, operation.get(), PJ_PROJ_5, nullptr);
    if (definition == nullptr) continue;
    CoordinateOperation out;
    out.name = name_of(operation.get());
    out.definition = definition;
    const double accuracy = proj_coordoperation_get_accuracy(c, operation.get());
    if (accuracy >= 0.0) out.accuracy_m = accuracy;
    out.ballpark = proj_coordoperation_has_ballpark_transformation(c, operation.get()) != 0;
    const Owned<PJ_OBJ_LIST> all = operations(c, source.get(), target.get(), area, PROJ_GRID_AVAILABILITY_IGNORED);
    const Owned<PJ> first(all != nullptr && proj_list_get_count(all.get()) > 0 ? proj_list_get(c, all.get(), 0)
                                                                               : nullptr);
    if (first != nullptr && proj_coordoperation_is_instantiable(c, first.get()) == 0) out.better = name_of(first.get());
    return out;
  }
  throw none("it knows no operation between them here");
}

}  // namespace groundshift
