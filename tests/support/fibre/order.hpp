// SPDX-License-Identifier: Apache-2.0
// In which order blocks, and the threads of a block, take their turns: what a kernel's results must not depend on.
#pragma once

#include <cstdint>

namespace gs_fibre {

enum class Order { forward, reversed, shuffled };

/// For all launches from now on, of every host thread. The shuffle is drawn anew for each block and after each barrier.
void set_order(Order order, std::uint32_t seed = 0);

}  // namespace gs_fibre
