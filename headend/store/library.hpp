#pragma once
#include <optional>
#include <string>

#include "headend/model/content.hpp"
#include "protocol/base/result.hpp"

namespace loa::headend::store {

/// What there is to hear and to read: objects, and the columns that they count for.
class Library {
 public:
  virtual Result<void> put_category(const model::Category& category) = 0;
  /// @error missing · busy: still used
  virtual Result<void> remove_category(const std::string& id) = 0;

  /// Adds an object, or replaces what is known about it, the signs that it serves included (model::united() says which
  /// these are).
  /// @error missing: its category
  virtual Result<void> put(const model::Content& content) = 0;
  /// @return absent: there is no such object
  virtual Result<std::optional<model::Content>> content(const model::Sha256& object) = 0;
  /// @error missing · busy: a programme, a slogan or the filler still names it
  virtual Result<void> remove(const model::Sha256& object) = 0;

  /// Names the sound that stands in for missing content; absent: silence does.
  /// @error missing: the content
  virtual Result<void> put_filler(const std::optional<model::Sha256>& object) = 0;

 protected:
  ~Library() = default;
};

}  // namespace loa::headend::store
