#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "protocol/crypto/key.hpp"
#include "protocol/message/loa.pb.h"
#include "protocol/seal/seal.hpp"

/// Fixed messages: the same bytes on every machine and in every run. They are the golden vectors, and the ground from
/// which tests change one field and fuzzers start.
namespace loa::tests::samples {

v1::Plan plan();          ///< two sounds and one slogan on 2026-11-22, 05:00 local
v1::Plan compact_plan();  ///< a tune and two pages on two days, in the compact form
v1::Proof proof();        ///< number 1 of its epoch: played, with one gap
v1::Proof refusal();      ///< number 2: refused by policy
v1::Receipt receipt();    ///< for both
v1::State state();
v1::Status status();
v1::Status journal_status();  ///< names process and journal
v1::Fault fault();
v1::Command command();  ///< mute
v1::Answer answer();
v1::Command test_command();
v1::Answer test_answer();

/// Keys of the seeds 32 × 0x01 and 32 × 0x02: published here, so good for nothing but tests.
protocol::crypto::SecretKey headend_key();
protocol::crypto::SecretKey station_key();

/// One golden vector.
struct Vector {
  std::string name;  ///< of its files
  std::string type;  ///< "loa.v1.Plan"
  std::string body;  ///< the serialised message
  protocol::seal::Address address;
  bool by_station = false;
  [[nodiscard]] std::string sealed() const;
};
std::vector<Vector> vectors();

}  // namespace loa::tests::samples
