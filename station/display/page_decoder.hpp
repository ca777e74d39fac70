#pragma once
#include "station/display/page_view.hpp"

namespace loa::station::display {

/// Decodes pages on a thread of its own, `loa-pages`, a few frames ahead of who presents them: whatever decoding costs,
/// the presenting thread is not held up, and of a video never more than these frames are in memory.
class PageDecoder {
 public:
  /// @param open   called on the thread
  /// @param ready  called on the thread when a page has become ready or failed
  PageDecoder(OpenObject open, std::function<void()> ready);
  ~PageDecoder();

  /// Thread-safe. A view that nobody holds any more is not decoded further.
  std::shared_ptr<PageView> begin(const PageWish& wish);

 private:
  class Works;
  std::shared_ptr<Works> works_;
};

}  // namespace loa::station::display
