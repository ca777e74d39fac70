#include "tests/unit/protocol/golden/render.hpp"

#include <stdexcept>

#include "protocol/base/text.hpp"
#include "tests/support/process.hpp"
#include "tests/support/temp_folder.hpp"

namespace loa::tests {
namespace {

std::string decode(const std::string& type, const std::string& bytes) {
  const auto proto = source_folder() / "protocol/message";
  const auto done = run({{LOA_PROTOC, "--decode=" + type, "-I" + proto.string(), "loa.proto"}, {}, {}, {}, {}, bytes});
  if (!done || !done->exit.ok())
    throw std::runtime_error{"protoc cannot decode " + type + ": " + (done ? done->err : done.error().text)};
  return done->out;
}

}  // namespace

std::string render(const samples::Vector& vector) {
  v1::Envelope envelope;
  v1::Header header;
  if (!envelope.ParseFromString(vector.sealed()) || !header.ParseFromString(envelope.header())) {
    throw std::runtime_error{vector.name + " is no envelope"};
  }
  const std::string body = header.body();
  header.clear_body();
  const auto key = vector.by_station ? samples::station_key() : samples::headend_key();
  return fmt::format(
      "# {}.bin: one loa.v1.Envelope\npublic key: {}\nkey_id: {}\nsignature: {}\nSHA-256 of header: {}\n\n"
      "# loa.v1.Header, without its body\n{}\n# {}, the body\n{}",
      vector.name, key.public_key().hex(), format_hex(envelope.key_id()), format_hex(envelope.signature()),
      protocol::crypto::sha256(envelope.header()).hex(), decode("loa.v1.Header", header.SerializeAsString()),
      vector.type, decode(vector.type, body));
}

}  // namespace loa::tests
