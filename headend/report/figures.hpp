#pragma once
#include <boost/json/object.hpp>
#include <string>

#include "headend/report/report.hpp"

namespace loa::headend::report {

/// Makes the figures of a report: its tables and counts, without when it was made and without the single cues. Equal
/// evidence gives equal figures whenever they are made.
boost::json::object figures_of(const Report& report);

}  // namespace loa::headend::report
