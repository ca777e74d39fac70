#include "headend/model/content.hpp"

#include <algorithm>

namespace loa::headend::model {

bool SignImage::serves(const Geometry& sign) const {
  return std::find(signs.begin(), signs.end(), sign) != signs.end();
}

}  // namespace loa::headend::model
