// Whatever the bytes: proofs, receipts, commands and the rest are refused with a sentence, or bear their rules.
#include "protocol/message/check.hpp"
#include "tests/fuzz/fuzz.hpp"

namespace {

using namespace loa;
using protocol::message::decode;

template <class Message>
void try_as(std::string_view bytes) {
  const auto message = decode<Message>(bytes);
  if (message) {
    fuzz_demand(decode<Message>(message->SerializeAsString()).has_value(), "refused after it was written again");
  } else {
    fuzz_demand(!message.error().text.empty() && message.error().code == ErrorCode::invalid,
                "refused without a sentence");
  }
}

void check_proof(const v1::Proof& proof) {
  fuzz_demand(proof.to_us() > proof.from_us(), "a proof of no time");
  fuzz_demand(proof.bucket() == v1::BUCKET_PLAYED || proof.frames() == 0, "frames that were not played");
  const auto span_us = static_cast<std::uint64_t>(proof.to_us() - proof.from_us());
  const bool audio = proof.medium() == v1::MEDIUM_AUDIO;
  fuzz_demand(!audio || proof.frames() <= span_us * 48 / 1'000 + 4'801, "more sound than time");
  fuzz_demand((proof.number() == 1) == (proof.previous() == std::string(32, '\0')), "a chain with two beginnings");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = fuzz_text(data, size);
  if (const auto proof = decode<v1::Proof>(bytes)) check_proof(*proof);
  if (const auto receipt = decode<v1::Receipt>(bytes)) {
    fuzz_demand(receipt->through() > 0 || receipt->head() == std::string(32, '\0'), "a receipt of nothing with a head");
  }
  if (const auto command = decode<v1::Command>(bytes)) {
    fuzz_demand(command->order_case() != v1::Command::ORDER_NOT_SET, "a command without order");
  }
  try_as<v1::Proof>(bytes);
  try_as<v1::Receipt>(bytes);
  try_as<v1::State>(bytes);
  try_as<v1::Status>(bytes);
  try_as<v1::Fault>(bytes);
  try_as<v1::Command>(bytes);
  try_as<v1::Answer>(bytes);
  return 0;
}
