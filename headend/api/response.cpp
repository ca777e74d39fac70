#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "headend/api/http_server.hpp"

namespace loa::headend::api {
namespace {

unsigned status_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::invalid:
      return 400;
    case ErrorCode::refused:
      return 403;
    case ErrorCode::missing:
      return 404;
    case ErrorCode::exists:
      return 409;
    case ErrorCode::busy:
    case ErrorCode::timeout:
      return 503;
    default:
      return 500;
  }
}

}  // namespace

Response failure(unsigned status, std::string_view code, std::string_view text) {
  return {status, boost::json::serialize(boost::json::object{{"error", code}, {"text", text}})};
}

Response failure(const Error& error) { return failure(status_of(error.code), name_of(error.code), error.text); }

}  // namespace loa::headend::api
