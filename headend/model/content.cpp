#include "headend/model/content.hpp"

#include <algorithm>

namespace loa::headend::model {

bool SignImage::serves(const Geometry& sign) const {
  return std::find(signs.begin(), signs.end(), sign) != signs.end();
}

Content united(const std::optional<Content>& known, Content content) {
  if (!content.image || !known || !known->image) return content;
  auto& signs = content.image->signs;
  signs.insert(signs.end(), known->image->signs.begin(), known->image->signs.end());
  std::sort(signs.begin(), signs.end());
  signs.erase(std::unique(signs.begin(), signs.end()), signs.end());
  return content;
}

}  // namespace loa::headend::model
