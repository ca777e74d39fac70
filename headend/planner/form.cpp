#include "headend/planner/form.hpp"

#include <algorithm>
#include <set>

#include "headend/timetable/timetable.hpp"
#include "protocol/message/check.hpp"
#include "protocol/message/compact.hpp"

namespace loa::headend::planner {
namespace {

using namespace std::chrono;
namespace message = protocol::message;
using Cues = google::protobuf::RepeatedPtrField<v1::Cue>;

/// Playlists of a plain plan may be so long before anything is left out of it.
constexpr Micros playlist_lengths[] = {hours{2}, hours{6}, hours{24}};

v1::Plan compacted(v1::Plan plan) {
  message::fold_cues(plan);
  return plan;
}

std::uint64_t object_bytes(const v1::Plan& plan) {
  std::uint64_t sum = 0;
  for (const auto& object : plan.objects()) sum += object.bytes();
  return sum;
}

/// Whether a plan keeps the limits that grow with what is wanted.
bool fits(const v1::Plan& plan, Form form, std::size_t most_bytes) {
  const auto most = [](int count, std::size_t limit) { return static_cast<std::size_t>(count) <= limit; };
  if (!most(plan.cues_size(), message::max_cues) || !most(plan.objects_size(), message::max_objects) ||
      !most(plan.pages_size(), message::max_plan_pages) || !most(plan.playlists_size(), message::max_playlists) ||
      object_bytes(plan) > message::max_plan_object_bytes) {
    return false;
  }
  return (form == Form::plain ? message::plain_bytes(plan) : compacted(plan).ByteSizeLong()) <= most_bytes;
}

int sign_cues_in(const v1::Plan& plan) {
  return static_cast<int>(std::count_if(plan.cues().begin(), plan.cues().end(),
                                        [](const v1::Cue& cue) { return cue.medium() == v1::MEDIUM_SIGN; }));
}

/// The plan with the first `count` cues of the sign, and every sound.
v1::Plan with_sign_cues(const v1::Plan& plan, int count) {
  v1::Plan less = plan;
  Cues kept;
  for (auto& cue : *less.mutable_cues()) {
    if (cue.medium() != v1::MEDIUM_SIGN || count-- > 0) kept.Add()->Swap(&cue);
  }
  less.mutable_cues()->Swap(&kept);
  message::prune(less);
  return less;
}

/// The most of the sign that fits beside the sounds.
v1::Plan cut_to_fit(const v1::Plan& plan, Form form, std::size_t most_bytes) {
  int fitting = 0, too_many = sign_cues_in(plan);
  while (too_many - fitting > 1) {
    const int middle = fitting + (too_many - fitting) / 2;
    (fits(with_sign_cues(plan, middle), form, most_bytes) ? fitting : too_many) = middle;
  }
  return with_sign_cues(plan, fitting);
}

/// What a plan of fewer cues promises.
void drop_promises_not_in(const v1::Plan& plan, std::vector<model::PlannedCue>& promises) {
  std::set<std::pair<std::string_view, std::uint32_t>> named;
  for (const auto& cue : plan.cues()) named.emplace(cue.occurrence(), cue.segment());
  std::erase_if(promises, [&](const model::PlannedCue& promise) {
    return !named.contains({promise.cue.occurrence(), promise.cue.segment()});
  });
}

std::string told_until(const v1::Plan& plan, const Settings& settings) {
  std::int64_t until_us = plan.made_us();
  for (const auto& cue : plan.cues()) {
    if (cue.medium() == v1::MEDIUM_SIGN) until_us = std::max(until_us, cue.start_us() + cue.duration_us());
  }
  return timetable::format_local(wall_from_us(until_us), settings.zone);
}

std::string sentence_of_cut(const std::string& station, const std::string& until, Form form) {
  const char* way_out =
      form == Form::plain
          ? "phần mềm cũ của hộp nhận ít hơn: hãy cập nhật, hoặc bớt khẩu hiệu · its older software takes less: update "
            "it, or show fewer slogans"
          : "hãy bớt khẩu hiệu hoặc chương trình · show fewer slogans, or plan fewer programmes";
  return fmt::format(
      "bảng của trạm '{0}' chỉ nhận được lịch đến {1}; {2} (the sign of station '{0}' can be told no more than until "
      "{1})",
      station, until, way_out);
}

Result<void> too_many_sounds(const Result<void>& verdict) {
  return fail(
      ErrorCode::invalid,
      "riêng phần phát thanh đã quá một kế hoạch: hãy bớt chương trình · its sounds alone are more than a plan can "
      "carry: plan fewer of them{}",
      verdict ? "" : " (" + verdict.error().text + ")");
}

}  // namespace

Form form_of(const std::optional<v1::Status>& status) {
  if (!status) return Form::plain;
  const auto& words = status->understands();
  return std::find(words.begin(), words.end(), message::plan_compact) == words.end() ? Form::plain : Form::compact;
}

Result<Fitted> fit(const model::Catalogue& catalogue, const model::Station& station, WallTime now,
                   const Settings& settings, const std::vector<model::PlannedCue>& begun, Form form,
                   std::size_t most_bytes) {
  Fitted fitted;
  fitted.planned = draft(catalogue, station, now, settings, begun);
  bool whole = fits(fitted.planned.plan, form, most_bytes);
  if (form == Form::plain) {
    auto patient = settings;
    for (auto length = std::begin(playlist_lengths); !whole && length != std::end(playlist_lengths); ++length) {
      patient.longest_playlist = std::max(*length, settings.longest_playlist);
      fitted.planned = draft(catalogue, station, now, patient, begun);
      whole = fits(fitted.planned.plan, form, most_bytes);
    }
  }
  auto& plan = fitted.planned.plan;
  fitted.lost = fitted.planned.crowded_out;
  if (!whole && sign_cues_in(plan) > 0) {
    plan = cut_to_fit(plan, form, most_bytes);
    drop_promises_not_in(plan, fitted.planned.cues);
    fitted.lost.push_back(sentence_of_cut(station.id, told_until(plan, settings), form));
    whole = fits(plan, form, most_bytes);
  }
  auto sound = message::check(plan);
  if (!whole) sound = too_many_sounds(sound);
  if (!sound) return pass(std::move(sound).error(), fmt::format("cannot plan for station '{}'", station.id));
  fitted.wire = plan;
  if (form == Form::compact) {
    message::fold_cues(fitted.wire);
  } else {
    LOA_TRY(message::unfold_pages(fitted.wire));
  }
  return fitted;
}

}  // namespace loa::headend::planner
