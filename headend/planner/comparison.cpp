#include "headend/planner/comparison.hpp"

#include <algorithm>
#include <string>
#include <vector>

namespace loa::headend::planner {
namespace {

/// What a plan says beside its cues, as comparable bytes; instants that only say when it was made are left out.
std::string frame_of(const v1::Plan& plan, std::int64_t from_us, std::int64_t to_us) {
  v1::Plan frame;
  *frame.mutable_policy() = plan.policy();
  frame.mutable_policy()->set_valid_from_us(std::max(plan.policy().valid_from_us(), from_us));
  frame.mutable_policy()->set_valid_until_us(std::min(plan.policy().valid_until_us(), to_us));
  frame.set_content_url(plan.content_url());
  *frame.mutable_groups() = plan.groups();
  if (plan.has_sign()) *frame.mutable_sign() = plan.sign();
  *frame.mutable_brightness() = plan.brightness();
  return frame.SerializeAsString();
}

std::vector<const v1::Cue*> cues_between(const v1::Plan& plan, std::int64_t from_us, std::int64_t to_us) {
  std::vector<const v1::Cue*> cues;
  for (const auto& cue : plan.cues()) {
    if (cue.start_us() + cue.duration_us() > from_us && cue.start_us() < to_us) cues.push_back(&cue);
  }
  return cues;
}

/// The playlists of a plan as comparable bytes, by number − 1.
std::vector<std::string> playlists_of(const v1::Plan& plan) {
  std::vector<std::string> playlists;
  for (const auto& playlist : plan.playlists()) {
    std::string bytes;
    for (const auto page : playlist.pages()) bytes += plan.pages(static_cast<int>(page)).SerializeAsString() + "/";
    playlists.push_back(std::move(bytes));
  }
  return playlists;
}

/// Two plans, whole and folded, cue by cue.
class Comparison {
 public:
  Comparison(const v1::Plan& one, const v1::Plan& other)
      : playlists_(playlists_of(one)), other_playlists_(playlists_of(other)) {}

  [[nodiscard]] bool same(const v1::Cue* one, const v1::Cue* other) const {
    if (one->start_us() != other->start_us()) return false;
    const auto mine = one->playlist_number(), theirs = other->playlist_number();
    if ((mine == 0) != (theirs == 0)) return false;
    if (mine > 0 && playlists_[mine - 1] != other_playlists_[theirs - 1]) return false;
    return bytes_of(*one) == bytes_of(*other);
  }

 private:
  static std::string bytes_of(v1::Cue cue) {
    cue.clear_playlist_number();
    return cue.SerializeAsString();
  }
  std::vector<std::string> playlists_, other_playlists_;
};

}  // namespace

bool same_orders(const v1::Plan& one, const v1::Plan& other, WallTime now) {
  const auto from = to_us(now), to = std::min(one.horizon_us(), other.horizon_us());
  if (frame_of(one, from, to) != frame_of(other, from, to)) return false;
  const auto ours = cues_between(one, from, to), theirs = cues_between(other, from, to);
  const Comparison comparison{one, other};
  return std::equal(ours.begin(), ours.end(), theirs.begin(), theirs.end(),
                    [&](const v1::Cue* mine, const v1::Cue* their) { return comparison.same(mine, their); });
}

}  // namespace loa::headend::planner
