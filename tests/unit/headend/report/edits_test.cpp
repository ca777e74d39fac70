#include <random>

#include "headend/publisher/publisher.hpp"
#include "headend/publisher/record.hpp"
#include "tests/unit/headend/report/report_sample.hpp"

namespace loa::headend::report {
namespace {

/// A ward with a programme and two slogans whose plans go out, and whose people edit it at random.
class EditedWard {
 public:
  explicit EditedWard(std::uint64_t seed) : random_(seed) {
    auto all = sample::catalogue();
    all.policies = {sample::policy()};
    all.slogans = {sample::slogan("a", "page"), sample::slogan("b", "page")};
    all.slogans[1].category = "tin";
    sample::fill(store_, all);
  }

  void publish(WallTime now) {
    ASSERT_TRUE(publisher_.issue(now, [](const publisher::Publication&) {}));
  }
  void prove(model::Span span);
  void edit(WallTime now);
  Report report(WallTime now) { return of_store(store_, first_day, last_day, zone, now).value(); }

  static constexpr std::chrono::days period{2};
  const model::LocalDate first_day = sample::date(2026, 11, 23), last_day = first_day + period - std::chrono::days{1};

 private:
  static planner::Settings settings() {
    planner::Settings made;
    made.content_url = "https://headend:8443/content/";
    return made;
  }
  std::size_t below(std::size_t bound) { return random_() % bound; }
  std::string word() { return fmt::format("Tên {}", random_() % 1000); }
  void edit_station(WallTime now);
  void edit_programme();
  void edit_slogan();

  std::mt19937_64 random_;
  store::sqlite::SqliteStore store_ = store::sqlite::SqliteStore::open(":memory:").value();
  publisher::Publisher publisher_{"phuong-1", sample::key_of(100), settings(), store_};
};

/// Every planned cue ends in a bucket at random, some in none.
void EditedWard::prove(model::Span span) {
  std::map<std::string, std::uint64_t> numbers;
  const auto all = store_.promises().in(span).value();
  for (const auto& planned : all) {
    const auto bucket = static_cast<v1::Bucket>(below(bucket_count));
    if (bucket == v1::BUCKET_UNKNOWN || planned.cancelled) continue;
    auto record = proof(planned, 0s, Micros{planned.cue.duration_us()}, bucket, "any");
    record.epoch = {1};
    record.number = ++numbers[planned.station];
    if (bucket == v1::BUCKET_PLAYED && planned.cue.pages_size() > 0) {
      auto* page = record.proof.add_pages();
      page->set_object(planned.cue.pages(0).object());
      page->set_shown_us(planned.cue.duration_us());
      page->set_frames(record.proof.frames());
    }
    ASSERT_TRUE(store_.proofs().append({record}, {}));
  }
}

void EditedWard::edit_station(WallTime now) {
  const auto stations = store_.catalogue().value().stations;
  if (stations.empty() || below(6) == 0) {
    ASSERT_TRUE(store_.stations().put(sample::station("loa-1", {"to-2"}, 1)));
    return;
  }
  auto station = stations[below(stations.size())];
  if (below(4) == 0) {
    ASSERT_TRUE(publisher::drop_station(store_, station.id, now));
    return;
  }
  if (below(2) == 0) station.name = word();
  if (below(2) == 0)
    station.groups = below(2) == 0 ? std::vector<std::string>{"to-1", "to-2"} : std::vector<std::string>{"to-2"};
  ASSERT_TRUE(store_.stations().put(station));
}

void EditedWard::edit_programme() {
  auto programme = sample::morning();
  programme.title = word();
  if (below(2) == 0) programme.segments.pop_back();
  if (below(2) == 0) programme.segments[0].category = "tuyen-truyen";
  programme.start += std::chrono::minutes{below(30)};
  if (below(5) == 0) {
    static_cast<void>(store_.schedule().remove_programme("sang"));
  } else {
    ASSERT_TRUE(store_.schedule().put_programme(programme));
  }
}

void EditedWard::edit_slogan() {
  auto slogan = sample::slogan(below(2) == 0 ? "a" : "b", below(2) == 0 ? "page" : "strip");
  slogan.text = word();
  slogan.category = below(2) == 0 ? "tin" : "nhac";
  slogan.to = std::chrono::hours{7 + below(5)};
  if (below(4) == 0) {
    static_cast<void>(store_.schedule().remove_slogan(slogan.id));
  } else {
    ASSERT_TRUE(store_.schedule().put_slogan(slogan));
  }
}

void EditedWard::edit(WallTime now) {
  switch (below(7)) {
    case 0:
      return edit_station(now);
    case 1:
      return edit_programme();
    case 2:
      return edit_slogan();
    case 3:
      ASSERT_TRUE(store_.stations().put_group({below(2) == 0 ? "to-1" : "to-2", word()}));
      return;
    case 4:
      ASSERT_TRUE(store_.library().put_category({below(2) == 0 ? "tin" : "tuyen-truyen", word()}));
      return;
    case 5: {
      auto content = store_.catalogue().value().contents[below(4)];
      content.title = word();
      content.category = below(2) == 0 ? "nhac" : "tin";
      ASSERT_TRUE(store_.library().put(content));
      return;
    }
    default:
      publish(now);
  }
}

/// Without the instant at which it was made.
std::string timeless(std::string text, const std::string& made) {
  const auto at = text.find(made);
  return at == std::string::npos ? text : text.erase(at, made.size());
}

class Edits : public testing::TestWithParam<std::uint64_t> {};

TEST_P(Edits, OfTodayChangeNoReportOfYesterday) {
  EditedWard ward{GetParam()};
  const auto begin = zone.to_utc(ward.first_day, 0s), end = begin + EditedWard::period;
  ward.publish(begin - 24h);
  ward.prove({begin, end});
  const auto before = ward.report(end + 1s);
  ASSERT_GT(before.cues_planned, 0U);
  ASSERT_FALSE(before.slogans.empty());
  auto now = end + 1s;
  for (int step = 0; step < 40; ++step) {
    now += 7min;
    ward.edit(now);
    ASSERT_FALSE(HasFatalFailure()) << "step " << step;
    const auto after = ward.report(now);
    ASSERT_EQ(timeless(format_text(before, Detail::cues), timetable::format_local(before.made, zone)),
              timeless(format_text(after, Detail::cues), timetable::format_local(after.made, zone)))
        << "step " << step;
    ASSERT_EQ(timeless(format_json(before), format_utc(before.made)),
              timeless(format_json(after), format_utc(after.made)))
        << "step " << step;
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, Edits, testing::Range<std::uint64_t>(1, 13));

}  // namespace
}  // namespace loa::headend::report
