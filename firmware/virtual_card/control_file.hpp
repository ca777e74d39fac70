#pragma once
#include <sys/stat.h>

#include <optional>
#include <string>

namespace loa::firmware::virtual_card {

/// What a control file asks for. Lines of "key value", each ended by a newline; unknown lines are ignored.
struct Orders {
  std::optional<bool> gone;     ///< "gone 1": the card has been pulled out; "gone 0": it is back
  std::optional<double> ppm;    ///< "ppm -60.5": error of the crystal, −1000…1000
  std::optional<int> stall_ms;  ///< "stall_ms 300": consume nothing for so long, 1…600 000
};

Orders parse_orders(const char* text);

/// A small file that a test or a demo writes to while the card is in use.
class ControlFile {
 public:
  /// @param path  empty: there is none
  explicit ControlFile(std::string path);

  /// The orders in the file as it is: `gone` and `ppm` are states and count at once; an old `stall_ms` does not.
  Orders first();
  /// @return orders if the file was written since the last look (stat; the file is read only then), else absent
  std::optional<Orders> changed();

 private:
  [[nodiscard]] Orders load();
  bool look();

  std::string path_;
  struct stat seen_ {};
};

}  // namespace loa::firmware::virtual_card
