#pragma once
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "headend/api/queries.hpp"
#include "headend/model/content.hpp"
#include "headend/model/fleet.hpp"
#include "headend/model/programme.hpp"
#include "headend/model/station.hpp"

/// What the JSON API and `loa --json` show. Instants RFC 3339, lengths in seconds or microseconds as the name says. No
/// secret and no password hash ever.
namespace loa::headend::api {

boost::json::object view(const model::Station& station);
boost::json::object view(const model::Group& group);
boost::json::object view(const model::Category& category);
boost::json::object view(const model::Content& content);
boost::json::object view(const model::Programme& programme);
boost::json::object view(const model::Slogan& slogan);
boost::json::object view(const model::Policy& policy);
/// With the station it is about.
boost::json::object view(const model::FaultRecord& fault);
boost::json::object view(const v1::Measured& measured);
boost::json::object view(const FleetLine& line, WallTime now);
boost::json::array view(const std::vector<FleetLine>& lines, WallTime now);

template <class T>
boost::json::array view(const std::vector<T>& entries) {
  boost::json::array array;
  for (const auto& entry : entries) array.push_back(view(entry));
  return array;
}

}  // namespace loa::headend::api
