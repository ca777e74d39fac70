#include "tests/system/link/broker.hpp"

#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <fstream>
#include <stdexcept>

#include "protocol/base/file.hpp"
#include "tests/support/temp_folder.hpp"

namespace loa::tests {
namespace {

void write_text(const std::filesystem::path& file, const std::string& text) { std::ofstream{file} << text; }

void must_run(const std::vector<std::string>& arguments) {
  const auto finished = run(Command{arguments});
  if (!finished) throw std::runtime_error{finished.error().text};
  if (!finished->exit.ok()) throw std::runtime_error{arguments[0] + " failed: " + finished->err};
}

bool listens(int port) {
  const UniqueFd fd{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  return ::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
}

}  // namespace

Certificates::Certificates(const std::filesystem::path& folder) : folder_(folder) {
  std::filesystem::create_directories(folder_);
  make_ca("ca");
  write_text(file("index.txt"), "");
  write_text(file("serial"), "1000\n");
  write_text(file("ca.conf"), fmt::format("[ca]\ndefault_ca = c\n[c]\ndatabase = {0}/index.txt\nserial = {0}/serial\n"
                                          "new_certs_dir = {0}\ndefault_md = sha256\npolicy = p\nunique_subject = no\n"
                                          "[p]\ncommonName = supplied\n",
                                          folder_.string()));
}

void Certificates::make_ca(const std::string& name) {
  must_run({"openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days",
            "3650", "-subj", "/CN=loa test " + name, "-keyout", file(name + ".key"), "-out", file(name + ".crt")});
}

std::filesystem::path Certificates::stranger() {
  make_ca("stranger");
  return file("stranger.crt");
}

void Certificates::issue(const std::string& name, const std::string& host, const std::string& from,
                         const std::string& to, bool only_name) {
  must_run({"openssl", "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-subj",
            "/CN=" + host, "-keyout", file(name + ".key"), "-out", file(name + ".csr")});
  write_text(file(name + ".ext"), fmt::format("subjectAltName = DNS:{}{}\n", host, only_name ? "" : ",IP:127.0.0.1"));
  must_run({"openssl",    "ca",
            "-batch",     "-notext",
            "-config",    file("ca.conf"),
            "-cert",      file("ca.crt"),
            "-keyfile",   file("ca.key"),
            "-startdate", from,
            "-enddate",   to,
            "-extfile",   file(name + ".ext"),
            "-in",        file(name + ".csr"),
            "-out",       file(name + ".crt")});
}

Broker::Broker(const std::filesystem::path& folder, const std::string& extra) : folder_(folder), extra_(extra) {
  std::filesystem::create_directories(folder_);
  start();
}

void Broker::configure() {
  write_text(folder_ / "broker.conf",
             fmt::format("listener {} 127.0.0.1\nuser root\nlog_dest stderr\n{}\n", port_, extra_));
}

void Broker::start() {
  for (int attempt = 0; attempt < 5; ++attempt) {
    if (port_ == 0) port_ = free_port();
    configure();
    auto process = Process::start({{"mosquitto", "-c", folder_ / "broker.conf"}, {}, {}, {}, folder_ / "broker.log"});
    if (!process) throw std::runtime_error{process.error().text};
    process_.emplace(std::move(*process));
    wait_until(std::chrono::seconds{5}, [&] { return listens(port_) || !process_->running(); });
    if (process_->running()) return;
    port_ = 0;  // somebody else took the port in between
  }
  throw std::runtime_error{"mosquitto does not start: " + log()};
}

void Broker::kill() { process_->kill(); }

std::string Broker::log() const { return read_file(folder_ / "broker.log", 1 << 20).value_or("no log"); }

}  // namespace loa::tests
