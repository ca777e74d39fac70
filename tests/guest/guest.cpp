#include "tests/guest/guest.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <charconv>
#include <thread>

#include "tests/support/temp_folder.hpp"

namespace loa::tests {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr std::string_view ready = "shell is ready\n";
constexpr std::string_view status_words = "exit status ";  // then the number, '.' and a line break
constexpr auto boot_deadline = 120s;
constexpr std::string_view prompt = "(qemu) ";
constexpr std::uintmax_t disk_bytes = 256U << 20U;  // sparse; more than the station keeps free for proofs

fs::path kernel_folder() { return source_folder() / "build/guest"; }
fs::path initramfs() { return program_folder().parent_path() / "guest/initramfs"; }

std::string end_of(const fs::path& file) {
  const auto text = read_file(file, 16U << 20U).value_or("");
  return text.substr(text.size() - std::min<std::size_t>(text.size(), 1'500));
}

/// @return what was said until the mark was, and then to `end`
Result<std::string> read_until(const UniqueFd& socket, std::string_view mark, char end,
                               std::chrono::milliseconds deadline) {
  const auto until = Clock::now() + deadline;
  std::string text;
  while (true) {
    const auto at = text.find(mark);
    if (at != std::string::npos && text.back() == end) return text;
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(until - Clock::now()).count();
    pollfd ready_to_read{socket.get(), POLLIN, 0};
    if (left <= 0 || ::poll(&ready_to_read, 1, static_cast<int>(left)) == 0)
      return fail(ErrorCode::timeout, "the guest said nothing more after: {}", text);
    char bytes[4096];
    const auto count = ::read(socket.get(), bytes, sizeof bytes);
    if (count <= 0) return fail(ErrorCode::io, "the guest is gone; it had said: {}", text);
    text.append(bytes, static_cast<std::size_t>(count));
  }
}

Result<void> write_line(const UniqueFd& socket, const std::string& line) {
  const std::string sent = line + '\n';
  if (::write(socket.get(), sent.data(), sent.size()) != static_cast<ssize_t>(sent.size()))
    return fail(ErrorCode::io, "the guest takes no command");
  return {};
}

/// Two cores and 512 MB, emulated. The first serial line is the shell's, the second the console's.
Command machine_of(const Guest::Settings& settings) {
  Command command;
  std::istringstream words{
      "qemu-system-x86_64 -accel tcg,thread=multi -M q35 -cpu max -smp 2 -m 512 -nodefaults -no-reboot -display none "
      "-device virtio-rng-pci -netdev user,id=net -device virtio-net-pci,netdev=net -device virtio-blk-pci,drive=disk "
      "-virtfs local,path=/,mount_tag=root,security_model=none,readonly=on,multidevs=remap -serial chardev:shell"};
  for (std::string word; words >> word;) command.argv.push_back(word);
  const auto file = [&](const char* name) { return (settings.folder / name).string(); };
  const auto add = [&](const char* option, const std::string& value) {
    command.argv.insert(command.argv.end(), {option, value});
  };
  add("-kernel", (kernel_folder() / "vmlinuz").string());
  add("-initrd", initramfs().string());
  add("-append", fmt::format("console=ttyS1 quiet mitigations=off panic=-1 net.ifnames=0 systemd.show_status=no "
                             "usr_local={} hosts=10.0.2.2,{}",
                             settings.usr_local.string(), Guest::office_host));
  add("-chardev", "socket,id=shell,server=on,wait=off,path=" + file("shell"));
  add("-monitor", "unix:" + file("monitor") + ",server=on,wait=off");
  add("-virtfs", "local,mount_tag=shared,security_model=none,path=" + file("shared"));
  add("-drive", "if=none,id=disk,format=raw,file=" + settings.disk.string());
  add("-rtc", "base=" + settings.date);
  command.err = file("qemu.log");
  return command;
}

}  // namespace

Result<void> Guest::make_disk(const fs::path& image, const fs::path& station_files) {
  const TempFolder content{"loa-guest-disk"};
  std::error_code error;
  fs::create_directories(content / "loa", error);
  if (!station_files.empty()) fs::copy(station_files, content / "loa/station", fs::copy_options::recursive, error);
  if (error) return fail(ErrorCode::io, "cannot copy {}: {}", station_files.string(), error.message());
  LOA_TRY(save_file(image, ""));
  fs::resize_file(image, disk_bytes, error);
  LOA_TRY_LET(const auto made,
              tests::run({{"/sbin/mkfs.ext4", "-q", "-F", "-d", content.path().string(), image.string()}}));
  if (!made.exit.ok()) return fail(ErrorCode::refused, "mkfs.ext4: {}", made.err);
  return {};
}

Result<std::unique_ptr<Guest>> Guest::boot(const Settings& settings) {
  LOA_TRY(make_folders(settings.folder / "shared"));
  const auto console = settings.folder / "console.log";
  for (const char* socket : {"shell", "monitor"}) fs::remove(settings.folder / socket);
  Command command = machine_of(settings);
  command.argv.insert(command.argv.end(), {"-serial", "file:" + console.string()});
  LOA_TRY_LET(auto machine, Process::start(command));
  std::unique_ptr<Guest> guest{new Guest{std::move(machine), settings}};
  LOA_TRY_LET(guest->shell_, guest->connect("shell", boot_deadline));
  if (const auto booted = read_until(guest->shell_, ready, '\n', boot_deadline); !booted)
    return fail(booted.error().code, "{}; its console ends: {}", booted.error().text, end_of(console));
  return guest;
}

/// QEMU listens on its sockets a moment after it was started.
Result<UniqueFd> Guest::connect(const char* socket, std::chrono::milliseconds deadline) {
  const auto path = (settings_.folder / socket).string();
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) return fail(ErrorCode::invalid, "the path {} is too long", path);
  path.copy(address.sun_path, path.size());
  UniqueFd made{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  const bool connected = wait_until(deadline, [&] {
    return !machine_.running() ||
           ::connect(made.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  });
  if (!connected || !machine_.running())
    return fail(ErrorCode::missing, "QEMU did not start: {}", end_of(settings_.folder / "qemu.log"));
  return made;
}

Result<void> Guest::stall_disk(bool stalled) {
  LOA_TRY_LET(const auto monitor, connect("monitor", 5s));
  LOA_TRY(read_until(monitor, prompt, prompt.back(), 5s));
  LOA_TRY(write_line(monitor, fmt::format("block_set_io_throttle disk 0 0 {} 0 0 0", stalled ? 1 : 0)));  // bytes/s
  LOA_TRY_LET(const auto said, read_until(monitor, prompt, prompt.back(), 5s));
  if (said.find("Error") != std::string::npos) return fail(ErrorCode::refused, "QEMU: {}", said);
  return {};
}

Result<std::string> Guest::run(const std::string& line, std::chrono::milliseconds deadline) {
  LOA_TRY(write_line(shell_, line));
  LOA_TRY_LET(auto text, read_until(shell_, status_words, '\n', deadline));
  const auto at = text.rfind(status_words);
  int status = -1;
  std::from_chars(text.data() + at + status_words.size(), text.data() + text.size(), status);
  text.resize(at);
  if (status != 0) return fail(ErrorCode::refused, "{}: exit status {}: {}", line, status, text);
  return text;
}

}  // namespace loa::tests
