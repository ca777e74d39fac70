#include "headend/api/routes.hpp"

#include <boost/json/serialize.hpp>

#include "headend/api/views.hpp"

namespace loa::headend::api {
namespace {

std::string value_of(const Request& request, const std::string& name) {
  const auto found = request.query.find(name);
  return found == request.query.end() ? std::string{} : found->second;
}

template <class T>
std::string list(const std::vector<T>& entries) {
  return boost::json::serialize(view(entries));
}

}  // namespace

Response Routes::answer(const Request& request, WallTime now) {
  auto json = json_of(request, now);
  return json ? Response{200, *std::move(json)} : failure(json.error());
}

Result<std::string> Routes::json_of(const Request& request, WallTime now) {
  const auto& path = request.path;
  if (path == "version") {
    return boost::json::serialize(boost::json::object{{"software", facts_.software},
                                                      {"api", 1},
                                                      {"ward", facts_.ward},
                                                      {"name", facts_.name},
                                                      {"utc_offset_s", facts_.zone.utc_offset.count()},
                                                      {"now", format_utc(now)}});
  }
  if (path == "report") return report(request, now);
  if (path == "fleet") {
    LOA_TRY_LET(const auto lines, fleet(store_));
    return boost::json::serialize(view(lines, now));
  }
  if (path == "faults") {
    LOA_TRY_LET(const auto all, faults(store_, now));
    return list(all);
  }
  LOA_TRY_LET(const auto catalogue, store_.catalogue());
  if (path == "stations") return list(catalogue.stations);
  if (path == "groups") return list(catalogue.groups);
  if (path == "categories") return list(catalogue.categories);
  if (path == "programmes") return list(catalogue.programmes);
  if (path == "slogans") return list(catalogue.slogans);
  if (path == "contents") return list(catalogue.contents);
  if (path == "policies") return list(catalogue.policies);
  return fail(ErrorCode::missing, "the API has nothing called \"{}\"", path);
}

Result<std::string> Routes::report(const Request& request, WallTime now) {
  LOA_TRY_LET(const auto from, timetable::parse_date(value_of(request, "from")));
  LOA_TRY_LET(const auto to, timetable::parse_date(value_of(request, "to")));
  LOA_TRY_LET(const auto made,
              make_report(store_, from, to, facts_.zone, value_of(request, "station"), now, report::Keep::no));
  return report::format_json(made);
}

}  // namespace loa::headend::api
