#pragma once
#include <string>
#include <vector>

#include "headend/model/programme.hpp"
#include "protocol/base/result.hpp"

namespace loa::headend::store {

/// What is wanted, when and where. put adds, or replaces by id.
class Schedule {
 public:
  /// @error missing: a content, category or group that it names
  virtual Result<void> put_programme(const model::Programme& programme) = 0;
  /// @error missing
  virtual Result<void> remove_programme(const std::string& id) = 0;
  /// @error missing: a content, category or group that it names
  virtual Result<void> put_slogan(const model::Slogan& slogan) = 0;
  /// @error missing
  virtual Result<void> remove_slogan(const std::string& id) = 0;
  /// Replaces all stretches.
  virtual Result<void> put_brightness(const std::vector<model::Brightness>& stretches) = 0;
  virtual Result<void> put_policy(const model::Policy& policy) = 0;
  /// @error missing
  virtual Result<void> remove_policy(const std::string& id) = 0;

 protected:
  ~Schedule() = default;
};

}  // namespace loa::headend::store
