#pragma once
#include <optional>
#include <string>
#include <vector>

#include "protocol/base/time.hpp"
#include "tests/rehearsal/ward_kit.hpp"

namespace loa::tests {

/// What the recorded panel of a station showed, and from when on: the recorder's PNG files.
class Panel {
 public:
  Panel(const WardKit& kit, std::string station) : kit_(kit), station_(std::move(station)) {}

  /// The first instant at or after `since` at which exactly the pixels of a page appeared; absent: not yet.
  /// @param object  hexadecimal SHA-256 of the approved page, at the head-end
  [[nodiscard]] std::optional<WallTime> shown_since(const std::string& object, WallTime since) const;
  /// Whether the pixels that stand now are those of a page.
  [[nodiscard]] bool stands(const std::string& object) const;
  /// Whether the last frame is dark.
  [[nodiscard]] bool is_dark() const;
  /// Dark frames between two instants, exclusive of both.
  [[nodiscard]] int dark_frames(WallTime from, WallTime to) const;

 private:
  struct Frame {
    WallTime at;
    std::filesystem::path file;
  };
  [[nodiscard]] std::vector<Frame> frames() const;  ///< by instant

  const WardKit& kit_;
  std::string station_;
};

/// Hexadecimal SHA-256 of a slogan's page for signs of a size such as "192x32"; empty: none.
std::string page_of(const WardKit& kit, const std::string& slogan, const std::string& size);

}  // namespace loa::tests
