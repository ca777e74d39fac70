#include "tools/cli/passphrase.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include "protocol/base/file.hpp"
#include "protocol/crypto/passphrase.hpp"

namespace loa::tools::cli {
namespace {

namespace fs = std::filesystem;

Result<std::string> read_passphrase(const fs::path& file) {
  struct stat info {};
  if (::stat(file.c_str(), &info) == 0 && (info.st_mode & 077U) != 0) {
    return fail(ErrorCode::refused, "người khác đọc được {}: chmod 600 tệp này · others can read it: chmod 600 it",
                file.string());
  }
  LOA_TRY_LET(std::string text, read_file(file, 4096));
  while (text.ends_with('\n') || text.ends_with('\r')) text.pop_back();
  return text;
}

/// A terminal that shows nothing of what is typed, until the object goes.
class SilentTerminal {
 public:
  static Result<SilentTerminal> open() {
    UniqueFd fd{::open("/dev/tty", O_RDWR | O_CLOEXEC)};
    termios was{};
    if (!fd.valid() || ::tcgetattr(fd.get(), &was) != 0) {
      return fail(ErrorCode::missing,
                  "không có bàn phím để hỏi mật khẩu: dùng --passphrase-file TỆP · no terminal to ask for the "
                  "passphrase: use --passphrase-file FILE");
    }
    termios silent = was;
    silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    ::tcsetattr(fd.get(), TCSAFLUSH, &silent);
    return SilentTerminal{std::move(fd), was};
  }
  Result<std::string> ask(std::string_view question) {
    LOA_TRY(write_all(fd_.get(), question, "/dev/tty"));
    std::string line(4096, '\0');
    const ssize_t got = ::read(fd_.get(), line.data(), line.size());
    LOA_TRY(write_all(fd_.get(), "\n", "/dev/tty"));
    if (got <= 0) return fail(ErrorCode::missing, "no passphrase was given");
    line.resize(static_cast<std::size_t>(got));
    while (line.ends_with('\n')) line.pop_back();
    return line;
  }
  SilentTerminal(SilentTerminal&&) = default;
  SilentTerminal& operator=(SilentTerminal&&) = delete;
  ~SilentTerminal() {
    if (fd_.valid()) ::tcsetattr(fd_.get(), TCSAFLUSH, &was_);
  }

 private:
  SilentTerminal(UniqueFd fd, const termios& was) : fd_(std::move(fd)), was_(was) {}
  UniqueFd fd_;
  termios was_;
};

}  // namespace

Result<std::string> ask_passphrase(const fs::path& file, bool twice) {
  if (!file.empty()) return read_passphrase(file);
  LOA_TRY_LET(auto terminal, SilentTerminal::open());
  LOA_TRY_LET(auto passphrase, terminal.ask("Mật khẩu của bản sao lưu · passphrase of the backup: "));
  if (!twice) return passphrase;
  LOA_TRY_LET(auto again, terminal.ask("Nhập lại · once more: "));
  const bool same = again == passphrase;
  protocol::crypto::wipe(again);
  if (same) return passphrase;
  protocol::crypto::wipe(passphrase);
  return fail(ErrorCode::invalid, "hai lần nhập khác nhau: hãy thử lại · the two differ: try again");
}

}  // namespace loa::tools::cli
