// A station's rooms that write to the disk – journal, marks, vault, object store, outbox, gate – driven by an office
// over a pipe, one order a line, until the power fails. Each answer is one write of whole lines; "." ends it. Usage:
// power_victim FOLDER RUNTIME-FOLDER [shipped-limits]
#include <fcntl.h>
#include <unistd.h>

#include <iostream>
#include <sstream>

#include "content/store/object_store.hpp"
#include "protocol/base/log.hpp"
#include "protocol/base/text.hpp"
#include "station/intake/gate.hpp"
#include "station/intake/vault.hpp"
#include "station/journal/mark_set.hpp"
#include "station/journal/take_up.hpp"
#include "station/outbox/outbox.hpp"
#include "tests/system/power_cuts/office/ward.hpp"

namespace loa::tests {
namespace {

using protocol::crypto::Sha256;
using station::journal::MarkFolders;
using station::journal::MarkKeeper;
using station::journal::MarkSet;
using station::journal::ProgressMark;
using station::journal::ProofJournal;
using station::journal::SavedMarks;

// One write for each line: what was said is said whole, or not at all.
void say(const std::string& words) {
  const std::string line = words + "\n";
  if (::write(STDOUT_FILENO, line.data(), line.size()) != static_cast<ssize_t>(line.size())) ::_exit(3);
}

template <class T>
T must(Result<T> result) {
  if (result) return std::move(*result);
  say("failed " + result.error().text);
  ::_exit(2);
}
void must(const Result<void>& result) {
  if (result) return;
  say("failed " + result.error().text);
  ::_exit(2);
}

std::string unhex(const std::string& text) { return text == "-" ? std::string{} : *parse_hex(text); }

class Victim {
 public:
  Victim(const std::filesystem::path& state, const std::filesystem::path& runtime, station::journal::Limits limits)
      : folders_(MarkFolders::of(state, runtime, ward_id, station_id)),
        journal_(must(ProofJournal::open(state / "journal", {ward_id, station_id}, station_key(), limits))),
        vault_(must(station::intake::Vault::open(state))),
        store_(must(content::store::ObjectStore::open(state / "content"))),
        saved_(must(SavedMarks::open(folders_.saved))),
        gate_(station_settings()),
        outbox_(journal_) {
    must(station::journal::take_up(journal_, folders_.hot, &saved_, first_morning));
    marks_.emplace(must(MarkSet::open(folders_.hot, "audio")));
  }

  /// Everything a new process finds.
  void tell() {
    const auto& found = journal_.recovery();
    say(fmt::format("journal {} {} {} {} {} {}", format_hex(epoch()), journal_.last(), journal_.through(),
                    found.damaged_bytes, found.lost_proofs, found.fresh ? 1 : 0));
    for (const auto& one : must(journal_.waiting(0, 1'000'000))) say("waiting " + format_hex(one.sealed));
    const auto plan = must(vault_.load_plan());
    if (plan) plan_ = must(gate_.plan(*plan, std::nullopt, std::nullopt)).sequence;
    say("plan " + (plan ? format_hex(*plan) : "-"));
    for (const auto& one : must(vault_.load_emergencies())) say("emergency " + format_hex(one));
    say(fmt::format("command {}", vault_.last_command()));
    const auto mute = must(vault_.load_mute());
    say(fmt::format("mute {}", mute ? mute->until_us() : 0));
    for (const auto& object : store_.list()) say((store_.verify(object) ? "object " : "damaged ") + object.hex());
    publish(must(outbox_.on_link_up(now_)));
    say(".");
  }

  void obey(const std::string& line) {
    std::istringstream in{line};
    std::string order, first, second;
    in >> order >> first >> second;
    if (order == "begin") begin(std::stoi(first));
    if (order == "play") play(std::stoll(first));
    if (order == "end") end();
    if (order == "receipt") receipt(unhex(first));
    if (order == "plan") plan(unhex(first));
    if (order == "command") command(unhex(first));
    if (order == "save") save(unhex(first));
    if (order == "settle") settle();
    if (order == "put") say("stored " + must(store_.put(unhex(first))).hex());
    if (order == "fetch") fetch(unhex(first));
    if (order == "drop") drop(*Sha256::from_hex(first));
    if (order == "again") publish(must(outbox_.on_link_up(now_)));
    say(".");
  }

