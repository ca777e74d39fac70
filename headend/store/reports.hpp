#pragma once
#include <string>
#include <vector>

#include "headend/model/revision.hpp"
#include "protocol/base/result.hpp"

namespace loa::headend::store {

/// Reports of closed periods, as they were made.
class Reports {
 public:
  /// Lists every revision of one period and scope, by number.
  /// @param station  empty: the report of the whole ward, as ReportRevision::station
  virtual Result<std::vector<model::ReportRevision>> revisions(model::LocalDate from, model::LocalDate to,
                                                               const std::string& station) = 0;
  /// @error exists: the number
  virtual Result<void> put(const model::ReportRevision& revision) = 0;

 protected:
  ~Reports() = default;
};

}  // namespace loa::headend::store
