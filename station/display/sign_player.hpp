#pragma once
#include <functional>
#include <memory>

#include "firmware/port/sign_out.hpp"
#include "protocol/base/pulse.hpp"
#include "station/core/presenter.hpp"
#include "station/display/sign_show.hpp"
#include "station/journal/mark_set.hpp"

namespace loa::station::display {

/// Shows slogans: the thread `loa-sign`, which alone uses the sign, and `loa-pages`, which decodes for it. What is seen
/// at an instant is a pure function of the instant (scene.hpp), so a player that comes back joins in place and two
/// signs agree.
class SignPlayer : public Presenter {
 public:
  using Post = std::function<void(std::function<void()>)>;  ///< runs a function on the io thread

  /// @param sign   closed; only the player's thread uses it until the destructor returns
  /// @param marks  kept up to date while something is shown
  /// @param open   opens an object; called on a thread of its own, `loa-pages`
  /// @param post   called from the player's thread; events reach the io thread through it, none after the destructor
  SignPlayer(firmware::SignOut& sign, SignSettings settings, journal::MarkSet marks, OpenObject open, Post post,
             PresenterEvents events);
  /// Blanks and closes the sign, joins the thread. What was on is not reported any more: the mark has it.
  ~SignPlayer() override;

  void arm(const Assignment& assignment) override;
  void halt(const CueKey& cue) override;
  void shorten(const CueKey& cue, WallTime end) override;
  void look_again(const CueKey& cue) override;
  void settled(const CueKey& cue) override;
  void set_awake(bool awake) override;
  void set_brightness(int percent) override;
  void try_device() override;

  [[nodiscard]] const Pulse& pulse() const;

 private:
  class Works;
  std::shared_ptr<Works> works_;
};

}  // namespace loa::station::display
