#include "headend/report/slogans.hpp"

#include <algorithm>

#include "protocol/message/playlist.hpp"

namespace loa::headend::report {
namespace {

namespace message = protocol::message;

/// part ÷ whole of an amount, rounded down.
std::int64_t share_of(std::int64_t amount, Micros part, Micros whole) {
  if (part >= whole) return amount;
  return static_cast<std::int64_t>(static_cast<long double>(amount) * static_cast<long double>(part.count()) /
                                   static_cast<long double>(whole.count()));
}

/// How long each page has its turn between two instants of the plan.
std::map<std::size_t, Micros> turns_between(const v1::Cue& cue, std::int64_t from_us, std::int64_t to_us) {
  std::map<std::size_t, Micros> turns;
  for (auto at = from_us; at < to_us;) {
    const auto turn = message::turn_at(cue, at);
    const auto until = std::min(turn.end_us, to_us);
    if (until <= at) break;
    turns[turn.page] += Micros{until - at};
    at = until;
  }
  return turns;
}

std::map<std::size_t, Micros> turns_of(const v1::Cue& cue) {
  return turns_between(cue, cue.start_us(), cue.start_us() + cue.duration_us());
}

/// The turns of those pages that show one picture.
std::map<std::size_t, Micros> showing(const v1::Cue& cue, std::map<std::size_t, Micros> turns,
                                      const std::string& object) {
  std::erase_if(turns, [&](const auto& turn) { return message::page_of(cue, turn.first).object() != object; });
  return turns;
}

std::string hex_of(const std::string& object) {
  const auto name = model::Sha256::from_bytes(object);
  return name ? name->hex() : std::string{};
}

}  // namespace

model::PageFacts page_facts(const model::PlannedCue& planned, std::size_t page) {
  const auto& category = planned.cue.category();
  if (!planned.facts) return {{category, category}, {}, {}};
  if (page < planned.facts->pages.size()) return planned.facts->pages[page];
  return {planned.facts->column, {}, planned.facts->title};
}

SloganRow& Slogans::row(const model::PlannedCue& planned, std::size_t page) {
  return row(planned, page_facts(planned, page), message::page_of(planned.cue, page).object());
}

SloganRow& Slogans::row(const model::PlannedCue& planned, const model::PageFacts& facts, const std::string& object) {
  const bool unknown = facts.text.empty() && facts.slogan.empty();
  auto& found = rows_[{facts.slogan, facts.text, facts.column.id, unknown ? object : std::string{}}];
  found.slogan = facts.slogan;
  found.text = unknown ? planned.cue.title() : facts.text;
  found.column = facts.column;
  if (!object.empty()) found.objects.insert(hex_of(object));
  return found;
}

void Slogans::add(const model::PlannedCue& planned, const std::vector<const model::ProofRecord*>& proofs,
                  const Settlement& settled) {
  add_planned(planned);
  for (std::size_t i = 0; i < proofs.size(); ++i) {
    if (settled.credited[i] > Micros{0}) add_shown(planned, proofs[i]->proof, settled.credited[i]);
  }
}

void Slogans::add_planned(const model::PlannedCue& planned) {
  for (const auto& [page, length] : turns_of(planned.cue)) row(planned, page).planned += length;
}

/// What one proof counts of each picture, but no more of it than is credited to the proof.
void Slogans::add_shown(const model::PlannedCue& planned, const v1::Proof& proof, Micros credited) {
  const auto& cue = planned.cue;
  if (proof.pages_size() == 0 && cue.pages_size() == 0) {
    return add_object(planned, proof, cue.object(), credited, proof.frames());
  }
  if (proof.pages_size() == 0) {
    rows_[Key{}].shown += credited;
    return;
  }
  Micros counted{0};
  for (const auto& page : proof.pages()) counted += Micros{page.shown_us()};
  for (const auto& page : proof.pages()) {
    add_object(planned, proof, page.object(), Micros{share_of(page.shown_us(), credited, counted)}, page.frames());
  }
}

/// A picture that two slogans share is shared out by their turns in the proof's time.
void Slogans::add_object(const model::PlannedCue& planned, const v1::Proof& proof, const std::string& object,
                         Micros shown, std::uint64_t frames) {
  const auto& cue = planned.cue;
  auto owners = showing(cue, turns_between(cue, proof.from_us(), proof.to_us()), object);
  if (owners.empty()) owners = showing(cue, turns_of(cue), object);
  if (owners.empty()) {
    auto& strange = row(planned, {{cue.category(), cue.category()}, {}, {}}, object);
    strange.shown += shown;
    strange.frames += frames;
    return;
  }
  Micros whole{0};
  for (const auto& [page, length] : owners) whole += length;
  auto left = shown;
  auto frames_left = frames;
  for (auto owner = owners.begin(); owner != owners.end(); ++owner) {
    const bool last = std::next(owner) == owners.end();
    const Micros part = last ? left : Micros{share_of(shown.count(), owner->second, whole)};
    const auto frames_part =
        last ? frames_left
             : static_cast<std::uint64_t>(share_of(static_cast<std::int64_t>(frames), owner->second, whole));
    auto& into = row(planned, owner->first);
    into.shown += part;
    into.frames += frames_part;
    left -= part;
    frames_left -= frames_part;
  }
}

std::vector<SloganRow> Slogans::rows() const {
  std::vector<SloganRow> rows;
  for (const auto& [key, row] : rows_) rows.push_back(row);
  return rows;
}

}  // namespace loa::headend::report