 private:
  void begin(int cue) {
    draft_ = proof_draft(cue);
    station::Assignment assignment;
    assignment.cue.set_occurrence(draft_.occurrence());
    assignment.cue.set_segment(draft_.segment());
    assignment.cue.set_medium(draft_.medium());
    assignment.cue.set_object(draft_.object());
    part_ = station::journal::begin_part(assignment);
    part_.from_us = part_.to_us = draft_.from_us();
    mark_ = static_cast<std::size_t>(cue) % MarkSet::count;
    marks_->update(mark_, part_);
  }
  /// The horn says it first, then the mark knows.
  void play(std::int64_t length_us) {
    part_.to_us += length_us;
    say(fmt::format("heard {} {}", part_.segment, part_.to_us));
    part_.frames = static_cast<std::uint64_t>((part_.to_us - part_.from_us) * 6 / 125);
    marks_->update(mark_, part_);
    say(fmt::format("marked {} {}", part_.segment, part_.to_us));
    save_marks();
  }
  void save_marks() {
    if (must(MarkKeeper::look(folders_.hot, saved_, {}))) say(fmt::format("saved {} {}", part_.segment, part_.to_us));
  }
  void end() {
    draft_.set_to_us(part_.to_us);
    draft_.set_frames(part_.frames);
    must(journal_.append(draft_, moment(static_cast<int>(draft_.segment()))));
    marks_->clear(mark_);
    publish(must(outbox_.on_appended(now_)));
    save_marks();
  }
  void publish(const station::outbox::Outbox::Batch& batch) {
    for (const auto& sealed : batch) say("published " + format_hex(sealed));
  }
  void receipt(const std::string& sealed) {
    journal_.remember_since(moment(static_cast<int>(draft_.segment())) - std::chrono::hours{72});
    const auto taken = journal_.receipted(must(gate_.receipt(sealed)).receipt);
    say(taken ? fmt::format("receipted {}", journal_.through()) : "unreceipted " + taken.error().text);
    publish(must(outbox_.on_receipted(now_)));
  }
  void plan(const std::string& sealed) {
    const auto accepted = gate_.plan(sealed, plan_, first_morning);
    if (!accepted) return say("refused " + accepted.error().text);
    must(vault_.save_plan(sealed));
    plan_ = accepted->sequence;
    say(fmt::format("acted {}", accepted->sequence));
  }
  void save(const std::string& emergency) {
    must(vault_.save_emergency(emergency));
    say("kept " + format_hex(emergency));
  }
  void settle() {
    must(vault_.settle_emergency());
    say("settled");
  }
  void command(const std::string& sealed) {
    const auto accepted = gate_.command(sealed, vault_.last_command(), first_morning, {});
    if (!accepted) return say("refused " + accepted.error().text);
    must(vault_.save_last_command(accepted->sequence));
    if (accepted->command.has_mute()) must(vault_.save_mute(accepted->command.mute()));
    say(fmt::format("obeyed {}", accepted->sequence));
  }
  /// A download: in pieces, not synced, perhaps begun by an earlier process; then adopted.
  void fetch(const std::string& bytes) {
    const auto object = protocol::crypto::sha256(bytes);
    const auto partial = store_.partial_path_of(object);
    std::error_code none;
    const auto there = std::filesystem::file_size(partial, none);
    const std::size_t from = none || there > bytes.size() ? 0 : there;
    {
      UniqueFd fd{::open(partial.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | (from == 0 ? O_TRUNC : 0), 0600)};
      for (std::size_t at = from; at < bytes.size(); at += 1000) {
        ::lseek(fd.get(), static_cast<off_t>(at), SEEK_SET);
        must(write_all(fd.get(), std::string_view{bytes}.substr(at, 1000), partial));
      }
    }
    const auto adopted = store_.adopt_partial(object);
    say((adopted ? "stored " : "unstored ") + object.hex());
  }
  void drop(const Sha256& object) {
    say("dropping " + object.hex());
    must(store_.remove(object));
  }
  [[nodiscard]] std::string epoch() const { return {journal_.epoch().begin(), journal_.epoch().end()}; }

  const MonoTime now_{};
  MarkFolders folders_;
  ProofJournal journal_;
  station::intake::Vault vault_;
  content::store::ObjectStore store_;
  SavedMarks saved_;
  station::intake::Gate gate_;
  station::outbox::Outbox outbox_;
  std::optional<MarkSet> marks_;
  std::optional<std::uint64_t> plan_;
  v1::Proof draft_;
  ProgressMark::Part part_;
  std::size_t mark_ = 0;
};

}  // namespace
}  // namespace loa::tests

int main(int argc, char** argv) {
  if (argc < 3) return 1;
  loa::log::set_level(loa::log::Level::error);
  loa::tests::Victim victim{argv[1], argv[2], argc > 3 ? loa::station::journal::Limits{} : loa::tests::small_segments};
  victim.tell();
  for (std::string line; std::getline(std::cin, line);) victim.obey(line);
  return 0;
}
