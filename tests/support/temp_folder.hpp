#pragma once
#include <filesystem>
#include <string>

namespace loa::tests {

/// A fresh folder that goes, with everything in it, when the object goes. With LOA_KEEP_TEMP set in the environment it
/// stays and its path is printed.
class TempFolder {
 public:
  /// Below $TMPDIR or /tmp. Aborts the test program when it cannot be made.
  explicit TempFolder(const std::string& name = "loa-test");
  ~TempFolder();
  TempFolder(TempFolder&& other) noexcept;
  TempFolder& operator=(TempFolder&&) = delete;

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  [[nodiscard]] std::filesystem::path operator/(const std::filesystem::path& below) const { return path_ / below; }

 private:
  std::filesystem::path path_;
};

/// A TCP port on 127.0.0.1 that nobody listens on at the moment; two calls of one process differ.
int free_port();

/// The folder of the programs built beside this one (…/build/<preset>/bin).
std::filesystem::path program_folder();

/// The checkout that this program was built from: the folder with CMakePresets.json above the build folder.
std::filesystem::path source_folder();

}  // namespace loa::tests
