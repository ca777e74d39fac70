#pragma once
#include <boost/json/array.hpp>
#include <string>

#include "headend/publisher/sign_watch.hpp"
#include "tools/cli/desk.hpp"

namespace loa::tools::cli {

/// What the signs say of an order that has been committed.
struct SignWord {
  std::string text;         ///< for people, lines after the verb's own; empty: no sign is concerned
  boost::json::array json;  ///< for programs, by station
};

/// Waits for them as long as that is worth it (SignWatch), some seconds at most.
/// @param watch  begun before the order
Result<SignWord> hear_signs(Desk& desk, const headend::publisher::SignWatch& watch);

}  // namespace loa::tools::cli
