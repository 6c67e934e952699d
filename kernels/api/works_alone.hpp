// SPDX-License-Identifier: Apache-2.0
// A thread's word to the CPU's executor that the other cores have work of their own.
#pragma once

namespace groundshift {

/// While one lives, its thread shares no work: what a backend on the CPU does for it is done by it, one part after the
/// other, and no worker is woken to wait for parts.
class WorksAlone {
 public:
  WorksAlone() { ++depth(); }
  ~WorksAlone() { --depth(); }
  WorksAlone(const WorksAlone&) = delete;
  WorksAlone& operator=(const WorksAlone&) = delete;
  static bool here() { return depth() > 0; }

 private:
  static int& depth() {
    static thread_local int depth = 0;
    return depth;
  }
};

}  // namespace groundshift
