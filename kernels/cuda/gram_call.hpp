// SPDX-License-Identifier: Apache-2.0
// The weighted statistics of one tile on the device, as sequences of its kernels.
#pragma once

#include "kernels/api/gram_recipe.hpp"
#include "kernels/api/pair_tile.hpp"
#include "kernels/cuda/device_workspace.hpp"

namespace groundshift::GS_CUDA_NAMESPACE {

/// Backend::gram on a workspace; returns when `out` is there. Throws std::invalid_argument for a recipe that does not
/// fit the tile or the workspace.
void run_gram(DeviceWorkspace& slot, const PairTile& tile, const GramRecipe& recipe, TileGram& out);

/// Starts counting T of a rule over the tile's core in the workspace's bins. Throws the same.
void start_form_histogram(DeviceWorkspace& slot, const PairTile& tile, const WeightRule& rule);

}  // namespace groundshift::GS_CUDA_NAMESPACE
