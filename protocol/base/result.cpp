#include "protocol/base/result.hpp"

namespace loa {

const char* name_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::invalid:
      return "invalid";
    case ErrorCode::missing:
      return "missing";
    case ErrorCode::exists:
      return "exists";
    case ErrorCode::refused:
      return "refused";
    case ErrorCode::elsewhere:
      return "elsewhere";
    case ErrorCode::io:
      return "io";
    case ErrorCode::busy:
      return "busy";
    case ErrorCode::timeout:
      return "timeout";
    case ErrorCode::full:
      return "full";
    case ErrorCode::unsupported:
      return "unsupported";
  }
  return "unknown";
}

}  // namespace loa
