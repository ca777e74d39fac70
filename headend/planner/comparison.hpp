#pragma once
#include "protocol/base/time.hpp"
#include "protocol/message/loa.pb.h"

namespace loa::headend::planner {

/// Whether two plans order the same for every instant from `now` to the earlier of both horizons. Both are whole and
/// say their pages in the same way, folded or not (protocol/message/compact.hpp).
bool same_orders(const v1::Plan& one, const v1::Plan& other, WallTime now);

}  // namespace loa::headend::planner
