#pragma once
#include <optional>
#include <vector>

#include "protocol/message/playlist.hpp"
#include "station/display/page_view.hpp"
#include "station/display/scene.hpp"

namespace loa::station::display {

/// What happens to one cue on a sign, from arm to end: which page is on, in whose place, and what was seen of each. No
/// device and no clock.
// wide: which page has its turn, and what was seen of each; the tally could be a class of its own
class Slide {
 public:
  Slide(Assignment assignment, SignShape sign, OpenPage open);

  /// Turns to the page whose time it is and prepares the one after it. Call before any of the following.
  void tend(MonoTime now);
  /// Ends sooner than it was to. @param end  planned instant
  void shorten(WallTime end);
  /// Asks once more for each page that another one stands for; its turn goes on with what stands until it is decoded.
  void look_again();
  /// Whether no page of the turn can be shown.
  [[nodiscard]] bool hopeless() const { return on_ && on_->view == nullptr && on_->own == nullptr; }
  /// What is to be seen now; nullptr: not decoded yet.
  const TurnFrame* frame(MonoTime now);
  [[nodiscard]] bool moves() const;
  [[nodiscard]] std::uint32_t scroll_px_s() const;
  /// Of the turn that is on: its begin may lie before the assignment's.
  [[nodiscard]] const Span& turn() const { return on_->span; }
  [[nodiscard]] std::int64_t turns() const { return turns_; }
  /// From then on tend() is worth a call whenever a page has become ready or has failed.
  [[nodiscard]] MonoTime prepared_from() const;
  /// When tend() has something to do again, whatever becomes of pages.
  [[nodiscard]] MonoTime next_turn() const;
  /// Objects that are there and cannot be shown, each told once.
  std::vector<std::string> take_damaged() { return std::exchange(damaged_, {}); }

  // Measuring.
  /// A frame of the page that is on became visible. @param number  on the grid of what moves, or of a video
  void seen(MonoTime visible, std::int64_t number, bool from_begin);
  /// What stands on the sign stood there up to here.
  void stood_until(MonoTime at);
  /// The sign went dark in the middle.
  void darkened(MonoTime at);
  /// It has had its time: what stands there stood to the end, and darkness at the end is a gap.
  void complete();
  [[nodiscard]] bool was_seen() const { return seen_; }
  [[nodiscard]] MonoTime seen_until() const { return seen_until_; }
  [[nodiscard]] std::uint64_t frames() const { return frames_; }
  [[nodiscard]] std::uint32_t missed() const { return missed_; }
  /// Of a playlist: pages; and gaps, into a part.
  void describe(v1::Proof& part) const;

  [[nodiscard]] const Assignment& assignment() const { return assignment_; }
  [[nodiscard]] const Span& span() const { return span_; }

  std::size_t mark = 0;
  int start_error_us = 0;
  std::int64_t from_us = 0;

 private:
  /// A turn with what will stand in it.
  struct Stage {
    protocol::message::Turn turn;
    Span span;
    std::size_t page = 0;            ///< shown; another than the turn's when that is not to be had
    std::size_t tried = 0;           ///< pages found unfit
    std::shared_ptr<PageView> view;  ///< nullptr: none can be shown
    std::shared_ptr<PageView> own;   ///< the turn's own page, asked for once more; nullptr: not
  };
  struct Tally {
    std::uint64_t frames = 0;
    MonoTime::duration shown{0};
  };
  struct Dark {
    MonoTime from, to;
  };

  Stage stage(const protocol::message::Turn& turn);
  [[nodiscard]] std::shared_ptr<PageView> open(std::size_t page) const;
  void advance(Stage& stage);
  void give_back(Stage& stage);
  void add_dark(MonoTime until);
  [[nodiscard]] MonoTime mono_of(std::int64_t us) const;

  Assignment assignment_;
  Span span_;
  const SignShape sign_;
  const OpenPage open_;
  std::optional<Stage> on_, next_;
  std::int64_t turns_ = 0;
  std::vector<std::string> damaged_;
  std::vector<bool> told_;  ///< by page: damage

  bool seen_ = false;
  MonoTime seen_until_{};
  std::uint64_t frames_ = 0;
  std::uint32_t missed_ = 0;
  std::optional<std::size_t> standing_;  ///< the page that is visible
  std::int64_t last_number_ = 0;
  std::int64_t last_turn_ = -1;
  std::vector<Tally> tallies_;  ///< by page
  std::vector<Dark> darks_;
};

}  // namespace loa::station::display
