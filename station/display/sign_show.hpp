#pragma once
#include <list>
#include <map>
#include <optional>
#include <vector>

#include "firmware/port/sign_out.hpp"
#include "protocol/message/reason.hpp"
#include "station/display/slide.hpp"
#include "station/journal/mark_set.hpp"

namespace loa::station::display {

/// The sign and how often it is given a frame. While something moves that is at the panel's own rate, or a whole part
/// of it, so that each frame stands as long as the next.
struct SignSettings {
  int width_px = 0;
  int height_px = 0;
  int most_frames_s = 60;                    ///< 1…120
  std::chrono::milliseconds refresh{1'000};  ///< a page that stands still is presented at its begin, then this often
  std::chrono::milliseconds mark_interval{100};      ///< how much of a cue a killed process may leave unproved
  std::chrono::milliseconds first_reopen{1'000};     ///< after the sign was lost; twice as long each time …
  std::chrono::milliseconds longest_reopen{30'000};  ///< … up to this
};

/// Runs a sign: decides at each step what is due, draws, presents, and measures. No thread and no clock of its own:
/// SignPlayer gives it both. One thread uses it.
// wide: opening the sign, showing and marking in one; the opening could be a class of its own
class SignShow {
 public:
  /// @param sign    closed; outlives the show
  /// @param events  called from within arm, halt and step
  /// @param open    begins to decode a page; may be long in it, the show goes on. When a page becomes ready, step() is
  /// due
  SignShow(firmware::SignOut& sign, SignSettings settings, journal::MarkSet marks, PresenterEvents events,
           OpenPage open);
  ~SignShow();

  void arm(const Assignment& assignment);
  void halt(const CueKey& cue, MonoTime now);
  /// @param end  planned instant, sooner than it was; what has passed it already ends with the next step
  void shorten(const CueKey& cue, WallTime end);
  /// A page that others stand for is there by now.
  void look_again(const CueKey& cue);
  void settled(const CueKey& cue);
  void set_awake(bool awake) { awake_ = awake; }
  /// @param percent  1…100, seen with the next step
  void set_brightness(int percent);
  /// Blanks and closes the sign; nothing is to be called after it.
  void close();

  /// Opens the sign and closes it again, and says by tried() whether it is there; once nothing is on.
  void try_device();
  /// Does what is due now.
  /// @return when the next step is due; absent when only a call above can change anything
  std::optional<MonoTime> step(MonoTime now);

 private:
  std::list<Slide>::iterator find(const CueKey& cue);
  void expire(MonoTime now);
  Slide* due(MonoTime now);
  bool ensure_open(MonoTime now);
  void lose(const Error& error, MonoTime now);
  void prepare(MonoTime now);
  void dim(MonoTime now);
  void show(Slide& slide, MonoTime now);
  void blank(MonoTime now);
  void present(Slide& slide, const TurnFrame& frame, MonoTime at);
  void note_seen(Slide& slide, MonoTime visible, std::int64_t number);
  std::size_t take_mark();
  void keep_mark(Slide& slide);
  void end(std::list<Slide>::iterator slide, protocol::message::Reason reason);
  void stop_showing(MonoTime now);
  [[nodiscard]] MonoTime next_frame(const Slide& slide, const TurnFrame& frame, MonoTime now) const;
  [[nodiscard]] std::optional<MonoTime> next_step(MonoTime now);
  [[nodiscard]] bool wanted() const { return awake_ || !slides_.empty(); }

  firmware::SignOut& sign_;
  const SignSettings settings_;
  journal::MarkSet marks_;
  PresenterEvents events_;
  OpenPage open_page_;

  bool awake_ = false;
  bool open_ = false;
  bool try_waits_ = false;            ///< until nothing is on
  bool waiting_ = false;              ///< for a frame that is not decoded yet
  int frames_s_ = 1;                  ///< as the open sign can
  bool dark_ = false;                 ///< open, and the last frame was black
  int percent_ = 100, dimmed_ = 100;  ///< wished; as the open sign has it
  MonoTime reopen_at_{};
  std::chrono::milliseconds reopen_wait_;
  std::list<Slide> slides_;
  Slide* shown_ = nullptr;
  std::int64_t shown_turn_ = 0;
  MonoTime frame_due_{};
  MonoTime marked_at_{};
  std::size_t next_mark_ = 0;
  std::map<CueKey, std::size_t> ended_marks_;  ///< not yet settled
  std::vector<std::uint8_t> frame_;
};

}  // namespace loa::station::display
