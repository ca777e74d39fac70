#pragma once
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "protocol/crypto/key.hpp"
#include "protocol/message/loa.pb.h"
#include "protocol/seal/seal.hpp"
#include "tests/support/process.hpp"
#include "tests/support/temp_folder.hpp"

namespace loa::tests {

/// A station's folder as it lies on a box that has worked for a while: bundle, plan, content, proofs, a command and a
/// mute. Copies of it are spoilt, and a real station is started on each. The office is gone.
class StartBench {
 public:
  static constexpr const char* id = "cum-01";
  static constexpr const char* other_id = "cum-02";

  /// Lets a real ward work for some seconds.
  Result<void> prepare();

  /// A fresh copy, to be spoilt.
  std::filesystem::path copy();
  [[nodiscard]] const std::filesystem::path& other() const { return other_; }

  /// What a start came to.
  struct Start {
    std::optional<Exit> exit;  ///< absent: it stays up
    std::string said;          ///< standard error
  };
  /// Starts the station of a copy and waits for its end, or for a line with all the words; then stops it.
  /// @param before  a shell command that is run before it in a mount namespace of its own; empty: none
  [[nodiscard]] Result<Start> start(const std::filesystem::path& home, const std::vector<std::string>& words,
                                    const std::string& before = {}) const;

  /// A plan in the station's name, sealed anew: the genuine one, changed.
  struct Forgery {
    std::function<void(protocol::seal::Address&)> address = {};
    std::function<void(v1::Plan&)> plan = {};
    std::optional<protocol::crypto::SecretKey> key = {};
  };
  [[nodiscard]] std::string forge(const Forgery& forgery) const;

 private:
  const TempFolder folder_{"loa-start"};
  std::filesystem::path home_, other_;
  std::optional<Command> command_;
  std::optional<protocol::crypto::SecretKey> plan_key_;
  v1::Header plan_;
  int copies_ = 0;
};

/// Every file below a folder, by its relative path.
std::map<std::string, std::string> contents_of(const std::filesystem::path& folder);

/// Replaces a text in a file; the test fails when it is not there.
void edit(const std::filesystem::path& file, const std::string& what, const std::string& by);

/// The first line of a text that has all the words; empty: none.
std::string line_with(const std::string& text, const std::vector<std::string>& words);

}  // namespace loa::tests
