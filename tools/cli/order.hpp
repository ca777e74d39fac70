#pragma once
#include <string>

#include "protocol/message/loa.pb.h"
#include "tools/cli/context.hpp"

namespace loa::tools::cli {

/// Whom an order for now is for, and how long its answers are waited for.
struct Order {
  std::string group;    ///< or …
  std::string station;  ///< … one; the other empty
  std::string reason = "operator";
  int minutes = 60;
  bool lift = false;
  int wait_s = 5;
};

/// Signs a command, sends it through the ward's broker, prints the answers.
/// @error missing · invalid: nobody such · timeout: the broker is not reached, or not all obeyed
Result<void> send(const Context& context, const Order& order, v1::Command command);

}  // namespace loa::tools::cli
