#pragma once
#include <cstdint>
#include <string>

#include "headend/model/terms.hpp"

/// Reports of closed periods, as they were made.
namespace loa::headend::model {

/// A report of a closed period as it was made, kept so that a later one can say what changed.
struct ReportRevision {
  LocalDate from;
  LocalDate to;         ///< included
  std::string station;  ///< empty: of the whole ward
  std::uint32_t number = 1;
  WallTime made;
  std::string figures;  ///< JSON, without the date of making
};

}  // namespace loa::headend::model
