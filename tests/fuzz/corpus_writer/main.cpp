// corpus_writer ROOT: writes the corpora of the fuzzers "journal" and "sound" below the checkout ROOT, with our own
// journal and encoder. Run it by hand after a deliberate change of a format.
#include <cmath>
#include <cstdio>
#include <numbers>

#include "content/media/ingest.hpp"
#include "protocol/base/file.hpp"
#include "station/journal/mark_set.hpp"
#include "station/journal/saved_marks.hpp"
#include "tests/fuzz/card.hpp"

namespace {

using namespace loa;
using namespace loa::station::journal;
namespace fs = std::filesystem;

constexpr WallTime morning = wall_from_us(1'795'212'000'000'000);  // 2026-11-20T22:00:00Z

template <class T>
T must(Result<T> result) {
  if (result) return std::move(*result);
  std::fprintf(stderr, "corpus_writer: %s\n", result.error().text.c_str());
  std::exit(1);
}
void must(const Result<void>& result) {
  if (!result) std::fprintf(stderr, "corpus_writer: %s\n", result.error().text.c_str()), std::exit(1);
}

v1::Proof part(int n) {
  v1::Proof proof;
  proof.set_occurrence("sang/2026-11-21/050000");
  proof.set_segment(static_cast<std::uint32_t>(n));
  proof.set_plan_sequence(12);
  proof.set_medium(v1::MEDIUM_AUDIO);
  proof.set_object(std::string(32, 'o'));
  proof.set_bucket(v1::BUCKET_PLAYED);
  proof.set_reason("complete");
  proof.set_from_us(to_us(morning) + n * 5'000'000LL);
  proof.set_to_us(proof.from_us() + 5'000'000);
  proof.set_frames(240'000);
  proof.set_clock_grade(v1::CLOCK_GRADE_DISCIPLINED);
  return proof;
}

ProgressMark::Part on_air(int n) {
  ProgressMark::Part mark;
  part(n).occurrence().copy(mark.occurrence, sizeof mark.occurrence - 1);
  mark.segment = static_cast<std::uint32_t>(n);
  mark.medium = v1::MEDIUM_AUDIO;
  mark.from_us = part(n).from_us();
  mark.to_us = mark.from_us + 2'000'000;
  mark.frames = 96'000;
  mark.clock_grade = v1::CLOCK_GRADE_DISCIPLINED;
  return mark;
}

/// A journal of `count` proofs, `receipted` of them with a receipt, and what is on air after them.
fuzz::Card make_card(const fs::path& folder, int count, int receipted, const protocol::crypto::SecretKey& key) {
  fuzz::put_card({}, folder);
  auto journal = must(ProofJournal::open(folder / "journal", fuzz::identity(), key, fuzz::limits));
  v1::Receipt receipt;
  receipt.set_epoch(journal.epoch().data(), journal.epoch().size());
  for (int n = 0; n < count; ++n) {
    const auto sealed = must(journal.append(part(n), morning));
    if (n + 1 != receipted) continue;
    receipt.set_through(static_cast<std::uint64_t>(receipted));
    receipt.set_head(std::string{digest_of_sealed(sealed).view()});
  }
  if (receipted > 0) must(journal.receipted(receipt));
  must(MarkSet::open(folder / "marks", "audio")).update(0, on_air(count));
  must(must(SavedMarks::open(folder / "marks/saved")).save({on_air(count), on_air(count + 1)}));
  return fuzz::take_card(folder);
}

void write_cards(const fs::path& corpus, const fs::path& work) {
  const auto key = fuzz::station_key();
  const auto ours = make_card(work, 6, 2, key);
  must(make_folders(corpus));
  const auto save = [&](const char* name, char mode, const fuzz::Card& card) {
    must(save_file(corpus / name, fuzz::format_card(mode, card)));
  };
  save("rotten", 'r', ours);
  save("written", 'h', ours);
  save("one-proof", 'h', make_card(work, 1, 0, key));
  save("fresh", 'h', make_card(work, 0, 0, key));
  auto foreign = make_card(work, 6, 2, protocol::crypto::SecretKey::generate());
  save("other-key", 'h', foreign);
  // Proofs that somebody else has sealed, in the place of ours.
  auto mixed = ours;
  for (auto& [name, bytes] : mixed) {
    if (name.starts_with("proofs-") && name.back() != '1') bytes = foreign.contains(name) ? foreign[name] : bytes;
  }
  save("mixed", 'h', mixed);
  auto renewed = ours;
  renewed["renewal"] = renewed.begin()->second;
  save("renewal", 'h', renewed);
}

std::string tone(int frames) {
  content::media::Pcm pcm;
  for (int i = 0; i < frames; ++i)
    pcm.frames.push_back(0.3F * static_cast<float>(std::sin(2 * std::numbers::pi * 440 * i / 48'000.0)));
  return must(content::media::ingest(pcm, content::media::Kind::speech)).opus;
}

/// The shortest that is ingested, one of several pages, one that is torn, and two in a row.
void write_sounds(const fs::path& corpus) {
  const std::string brief = tone(26'000), pages = tone(130'000);
  must(make_folders(corpus));
  must(save_file(corpus / "brief", brief));
  must(save_file(corpus / "pages", pages));
  must(save_file(corpus / "torn", pages.substr(0, pages.size() * 2 / 3)));
  must(save_file(corpus / "chained", brief + brief));
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: corpus_writer CHECKOUT\n");
    return 2;
  }
  const fs::path corpus = fs::path{argv[1]} / "tests/fuzz/corpus";
  const fs::path work = fs::temp_directory_path() / "loa-corpus";
  write_cards(corpus / "journal", work);
  write_sounds(corpus / "sound");
  fs::remove_all(work);
}
