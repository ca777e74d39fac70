// Whatever lies on the card: the journal opens or says why not, what it would send was signed by this station and hangs
// together, what it accounts for was signed or stands in a mark, and it goes on.
#include <map>
#include <set>

#include "protocol/message/check.hpp"
#include "protocol/seal/seal.hpp"
#include "station/journal/take_up.hpp"
#include "tests/fuzz/card.hpp"
#include "tests/fuzz/fuzz.hpp"
#include "tests/fuzz/workshop.hpp"

namespace {

using namespace loa;
using namespace loa::station::journal;
namespace fs = std::filesystem;

constexpr WallTime now = wall_from_us(1'795'222'000'000'000);
constexpr std::uint64_t all = 1'000'000;

const fs::path& folder() {
  static const fuzz::Workshop workshop;
  static const fs::path card = workshop.path() / "card";
  return card;
}

/// What a proof says, whatever number it has and whichever epoch: a renewal says it again under others.
std::string words_of(v1::Proof proof) {
  proof.clear_epoch();
  proof.clear_number();
  proof.clear_previous();
  return proof.SerializeAsString();
}

std::optional<v1::Proof> open_as_office(std::string_view sealed) {
  protocol::seal::Expectation want;
  want.ward = fuzz::identity().ward;
  want.kind = v1::KIND_PROOF;
  want.audiences = {"headend"};
  want.sender = "station/" + fuzz::identity().station;
  want.keys = {fuzz::station_key().public_key()};
  const auto opened = protocol::seal::open(sealed, want);
  if (!opened) return std::nullopt;
  auto proof = protocol::message::decode<v1::Proof>(opened->header.body());
  if (!proof || proof->number() != opened->header.sequence()) return std::nullopt;
  return *std::move(proof);
}

/// The words of every proof on the card that this station signed, and of those that such a one names as its
/// predecessor, and so on.
std::set<std::string> signed_words(const fuzz::Card& card) {
  std::map<std::string, v1::Proof> by_digest;
  std::vector<v1::Proof> vouched;
  for (const auto& [name, bytes] : card) {
    for (const Span& span : scan_records(bytes).records) {
      const auto sealed = std::string_view{bytes}.substr(span.offset, span.length);
      if (const auto read = decode_sealed(sealed)) by_digest.emplace(read->digest.view(), read->proof);
      if (auto proof = open_as_office(sealed)) vouched.push_back(*std::move(proof));
    }
  }
  std::set<std::string> words;
  for (const auto& last : vouched) {
    words.insert(words_of(last));
    for (auto named = by_digest.find(last.previous()); named != by_digest.end();) {
      if (!words.insert(words_of(named->second)).second) break;
      named = by_digest.find(named->second.previous());
    }
  }
  return words;
}

/// Everything that waits, oldest first, as the office reads it.
std::vector<v1::Proof> waiting(const ProofJournal& journal) {
  const auto sealed = journal.waiting(0, all);
  fuzz_demand(sealed.has_value(), "what waits cannot be read");
  std::vector<v1::Proof> proofs;
  for (const auto& one : *sealed) {
    auto proof = open_as_office(one.sealed);
    fuzz_demand(proof.has_value(), "the office would refuse a proof that waits");
    fuzz_demand(proof->number() == one.number && proof->number() == journal.through() + 1 + proofs.size(),
                "a number is missing or twice");
    fuzz_demand(proof->epoch() == std::string(journal.epoch().begin(), journal.epoch().end()), "another epoch");
    fuzz_demand(proofs.empty() || proof->previous() == digest_of_sealed(sealed->at(proofs.size() - 1).sealed).view(),
                "the chain is broken");
    proofs.push_back(*std::move(proof));
  }
  fuzz_demand(journal.last() == journal.through() + proofs.size(), "the last proof does not wait");
  return proofs;
}

v1::Proof next_proof() {
  v1::Proof proof;
  proof.set_occurrence("chieu/2026-11-21/170000");
  proof.set_medium(v1::MEDIUM_AUDIO);
  proof.set_object(std::string(32, 'o'));
  proof.set_bucket(v1::BUCKET_MUTED);
  proof.set_reason("muted");
  proof.set_from_us(to_us(now));
  proof.set_to_us(to_us(now) + 1'000'000);
  return proof;
}

/// What the marks made proof of; none of it may be of such a kind that the office refuses it, for then nothing would
/// come past it any more.
void take_up_marks(ProofJournal& journal, std::set<std::string>& words) {
  auto saved = SavedMarks::open(folder() / "marks/saved");
  fuzz_demand(saved.has_value(), "the saved marks cannot be opened");
  const auto before = journal.last();
  const auto found = take_up(journal, folder() / "marks", &*saved, now);
  fuzz_demand(found.has_value(), "the marks cannot be taken up");
  fuzz_demand(found->unkept.empty(), "a proof of a mark that no journal takes");
  for (const auto& proof : waiting(journal)) {
    if (proof.number() <= before) continue;
    fuzz_demand(proof.reason() == "process-lost", "a proof of nothing");
    words.insert(words_of(proof));
  }
}

Result<ProofJournal> open_journal() {
  return ProofJournal::open(folder() / "journal", fuzz::identity(), fuzz::station_key(), fuzz::limits);
}

/// One life of a station with this card.
/// @return the epoch, or nothing when it refused the card
std::optional<Epoch> live(std::set<std::string>& words) {
  const auto before = fuzz::take_card(folder());
  auto journal = open_journal();
  if (!journal) {
    const auto code = journal.error().code;
    fuzz_demand(code == ErrorCode::refused || code == ErrorCode::unsupported, "refused without a ground");
    fuzz_demand(fuzz::take_card(folder()) == before, "refused, and changed");
    return std::nullopt;
  }
  for (const auto& proof : waiting(*journal))
    fuzz_demand(words.contains(words_of(proof)), "a proof that nobody signed");
  const auto known = journal->accounted(WallTime{});
  fuzz_demand(known.has_value(), "what is proved cannot be read");
  fuzz_demand(known->size() <= words.size() * 64, "more is proved than was signed");
  take_up_marks(*journal, words);
  const auto sealed = journal->append(next_proof(), now);
  fuzz_demand(sealed.has_value(), "it does not go on");
  words.insert(words_of(*open_as_office(*sealed)));
  (void)waiting(*journal);
  return journal->epoch();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const fuzz::Card card = fuzz::parse_card(fuzz_text(data, size));
  fuzz::put_card(card, folder());
  auto words = signed_words(card);
  const auto epoch = live(words);
  if (!epoch) return 0;
  const auto again = live(words);
  fuzz_demand(again == epoch, "the next start begins another epoch");
  return 0;
}
