#pragma once
#include "protocol/base/time.hpp"
#include "protocol/message/loa.pb.h"

namespace loa::headend::planner {

/// Whether two plans order the same for every instant from `now` to the earlier of both horizons.
bool same_orders(const v1::Plan& one, const v1::Plan& other, WallTime now);

}  // namespace loa::headend::planner
