#include "firmware/virtual_card/recording.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>

namespace loa::firmware::virtual_card {
namespace {

constexpr std::size_t header_bytes = 44;
constexpr std::size_t max_anchors = 8'192;  // two hours of a wandering crystal

void put(std::uint8_t* at, std::uint32_t value, int bytes) {
  for (int i = 0; i < bytes; ++i) at[i] = static_cast<std::uint8_t>(value >> (8 * i));
}

std::uint32_t clamp_size(std::uint64_t size) {
  return static_cast<std::uint32_t>(std::min<std::uint64_t>(size, 0xFFFF'FFFF));
}

/// RIFF WAVE, PCM 16 bit (IBM/Microsoft, Multimedia Programming Interface 1.0, 1991).
std::array<std::uint8_t, header_bytes> wav_header(const TakeFacts& facts, std::uint64_t data_bytes) {
  std::array<std::uint8_t, header_bytes> h{};
  const auto channels = static_cast<std::uint32_t>(facts.channels), rate = static_cast<std::uint32_t>(facts.rate_hz);
  std::memcpy(&h[0], "RIFF", 4);
  put(&h[4], clamp_size(data_bytes + header_bytes - 8), 4);
  std::memcpy(&h[8], "WAVEfmt ", 8);
  put(&h[16], 16, 4);
  put(&h[20], 1, 2);
  put(&h[22], channels, 2);
  put(&h[24], rate, 4);
  put(&h[28], rate * channels * 2, 4);
  put(&h[32], channels * 2, 2);
  put(&h[34], 16, 2);
  std::memcpy(&h[36], "data", 4);
  put(&h[40], clamp_size(data_bytes), 4);
  return h;
}

void complain(const std::string& path) {
  const std::string line =
      "virtual card: cannot write " + path + ": " + std::strerror(errno) + "; nothing is recorded\n";
  [[maybe_unused]] const auto written = ::write(STDERR_FILENO, line.data(), line.size());
}

std::string anchor_json(const Anchor& anchor) {
  char text[160];
  std::snprintf(text, sizeof text, "{\"frame\": %lld, \"monotonic_ns\": %lld, \"ppm\": %.9g}",
                static_cast<long long>(anchor.frame), static_cast<long long>(anchor.at), anchor.ppm);
  return text;
}

}  // namespace

Recording::~Recording() { end("stopped"); }

void Recording::begin(const std::string& folder, const TakeFacts& facts) {
  end("stopped");
  facts_ = facts;
  bytes_ = 0;
  anchors_.assign(1, Anchor{facts.start_monotonic, 0, facts.ppm});
  base_ = folder + "/" + facts.name + "-" + std::to_string(facts.start_realtime);
  fd_ = ::open((base_ + ".wav").c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (fd_ < 0) return complain(base_ + ".wav");
  save_header();
  save_sidecar("open");
}

void Recording::append(const std::int16_t* samples, std::size_t count) {
  if (fd_ < 0) return;
  const auto* bytes = reinterpret_cast<const char*>(samples);
  std::size_t left = count * sizeof(std::int16_t);
  while (left > 0) {
    const ssize_t put = ::pwrite(fd_, bytes, left, static_cast<off_t>(header_bytes + bytes_));
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) {
      complain(base_ + ".wav");
      ::close(fd_);
      fd_ = -1;
      return;
    }
    bytes += put;
    left -= static_cast<std::size_t>(put);
    bytes_ += static_cast<std::uint64_t>(put);
  }
  save_header();
}

void Recording::note(const Anchor& anchor) {
  if (fd_ < 0 || anchors_.size() >= max_anchors) return;
  anchors_.push_back(anchor);
  save_sidecar("open");
}

void Recording::end(const char* why) {
  if (fd_ < 0) return;
  save_sidecar(why);
  ::close(fd_);
  fd_ = -1;
}

void Recording::save_header() {
  const auto header = wav_header(facts_, bytes_);
  if (::pwrite(fd_, header.data(), header.size(), 0) < 0) complain(base_ + ".wav");
}

void Recording::save_sidecar(const char* end) {
  char head[512];
  std::snprintf(head, sizeof head,
                "{\"name\": \"%s\", \"rate_hz\": %d, \"channels\": %d, \"ppm\": %.9g, \"start_realtime_ns\": %lld, "
                "\"start_monotonic_ns\": %lld, \"end\": \"%s\", \"frames\": %llu, \"anchors\": [",
                facts_.name.c_str(), facts_.rate_hz, facts_.channels, facts_.ppm,
                static_cast<long long>(facts_.start_realtime), static_cast<long long>(facts_.start_monotonic), end,
                static_cast<unsigned long long>(bytes_ / (2U * static_cast<unsigned>(facts_.channels))));
  std::string text = head;
  for (std::size_t i = 0; i < anchors_.size(); ++i) text += (i ? ", " : "") + anchor_json(anchors_[i]);
  text += "]}\n";
  const std::string path = base_ + ".json", fresh = path + ".new";
  const int fd = ::open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  const bool whole = fd >= 0 && ::write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  if (fd >= 0) ::close(fd);
  if (!whole || ::rename(fresh.c_str(), path.c_str()) != 0) complain(path);
}

}  // namespace loa::firmware::virtual_card
