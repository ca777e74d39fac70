#include "station/fetch/downloader.hpp"

#include <curl/curl.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <optional>

#include "protocol/base/file.hpp"

namespace loa::station::fetch {

using sync::Blame;
using sync::FetchEnd;
using sync::FetchJob;

namespace {

constexpr std::size_t max_header_bytes = 64 << 10;

/// One answer of the server on its way into the partial file. Nothing in it is believed.
class Answer {
 public:
  Answer(std::filesystem::path partial, std::uint64_t bytes) : partial_(std::move(partial)), bytes_(bytes) {}

  /// Opens the file and finds where to continue.
  Result<void> begin() {
    fd_ = UniqueFd{::open(partial_.c_str(), O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600)};
    struct stat info {};
    if (!fd_.valid() || ::fstat(fd_.get(), &info) != 0) {
      return fail(ErrorCode::io, "cannot open {}: {}", partial_.string(), errno_text());
    }
    size_ = static_cast<std::uint64_t>(info.st_size);
    if (size_ > bytes_) LOA_TRY(restart());
    asked_from_ = size_;
    return ::lseek(fd_.get(), 0, SEEK_END) >= 0 ? Result<void>{} : disk_failure();
  }
  [[nodiscard]] bool complete() const { return size_ == bytes_; }
  [[nodiscard]] std::uint64_t size() const { return size_; }

  /// @return whether to go on
  bool take_header(std::string_view line) {
    header_bytes_ += line.size();
    if (header_bytes_ > max_header_bytes) {
      error_ = Error{ErrorCode::invalid, "the server's header does not end"};
      return false;
    }
    if (line.substr(0, 5) == "HTTP/") range_from_.reset();
    constexpr std::string_view name = "content-range: bytes ";
    const bool is_range = line.size() > name.size() &&
                          std::equal(name.begin(), name.end(), line.begin(),
                                     [](char a, char b) { return a == std::tolower(static_cast<unsigned char>(b)); });
    std::uint64_t from = 0;
    if (is_range && std::from_chars(line.data() + name.size(), line.data() + line.size(), from).ec == std::errc{}) {
      range_from_ = from;
    }
    return true;
  }

  /// @param status  of HTTP
  /// @return        whether to go on
  bool take_body(long status, std::string_view piece) {
    if (!began_) {
      began_ = true;
      if (const auto ready = prepare(status); !ready) return keep(ready);
    }
    if (status != 200 && status != 206) return true;  // an error page: read past it
    if (piece.size() > bytes_ - size_) {
      [[maybe_unused]] const auto emptied = restart();
      return keep(fail(ErrorCode::invalid, "the server sends more than the {} bytes the plan names", bytes_));
    }
    if (const auto written = write_all(fd_.get(), piece, partial_); !written) return keep(written);
    size_ += piece.size();
    return true;
  }

  /// The verdict after the transfer's end.
  Result<void> finish(long status) {
    if (error_) return pass(*error_);
    if (status == 416) {
      LOA_TRY(restart());
      return fail(ErrorCode::invalid, "the server refuses to continue at byte {}: beginning again", asked_from_);
    }
    if (status == 404 || status == 410) return fail(ErrorCode::missing, "the server has no such object ({})", status);
    if (status != 200 && status != 206) return fail(ErrorCode::io, "the server answers {}", status);
    if (!complete()) return fail(ErrorCode::io, "the server ended after {} of {} bytes", size_, bytes_);
    return {};
  }
  [[nodiscard]] bool has_error() const { return error_.has_value(); }

 private:
  Result<void> prepare(long status) {
    if (status == 200 && size_ > 0) return restart();  // the server ignores ranges
    if (status == 206 && range_from_ != asked_from_) {
      LOA_TRY(restart());
      return fail(ErrorCode::invalid, "the server continues at another place than byte {}", asked_from_);
    }
    return {};
  }
  Result<void> restart() {
    size_ = 0;
    if (::ftruncate(fd_.get(), 0) != 0 || ::lseek(fd_.get(), 0, SEEK_SET) != 0) return disk_failure();
    return {};
  }
  Result<void> disk_failure() const {
    return fail(ErrorCode::io, "cannot write {}: {}", partial_.string(), errno_text());
  }
  template <class Failed>
  bool keep(const Failed& failed) {
    const Result<void> result = failed;
    error_ = result.error();
    return false;
  }

