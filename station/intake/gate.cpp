#include "station/intake/gate.hpp"

#include "protocol/base/text.hpp"
#include "protocol/message/check.hpp"
#include "protocol/message/compact.hpp"

namespace loa::station::intake {

using protocol::seal::Expectation;

namespace {

/// When a message was signed at the earliest: an older office does not tell, but dates no message after its seal.
std::optional<WallTime> signed_at(const v1::Header& header) {
  constexpr WallTime first = std::chrono::sys_days{std::chrono::year{2020} / 1 / 1};
  const WallTime told = wall_from_us(header.signed_us() != 0 ? header.signed_us() : header.not_before_us());
  return told < first ? std::nullopt : std::optional{told};
}

}  // namespace

Gate::Gate(const settings::StationSettings& settings)
    : ward_(settings.ward),
      station_(settings.station),
      address_("station/" + settings.station),
      plan_keys_(settings.plan_keys),
      emergency_keys_(settings.emergency_keys),
      headend_keys_(settings.headend_keys) {
  if (settings.sign) {
    sign_px_ = {static_cast<std::uint32_t>(settings.sign->width_px),
                static_cast<std::uint32_t>(settings.sign->height_px)};
  }
}

Expectation Gate::expect(v1::Kind kind, const settings::StationSettings::Keys& keys) const {
  Expectation expectation;
  expectation.ward = ward_;
  expectation.kind = kind;
  expectation.audiences = {address_};
  expectation.sender = "headend";
  expectation.keys = keys;
  return expectation;
}

Result<AcceptedPlan> Gate::plan(std::string_view sealed, std::optional<std::uint64_t> after,
                                std::optional<WallTime> now) const {
  auto expectation = expect(v1::KIND_PLAN, plan_keys_);
  expectation.after = after;
  expectation.now = now;
  return open_plan(sealed, expectation);
}

Result<AcceptedPlan> Gate::emergency(std::string_view sealed, std::optional<std::uint64_t> after,
                                     std::optional<WallTime> now) const {
  if (!now) return fail(ErrorCode::refused, "the clock is not set: nobody can tell whether the emergency has expired");
  auto expectation = expect(v1::KIND_EMERGENCY, emergency_keys_);
  expectation.after = after;
  expectation.now = now;
  return open_plan(sealed, expectation);
}

Result<AcceptedPlan> Gate::emergency_on_disk(std::string_view sealed) const {
  return open_plan(sealed, expect(v1::KIND_EMERGENCY, emergency_keys_));
}

Result<AcceptedPlan> Gate::open_plan(std::string_view sealed, const Expectation& expectation) const {
  LOA_TRY_LET(const auto opened, protocol::seal::open(sealed, expectation));
  LOA_TRY_LET(auto plan, protocol::message::decode<v1::Plan>(opened.header.body()));
  LOA_TRY(protocol::message::check_slot(plan, expectation.kind));
  if (plan.station() != station_) {
    return fail(ErrorCode::refused, "the plan is for station '{}', this is '{}'", plan.station(), station_);
  }
  if (plan.has_sign() && sign_px_ != std::pair{plan.sign().width_px(), plan.sign().height_px()}) {
    return fail(ErrorCode::refused, "the plan is for a sign of {}x{} pixels, this station has another",
                plan.sign().width_px(), plan.sign().height_px());
  }
  protocol::message::fold_pages(plan);  // one that came in the first form too: its pages are kept once
  return AcceptedPlan{std::move(plan), opened.header.sequence(), signed_at(opened.header)};
}

Result<std::uint64_t> Gate::plan_sequence(std::string_view sealed) const {
  LOA_TRY_LET(const auto opened, protocol::seal::open(sealed, expect(v1::KIND_PLAN, plan_keys_)));
  return opened.header.sequence();
}

namespace {

/// An order of a later head-end is no noise: whoever gave it is told that it is not known here.
Result<AcceptedCommand> unknown_order(const protocol::seal::Opened& opened, const Error& error) {
  v1::Command command;
  const bool named = command.ParseFromString(opened.header.body()) && is_id(command.id());
  if (!named || command.order_case() != v1::Command::ORDER_NOT_SET) return tl::unexpected{error};
  return AcceptedCommand{std::move(command), opened.header.sequence(), signed_at(opened.header)};
}

}  // namespace

Result<AcceptedCommand> Gate::command(std::string_view sealed, std::uint64_t after, std::optional<WallTime> now,
                                      const std::vector<std::string>& groups) const {
  if (!now) return fail(ErrorCode::refused, "the clock is not set: nobody can tell whether the command has expired");
  auto expectation = expect(v1::KIND_COMMAND, plan_keys_);
  expectation.audiences.emplace_back("all");
  for (const auto& group : groups) expectation.audiences.push_back("group/" + group);
  expectation.after = after;
  expectation.now = now;
  LOA_TRY_LET(const auto opened, protocol::seal::open(sealed, expectation));
  auto command = protocol::message::decode<v1::Command>(opened.header.body());
  if (!command) return unknown_order(opened, command.error());
  return AcceptedCommand{*std::move(command), opened.header.sequence(), signed_at(opened.header)};
}

Result<AcceptedReceipt> Gate::receipt(std::string_view sealed) const {
  LOA_TRY_LET(const auto opened, protocol::seal::open(sealed, expect(v1::KIND_RECEIPT, headend_keys_)));
  LOA_TRY_LET(auto receipt, protocol::message::decode<v1::Receipt>(opened.header.body()));
  return AcceptedReceipt{std::move(receipt), opened.header.sequence(), signed_at(opened.header)};
}

}  // namespace loa::station::intake
