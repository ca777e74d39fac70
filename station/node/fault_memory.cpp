#include "station/node/fault_memory.hpp"

#include "protocol/base/log.hpp"

namespace loa::station::node {
namespace {

namespace code = core::fault_code;

constexpr std::uint64_t restarts_kept = 16;  // a process that ends again and again must not wear the disk out

std::string restart_text(std::uint64_t quick_deaths) {
  constexpr const char* text = "the program ended without being told to";
  return quick_deaths == 0 ? text : fmt::format("{}, {} times in a row within a minute", text, quick_deaths);
}

}  // namespace

void FaultMemory::load() {
  for (const auto& fault : desk_.vault.load_faults()) desk_.feed.feed(core::FaultRestored{fault});
}

void FaultMemory::tell_findings() {
  if (restarts_.after_a_death()) desk_.feed.see_once(code::software_restart, "", restart_text(restarts_.in_row()));
  const auto& recovery = desk_.proofs.journal().recovery();
  if (recovery.other_key_proofs > 0) {
    desk_.feed.see_once(code::storage, "journal-other-key",
                        fmt::format("{} proofs that an earlier key of this station sealed are kept in its journal as "
                                    "*.other-key: the office does not believe that key any more",
                                    recovery.other_key_proofs));
  }
  if (recovery.damaged_bytes + recovery.lost_proofs > 0) {
    desk_.feed.see_once(code::storage, "journal-damaged",
                        fmt::format("{} bytes of the journal are unreadable, {} proofs are lost: the memory card fails",
                                    recovery.damaged_bytes, recovery.lost_proofs));
  }
  desk_.feed.drain();
}

void FaultMemory::raise(const v1::Fault& fault) {
  log::warn("fault.changed",
            {{"code", fault.code()}, {"state", v1::FaultState_Name(fault.state())}, {"text", fault.text()}});
  desk_.host.raises(fault);
  desk_.words.say_fault(fault);
  const bool worn = restarts_.in_row() > restarts_kept && fault.code() == code::software_restart;
  if (worn) return;
  if (const auto saved = desk_.card.with_room([&] { return desk_.vault.save_fault(fault); }); !saved)
    log::warn("fault.unsaved", {{"error", saved.error().text}});
}

}  // namespace loa::station::node
