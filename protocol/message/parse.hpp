#pragma once
#include <string_view>

namespace google::protobuf {
class MessageLite;
}

namespace loa::protocol::message {

/// Decodes a message of any type; silently, for a stranger's bytes must not write our log (protobuf tells of each text
/// that is not UTF-8 on standard error).
/// @return whether the bytes are such a message
bool parse(std::string_view bytes, google::protobuf::MessageLite& into);

}  // namespace loa::protocol::message
