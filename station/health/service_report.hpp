#pragma once
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "protocol/base/result.hpp"
#include "protocol/base/time.hpp"

namespace loa::station::health {

/// What the running service knows of the parts of its box, in a file beside its progress marks: `loa-station --check`
/// reads it, for it can open no card that the service holds. A file, because whoever may read it may do nothing else.
///
///   loa service 1
///   <part>=<milliseconds of the monotonic clock when it was seen> <trouble, one line; nothing: it works>
class ServiceReport {
 public:
  struct Part {
    MonoTime seen;
    std::string trouble;  ///< empty: it works
  };
  using Parts = std::map<std::string, Part, std::less<>>;

  /// Forgets what an earlier process wrote.
  /// @param folder  on tmpfs; empty: nothing is written, for a memory card wears
  ServiceReport(const std::filesystem::path& folder, const std::string& ward, const std::string& station);

  /// Takes note of a part, and writes when that is news or the last word is a minute old.
  void see(std::string_view part, const std::string& trouble, MonoTime now);

  [[nodiscard]] static std::filesystem::path file_of(const std::filesystem::path& folder, const std::string& ward,
                                                     const std::string& station);
  [[nodiscard]] static std::string format(const Parts& parts);
  /// Anything that is not such a file says nothing.
  [[nodiscard]] static Parts parse(std::string_view text);

 private:
  std::filesystem::path file_;  // empty: none
  Parts parts_;
};

}  // namespace loa::station::health
