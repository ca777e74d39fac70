#include "headend/model/station.hpp"

#include <algorithm>

namespace loa::headend::model {

bool reaches(const std::vector<std::string>& groups, const Station& station) {
  return std::any_of(groups.begin(), groups.end(), [&](const std::string& group) {
    return group == everyone || std::find(station.groups.begin(), station.groups.end(), group) != station.groups.end();
  });
}

}  // namespace loa::headend::model
