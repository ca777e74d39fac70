#include "headend/dispatch/command.hpp"

#include "protocol/base/text.hpp"
#include "protocol/crypto/hash.hpp"
#include "protocol/message/check.hpp"
#include "protocol/seal/seal.hpp"
#include "protocol/topic/topic.hpp"

namespace loa::headend::dispatch {

namespace topic = protocol::topic;

Result<Audience> audience_of_station(const std::string& ward, const model::Catalogue& catalogue,
                                     const std::string& station) {
  const auto* found = catalogue.station(station);
  if (found == nullptr) return fail(ErrorCode::missing, "there is no station \"{}\"", station);
  return Audience{"station/" + station, topic::of_command(ward, model::everyone), {*found}};
}

Audience audience_of_group(const std::string& ward, const model::Catalogue& catalogue, const std::string& group) {
  Audience audience{group == model::everyone ? group : "group/" + group, topic::of_command(ward, group), {}};
  for (const auto& station : catalogue.stations) {
    if (model::reaches({group}, station)) audience.stations.push_back(station);
  }
  return audience;
}

Result<Order> order(Seals& seals, const Audience& audience, v1::Command command, WallTime now) {
  command.set_id(format_hex(protocol::crypto::random_bytes(8)));
  LOA_TRY(protocol::message::check(command));  // a station would refuse it whole, and may not say so
  LOA_TRY_LET(auto sealed, seals.command(audience.name, command, now));
  return Order{command.id(), audience.topic, std::move(sealed.bytes)};
}

Result<v1::Answer> open_answer(const std::string& ward, const model::Station& station, const Order& order,
                               std::string_view sealed) {
  protocol::seal::Expectation expectation;
  expectation.ward = ward;
  expectation.kind = v1::KIND_ANSWER;
  expectation.audiences = {"headend"};
  expectation.sender = "station/" + station.id;
  expectation.keys = {station.key};
  LOA_TRY_LET(const auto opened, protocol::seal::open(sealed, expectation));
  LOA_TRY_LET(auto answer, protocol::message::decode<v1::Answer>(opened.header.body()));
  if (answer.command() == order.id) return answer;
  return fail(ErrorCode::refused, "an answer to another order");
}

}  // namespace loa::headend::dispatch
