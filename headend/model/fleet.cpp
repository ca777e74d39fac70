#include "headend/model/fleet.hpp"

namespace loa::headend::model {

bool is_of_headend(std::string_view code) {
  return code == "unreachable" || code == clock_off || code == identity_twice || code == removed_unheard ||
         code == plan_behind || code.starts_with("proof-");
}

}  // namespace loa::headend::model
