#include "headend/dispatch/seals.hpp"

#include "protocol/seal/seal.hpp"

namespace loa::headend::dispatch {
namespace {

using namespace std::chrono;

std::string address_of(const std::string& station) { return "station/" + station; }

/// The floor of every counter: a store restored from a backup is never behind what it has handed out.
std::uint64_t seconds_of(WallTime now) {
  return static_cast<std::uint64_t>(std::max<std::int64_t>(1, floor<seconds>(now).time_since_epoch().count()));
}

}  // namespace

Seals::Seals(std::string ward, protocol::crypto::SecretKey key, store::Store& store)
    : ward_(std::move(ward)), key_(std::move(key)), store_(store) {}

Result<Sealed> Seals::plan(const v1::Plan& plan, WallTime now) {
  return seal({v1::KIND_PLAN, address_of(plan.station()), "plan/" + plan.station(), wall_from_us(plan.horizon_us()),
               plan.SerializeAsString()},
              now);
}

Result<Sealed> Seals::emergency(const v1::Plan& plan, WallTime now) {
  return seal({v1::KIND_EMERGENCY, address_of(plan.station()), "emergency/" + plan.station(),
               wall_from_us(plan.horizon_us()), plan.SerializeAsString()},
              now);
}

Result<Sealed> Seals::receipt(const std::string& station, const v1::Receipt& receipt, WallTime now) {
  return seal(
      {v1::KIND_RECEIPT, address_of(station), "receipt/" + station, now + receipt_life, receipt.SerializeAsString()},
      now);
}

/// All commands of a ward have one counter, because a station keeps one number for all audiences.
Result<Sealed> Seals::command(const std::string& audience, const v1::Command& command, WallTime now) {
  return seal({v1::KIND_COMMAND, audience, "command", now + command_life, command.SerializeAsString()}, now);
}

Result<Sealed> Seals::seal(const Words& words, WallTime now) {
  protocol::seal::Address address;
  address.ward = ward_;
  address.sender = "headend";
  address.audience = words.audience;
  address.kind = words.kind;
  address.not_before = now - clock_slack;
  address.not_after = words.not_after;
  address.signed_at = now;
  LOA_TRY_LET(address.sequence, store_.sequences().next(words.counter, seconds_of(now)));
  if (address.sequence > protocol::seal::greatest_sequence(words.kind, now)) {
    return fail(ErrorCode::invalid,
                "the counter {} of the store stands at {}, which no station takes: see to the store", words.counter,
                address.sequence);
  }
  return Sealed{address.sequence, address.not_after, protocol::seal::seal(address, words.body, key_)};
}

}  // namespace loa::headend::dispatch
