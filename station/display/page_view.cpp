#include "station/display/page_view.hpp"

#include <algorithm>

#include "protocol/base/file.hpp"
#include "station/display/test_page.hpp"

namespace loa::station::display {

TurnFrames::TurnFrames(std::unique_ptr<FrameReader> reader, Micros dwell)
    : reader_(std::move(reader)), runs_(moves() ? std::max<std::int64_t>(dwell / reader_->length(), 1) : 1) {}

Result<TurnFrame> TurnFrames::next() {
  LOA_TRY_LET(auto frame, reader_->next());
  const Micros base = run_ * Micros{reader_->length()};
  TurnFrame turned{std::move(frame.picture), base + frame.begin, base + frame.end, number_++};
  if (frame.end >= reader_->length()) ++run_;
  if (run_ >= runs_) {
    turned.end = Micros::max();
    done_ = true;
  }
  return turned;
}

Result<TurnFrames> open_turn(const OpenObject& open, const PageWish& wish) {
  if (wish.test) return TurnFrames{make_test_page(wish.shape), wish.dwell};
  LOA_TRY_LET(auto bytes, read_file(wish.object, content::picture::largest_still_bytes));
  LOA_TRY_LET(auto reader, open(std::move(bytes), wish.shape));
  return TurnFrames{std::move(reader), wish.dwell};
}

}  // namespace loa::station::display
