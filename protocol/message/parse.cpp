#include "protocol/message/parse.hpp"

#include <google/protobuf/message_lite.h>
#include <google/protobuf/stubs/logging.h>

#include <limits>

namespace loa::protocol::message {

bool parse(std::string_view bytes, google::protobuf::MessageLite& into) {
  const google::protobuf::LogSilencer silence;
  constexpr auto most = static_cast<std::size_t>(std::numeric_limits<int>::max());
  return bytes.size() <= most && into.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()));
}

}  // namespace loa::protocol::message
