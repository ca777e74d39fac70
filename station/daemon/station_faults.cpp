// What goes wrong: where it is noticed, how it is told, what the next process knows of it.
#include <algorithm>

#include "protocol/base/log.hpp"
#include "station/daemon/station.hpp"

namespace loa::station::daemon {
namespace {

namespace topic = protocol::topic;
using std::chrono::steady_clock;

// One waking each 10 s; while people listen, what is found must be at the office within 10 s.
constexpr std::chrono::seconds quiet_interval{10}, broadcast_interval{3};
constexpr std::uint64_t restarts_kept = 16;  // a process that ends again and again must not wear the disk out

std::string restart_text(std::uint64_t quick_deaths) {
  constexpr const char* text = "the program ended without being told to";
  return quick_deaths == 0 ? text : fmt::format("{}, {} times in a row within a minute", text, quick_deaths);
}

}  // namespace

/// What is new is told, and written, once the station is at work: its first cue may be due.
void Station::load_faults() {
  for (const auto& fault : vault_.load_faults()) feed(core::FaultRestored{fault});
  if (restarts_.after_a_death()) {
    see_once(core::fault_code::software_restart, "", restart_text(restarts_.in_row()));
  }
  const auto& recovery = journal_.recovery();
  if (recovery.other_key_proofs > 0) {
    see_once(core::fault_code::storage, "journal-other-key",
             fmt::format("{} proofs that an earlier key of this station sealed are kept in its journal as *.other-key: "
                         "the office does not believe that key any more",
                         recovery.other_key_proofs));
  }
  if (recovery.damaged_bytes + recovery.lost_proofs == 0) return;
  see_once(core::fault_code::storage, "journal-damaged",
           fmt::format("{} bytes of the journal are unreadable, {} proofs are lost: the memory card fails",
                       recovery.damaged_bytes, recovery.lost_proofs));
}

/// It has happened and is over: the hold keeps it in view.
void Station::see_once(std::string_view code, const char* cause, std::string text) {
  see_soon({std::string{code}, cause, true, std::move(text)});
  see_soon({std::string{code}, cause, false, {}});
}

// ---- sources --------------------------------------------------------------------------------------------------------

void Station::watch_vitals() {
  vitals_watch_ = std::make_unique<health::VitalsWatch>(std::move(board_.sensors), settings_.state_folder, post(),
                                                        [this](const health::Vitals& vitals) { take_vitals(vitals); });
}

void Station::take_vitals(const health::Vitals& vitals) {
  const std::uint64_t reserve = settings_.faults.disk_free_bytes;
  if (content_without_room_ && vitals_.disk_free_bytes < reserve && vitals.disk_free_bytes >= reserve)
    fetcher_->retry_now();
  vitals_ = vitals;
  for (const auto& condition : judge(vitals, settings_.faults)) feed(condition);
  look_at_amplifier();
  retry_amplifier();
}

void Station::pace_vitals() {
  if (vitals_watch_) vitals_watch_->set_interval(core_->broadcasting() ? broadcast_interval : quiet_interval);
}

void Station::switch_amplifier(bool on) {
  auto condition = amplifier_.set(on, steady_clock::now());
  see_amplifier(condition);
  see_soon(std::move(condition));
  amplifier_timer_.expires_at(*amplifier_.due());
  amplifier_timer_.async_wait([this](const boost::system::error_code& error) {
    if (!error) look_at_amplifier();
  });
}

void Station::look_at_amplifier() {
  const auto condition = amplifier_.look(steady_clock::now());
  if (!condition) return;
  see_amplifier(*condition);
  feed(*condition);
}

/// @param error  why a proof could not be kept; null: it was
void Station::see_journal(const Error* error) {
  if (std::exchange(journal_failed_, error != nullptr) == (error != nullptr)) return;
  see_soon({std::string{core::fault_code::storage}, "journal", error != nullptr,
            error != nullptr ? error->text : std::string{}});
}

/// For whoever is called while the core's orders are carried out, or the station begins.
void Station::see_soon(core::Condition condition) {
  post()([this, condition = std::move(condition)] { feed(condition); });
}

// ---- telling --------------------------------------------------------------------------------------------------------

void Station::perform(const core::Raise& action) {
  const auto& fault = action.fault;
  log::warn("fault.changed",
            {{"code", fault.code()}, {"state", v1::FaultState_Name(fault.state())}, {"text", fault.text()}});
  publish_fault(fault);
  const bool worn = restarts_.in_row() > restarts_kept && fault.code() == core::fault_code::software_restart;
  if (worn) return;
  if (const auto saved = with_room([&] { return vault_.save_fault(fault); }); !saved)
    log::warn("fault.unsaved", {{"error", saved.error().text}});
}

/// One that is reset is told once more, then its retained message goes.
void Station::publish_fault(const v1::Fault& fault) {
  const bool stands = fault.state() != v1::FAULT_STATE_RESET;
  publish_sealed(v1::KIND_FAULT, topic::Leaf::fault, fault.SerializeAsString(), fault.code(), stands);
  if (!stands) publish_no_fault(fault.code());
}

void Station::publish_no_fault(std::string_view code) {
  const auto published = link_->publish(topic::of_station(settings_.ward, settings_.station, topic::Leaf::fault, code),
                                        {}, protocol::link::Qos::at_least_once, true);
  if (!published) log::debug("fault.unpublished", {{"error", published.error().text}});
}

/// All of it: what the broker still has may be older than this process, or than this disk.
void Station::publish_faults() {
  const auto standing = core_->faults().standing();
  for (const auto& fault : standing) publish_fault(fault);
  for (const auto code : core::fault_codes()) {
    const bool stands =
        std::any_of(standing.begin(), standing.end(), [&](const auto& fault) { return fault.code() == code; });
    if (!stands) publish_no_fault(code);
  }
}

}  // namespace loa::station::daemon
