#pragma once
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "headend/api/queries.hpp"

/// What the JSON API and `loa --json` show. Instants RFC 3339, lengths in seconds or microseconds as the name says. No
/// secret and no password hash ever.
namespace loa::headend::api {

boost::json::object view(const store::Station& station);
boost::json::object view(const store::Group& group);
boost::json::object view(const store::Category& category);
boost::json::object view(const store::Content& content);
boost::json::object view(const store::Programme& programme);
boost::json::object view(const store::Slogan& slogan);
boost::json::object view(const store::Policy& policy);
/// With the station it is about.
boost::json::object view(const store::FaultRecord& fault);
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
