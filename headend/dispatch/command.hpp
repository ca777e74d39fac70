#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "headend/dispatch/seals.hpp"
#include "headend/model/catalogue.hpp"
#include "protocol/message/loa.pb.h"

/// Orders for now: whom one is for, how it is sealed, and what counts as an answer to it.
namespace loa::headend::dispatch {

/// Who is to obey, and who has to answer.
struct Audience {
  std::string name;   ///< of the envelope: "station/<id>", "group/<id>" or "all"
  std::string topic;  ///< what they listen to
  std::vector<model::Station> stations;
};

/// @error missing: no such station
Result<Audience> audience_of_station(const std::string& ward, const model::Catalogue& catalogue,
                                     const std::string& station);
/// @param group  of the catalogue, or model::everyone
Audience audience_of_group(const std::string& ward, const model::Catalogue& catalogue, const std::string& group);

/// An order ready to be published, never retained.
struct Order {
  std::string id;  ///< answers name it
  std::string topic;
  std::string sealed;
};

/// Gives the command an id and seals it. @error invalid: no station would take it · as Seals::command()
Result<Order> order(Seals& seals, const Audience& audience, v1::Command command, WallTime now);

/// What a station said to an order. @error refused, invalid: not this station's word, or not about this order
Result<v1::Answer> open_answer(const std::string& ward, const model::Station& station, const Order& order,
                               std::string_view sealed);

}  // namespace loa::headend::dispatch
