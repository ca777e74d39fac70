#include <boost/asio/post.hpp>

#include "protocol/base/file.hpp"
#include "protocol/base/log.hpp"
#include "protocol/base/text.hpp"
#include "station/core/track.hpp"
#include "station/daemon/station.hpp"

// What the core orders, done.
namespace loa::station::daemon {

namespace topic = protocol::topic;
using protocol::crypto::Sha256;
using std::chrono::steady_clock;

namespace {

constexpr std::size_t max_unkept = 10'000;  // parts in memory while the disk refuses them: months, some 4 MB

Sha256 object_of(const v1::Cue& cue) { return Sha256::from_bytes(cue.object()).value_or(Sha256{}); }

}  // namespace

void Station::feed(const core::Event& event) {
  reading_ = board_.clock->read();
  const auto actions = core_->on(event, reading_.now);
  reading_.now = core_->judge(reading_.now);
  for (const auto& action : actions) {
    std::visit([this](const auto& order) { perform(order); }, action);
  }
  schedule_tick();
}

Presenter* Station::presenter_of(v1::Medium medium) { return medium == v1::MEDIUM_AUDIO ? audio_.get() : sign_.get(); }

void Station::perform(const core::Arm& action) {
  Assignment assignment = action.assignment;
  assignment.object = store_.path_of(object_of(assignment.cue));
  assignment.pages = pages_of(assignment.cue);
  if (Presenter* presenter = presenter_of(assignment.cue.medium())) return presenter->arm(assignment);
  v1::Proof part;
  part.set_occurrence(assignment.cue.occurrence());
  part.set_segment(assignment.cue.segment());
  part.set_reason("device-lost");
  boost::asio::post(io_, [this, weak = std::weak_ptr<Alive>{alive_}, part] {
    if (!weak.expired()) feed(core::PartEnded{part});
  });
}

void Station::perform(const core::Halt& action) {
  if (Presenter* presenter = presenter_of(action.medium)) presenter->halt(action.cue);
}

void Station::perform(const core::Shorten& action) {
  if (Presenter* presenter = presenter_of(action.medium)) presenter->shorten(action.cue, action.end);
}

void Station::perform(const core::LookAgain& action) {
  if (Presenter* presenter = presenter_of(action.medium)) presenter->look_again(action.cue);
}

void Station::perform(const core::Awake& action) {
  Presenter* presenter = presenter_of(action.medium);
  if (presenter == nullptr) return;
  presenter->set_awake(action.awake);
  (action.medium == v1::MEDIUM_AUDIO ? sound_awake_ : sign_awake_) = action.awake;
  if (supervisor_) supervisor_->set_awake(sound_awake_, sign_awake_);
  if (action.medium == v1::MEDIUM_AUDIO) switch_amplifier(action.awake);
}

void Station::perform(const core::Keep& action) {
  if (unkept_.size() >= max_unkept) {
    return log::error("proof.lost", {{"cue", action.part.occurrence()}, {"segment", action.part.segment()}});
  }
  unkept_.push_back(action.part);
  if (reading_.now.grade >= ClockGrade::network && action.part.clock_grade() >= v1::CLOCK_GRADE_NETWORK) {
    unkept_.back().set_clock_error_us(static_cast<std::uint32_t>(reading_.error_bound.count()));
  }
  keep_waiting_parts();
}

/// Handles the first waiting part when the journal refuses it for good: takes its measured fields away so that it is
/// tried again without them, or drops it if they are gone already, because all others wait behind it.
void Station::doubt_first(const Error& error) {
  const auto bare = core::unmeasured(unkept_.front());
  const bool was_bare = bare.SerializeAsString() == unkept_.front().SerializeAsString();
  log::error(was_bare ? "proof.lost" : "proof.unmeasured", {{"error", error.text}});
  if (was_bare) {
    unkept_.pop_front();
  } else {
    unkept_.front() = bare;
  }
}

/// A part leaves the queue only when it is durable; the order of parts is the order of proofs.
void Station::keep_waiting_parts() {
  while (!unkept_.empty()) {
    const auto sealed = with_room([this] { return journal_.append(unkept_.front(), reading_.now.wall); });
    if (!sealed && sealed.error().code == ErrorCode::invalid) {  // no disk will ever take it, and others wait behind it
      doubt_first(sealed.error());
      continue;
    }
    if (!sealed) {
      log::error("proof.unkept", {{"error", sealed.error().text}, {"waiting", unkept_.size()}});
      return see_journal(&sealed.error());
    }
    see_journal(nullptr);
    const v1::Proof kept = std::move(unkept_.front());
    unkept_.pop_front();
    if (Presenter* presenter = presenter_of(kept.medium());
        presenter != nullptr && journal::frees_mark(kept, unkept_)) {
      presenter->settled(CueKey::of(kept));
    }
    publish_proofs(outbox_.on_appended(steady_clock::now()));
    schedule_tick();
  }
  if (mark_keeper_) mark_keeper_->release();
}

void Station::perform(const core::Want& action) {
  std::vector<sync::Want> wants;
  for (const auto& object : action.objects) {
    const auto name = Sha256::from_bytes(object.sha256());
    // The list is in the order of need; the fetcher orders by instant.
    if (name) wants.push_back({*name, object.bytes(), WallTime{Micros{static_cast<std::int64_t>(wants.size())}}});
  }
  if (wants.empty()) see_content_room(nullptr);
  fetcher_->want(action.content_url, std::move(wants));
}

void Station::perform(const core::Inspect& action) {
  begin_long_work();
  const auto verified = store_.verify(action.object);
  log::warn("object.inspected", {{"object", action.object.hex()}, {"whole", verified.has_value()}});
  if (verified) {
    refuse("object",
           {ErrorCode::invalid,
            fmt::format("{} is what the plan names, but cannot be presented as its cue wants: replace it in the "
                        "programme",
                        action.object.hex())});
  }
  const core::Event event = verified ? core::Event{core::ObjectHeld{action.object}} : core::ObjectLost{action.object};
  boost::asio::post(io_, [this, weak = std::weak_ptr<Alive>{alive_}, event] {
    if (!weak.expired()) feed(event);
  });
}

void Station::perform(const core::Reply& action) {
  log::info("command.answered", {{"id", action.answer.command()}, {"text", action.answer.text()}});
  publish_sealed(v1::KIND_ANSWER, topic::Leaf::answer, with_amplifier(action.answer).SerializeAsString());
}

void Station::perform(const core::Report& /*action*/) { status_due_ = true; }

}  // namespace loa::station::daemon
