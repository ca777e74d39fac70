#pragma once
#include "headend/api/http_server.hpp"
#include "headend/store/store.hpp"
#include "headend/timetable/local_time.hpp"

namespace loa::headend::api {

/// The JSON API below /api/1/: version, stations, groups, categories, programmes, slogans, contents, policies, fleet,
/// faults, report?from=&to=[&station=]. Read-only; README.md says what each answers.
class Routes {
 public:
  struct Facts {
    std::string ward;
    std::string name;
    std::string software;  ///< of this program, "0.1.0"
    timetable::Zone zone;
  };

  /// @param store  outlives the routes
  Routes(Facts facts, store::Store& store) : facts_(std::move(facts)), store_(store) {}

  /// Answers one request; an error becomes a failure().
  [[nodiscard]] Response answer(const Request& request, WallTime now);

 private:
  Result<std::string> json_of(const Request& request, WallTime now);
  Result<std::string> report(const Request& request, WallTime now);

  Facts facts_;
  store::Store& store_;
};

}  // namespace loa::headend::api
