#pragma once
#include <filesystem>
#include <functional>
#include <memory>

#include "content/picture/sign_object.hpp"
#include "protocol/base/time.hpp"

namespace loa::station::display {

using content::picture::FrameReader;
using content::picture::Picture;
using content::picture::SignShape;

/// A frame in its turn: times count from the turn's begin.
struct TurnFrame {
  Picture picture;
  Micros begin{0};
  Micros end{0};             ///< Micros::max() for the last
  std::uint64_t number = 0;  ///< from 0, without a hole
};

/// The frames of one turn in order: a still picture is one frame; a video runs as many whole times as the turn holds,
/// at least once, and its last frame stands.
class TurnFrames {
 public:
  TurnFrames(std::unique_ptr<FrameReader> reader, Micros dwell);
  [[nodiscard]] bool moves() const { return reader_->length().count() > 0; }
  [[nodiscard]] bool done() const { return done_; }
  /// Not after done(). @error invalid: damaged
  Result<TurnFrame> next();

 private:
  std::unique_ptr<FrameReader> reader_;
  std::int64_t runs_;
  std::int64_t run_ = 0;
  std::uint64_t number_ = 0;
  bool done_ = false;
};

/// What a page has to show in one turn, decoded ahead by somebody else. Never blocks.
class PageView {
 public:
  enum class State { loading, ready, failed };
  virtual ~PageView() = default;
  virtual State state() = 0;
  /// Why it failed: `missing` when there is no such object.
  virtual Error error() = 0;
  [[nodiscard]] virtual bool moves() = 0;
  /// The frame for an instant of the turn, of which those before are given up; nullptr: not decoded yet. Valid until
  /// the next call. When the decoder is behind, an older frame.
  virtual const TurnFrame* at(Micros into) = 0;
};

struct PageWish {
  std::filesystem::path object;
  SignShape shape;
  Micros dwell{0};    ///< of the page, also where the turn is shorter
  bool test = false;  ///< the page of an ordered test: no object
};

/// Begins to decode a page.
using OpenPage = std::function<std::shared_ptr<PageView>(const PageWish&)>;

/// Reads an object's bytes and opens it; how, is decided where the program is put together.
using OpenObject = std::function<Result<std::unique_ptr<FrameReader>>(std::string bytes, const SignShape& shape)>;

/// Reads and opens the object of a page. Blocks.
/// @error missing · io · invalid
Result<TurnFrames> open_turn(const OpenObject& open, const PageWish& wish);

}  // namespace loa::station::display
