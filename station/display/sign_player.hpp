#pragma once
#include <functional>
#include <memory>

#include "firmware/port/sign_out.hpp"
#include "station/core/presenter.hpp"
#include "station/journal/progress_mark.hpp"

namespace loa::station::display {

/// The sign and how often it is given a frame.
struct SignSettings {
  int width_px = 0;
  int height_px = 0;
  int frames_s =
      30;  ///< while a strip scrolls, 1…120; a page that stands still is presented at its begin and every second
};

/// Shows slogans: one thread that alone uses the sign. What is seen at an instant is a pure function of the instant
/// (scene.hpp), so a player that comes back joins in place and two signs agree.
class SignPlayer : public Presenter {
 public:
  using Post = std::function<void(std::function<void()>)>;  ///< runs a function on the io thread

  /// @param sign  closed; only the player's thread uses it until the destructor returns
  /// @param mark  kept up to date at every presented frame, cleared when nothing is shown; outlives the player
  /// @param post  called from the player's thread; events reach the io thread through it, none after the destructor
  SignPlayer(firmware::SignOut& sign, SignSettings settings, journal::ProgressMark& mark, Post post,
             PresenterEvents events);
  /// Blanks and closes the sign, joins the thread. What was on is not reported any more: the mark has it.
  ~SignPlayer() override;

  void arm(const Assignment& assignment) override;
  void halt(const CueKey& cue) override;
  void set_awake(bool awake) override;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace loa::station::display
