#pragma once
#include "protocol/message/loa.pb.h"

namespace loa::station::node {

/// Copies a plan without its cues and their pages, which are nearly all of it. The plan is whole again on return.
v1::Plan without_cues(v1::Plan& plan);

}  // namespace loa::station::node