  std::filesystem::path partial_;
  std::uint64_t bytes_;
  UniqueFd fd_;
  std::uint64_t size_ = 0;
  std::uint64_t asked_from_ = 0;
  std::size_t header_bytes_ = 0;
  std::optional<std::uint64_t> range_from_;
  bool began_ = false;
  std::optional<Error> error_;
};

struct Sink {
  Answer& answer;
  CURL* easy;
};

std::size_t on_header(char* data, std::size_t size, std::size_t count, void* user) {
  const std::size_t bytes = size * count;
  return static_cast<Sink*>(user)->answer.take_header({data, bytes}) ? bytes : 0;
}

std::size_t on_body(char* data, std::size_t size, std::size_t count, void* user) {
  const std::size_t bytes = size * count;
  auto* sink = static_cast<Sink*>(user);
  long status = 0;
  ::curl_easy_getinfo(sink->easy, CURLINFO_RESPONSE_CODE, &status);
  return sink->answer.take_body(status, {data, bytes}) ? bytes : 0;
}

ErrorCode code_of(CURLcode failed) {
  switch (failed) {
    case CURLE_OPERATION_TIMEDOUT:
      return ErrorCode::timeout;
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
      return ErrorCode::refused;
    case CURLE_URL_MALFORMAT:
    case CURLE_UNSUPPORTED_PROTOCOL:
      return ErrorCode::invalid;
    default:
      return ErrorCode::io;
  }
}

}  // namespace

struct Downloader::Curl {
  CURL* easy = ::curl_easy_init();
  char text[CURL_ERROR_SIZE] = {};

  Curl() = default;
  Curl(const Curl&) = delete;
  Curl& operator=(const Curl&) = delete;
  ~Curl() { ::curl_easy_cleanup(easy); }

  // Everything that decides whom we believe is said here, nothing is left to defaults or the environment.
  void set_up(const FetchJob& job, Sink& sink) {
    const bool tls = !job.ca_file.empty();
    ::curl_easy_setopt(easy, CURLOPT_URL, job.url.c_str());
    ::curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, tls ? "https" : "http");
    ::curl_easy_setopt(easy, CURLOPT_PROXY, "");
    ::curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
    ::curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    ::curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
    ::curl_easy_setopt(easy, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
    ::curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L);
    ::curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L);
    if (tls) ::curl_easy_setopt(easy, CURLOPT_CAINFO, job.ca_file.c_str());
    ::curl_easy_setopt(easy, CURLOPT_CAPATH, nullptr);
    ::curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(job.connect_timeout.count()));
    ::curl_easy_setopt(easy, CURLOPT_LOW_SPEED_LIMIT, static_cast<long>(job.low_speed_bytes_s));
    ::curl_easy_setopt(easy, CURLOPT_LOW_SPEED_TIME, static_cast<long>(job.low_speed_time.count()));
    ::curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, text);
    ::curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, &on_header);
    ::curl_easy_setopt(easy, CURLOPT_HEADERDATA, &sink);
    ::curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, &on_body);
    ::curl_easy_setopt(easy, CURLOPT_WRITEDATA, &sink);
  }
};

Downloader::Downloader() {
  ::curl_global_init(CURL_GLOBAL_DEFAULT);
  curl_ = std::make_unique<Curl>();
}

Downloader::~Downloader() = default;

FetchEnd Downloader::download(const FetchJob& job) {
  Answer answer{job.partial, job.bytes};
  if (auto begun = answer.begin(); !begun) return {begun, Blame::object};
  if (answer.complete()) return {{}, Blame::object};
  Sink sink{answer, curl_->easy};
  curl_->set_up(job, sink);
  const std::string range = std::to_string(answer.size()) + "-";
  if (answer.size() > 0) ::curl_easy_setopt(curl_->easy, CURLOPT_RANGE, range.c_str());

  const CURLcode end = ::curl_easy_perform(curl_->easy);
  long status = 0;
  ::curl_easy_getinfo(curl_->easy, CURLINFO_RESPONSE_CODE, &status);
  if (end == CURLE_OK || answer.has_error()) {
    return {answer.finish(status), status >= 500 ? Blame::server : Blame::object};
  }
  return {fail(code_of(end), "{}", curl_->text[0] != '\0' ? curl_->text : ::curl_easy_strerror(end)), Blame::server};
}

}  // namespace loa::station::fetch
