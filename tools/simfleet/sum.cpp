#include "tools/simfleet/sum.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <charconv>

namespace loa::tools::simfleet {
namespace {

constexpr std::pair<const char*, std::uint64_t Verdict::*> counters[] = {
    {"cues", &Verdict::cues},
    {"proofs_lost", &Verdict::proofs_lost},
    {"proofs_double", &Verdict::proofs_double},
    {"fired_twice", &Verdict::fired_twice},
    {"silent", &Verdict::silent},
    {"lowered", &Verdict::lowered},
    {"not_back", &Verdict::not_back},
    {"forks", &Verdict::forks},
};

constexpr std::pair<const char*, std::int64_t Verdict::*> lengths[] = {
    {"false_us", &Verdict::false_us},       {"planned_us", &Verdict::planned_us},
    {"emitted_us", &Verdict::emitted_us},   {"reported_us", &Verdict::reported_us},
    {"unproved_us", &Verdict::unproved_us}, {"again_us", &Verdict::again_us},
    {"untimely_us", &Verdict::untimely_us},
};

constexpr std::pair<const char*, std::uint64_t Sum::*> totals[] = {
    {"runs", &Sum::runs}, {"failed", &Sum::failed}, {"events", &Sum::events}};

}  // namespace

void Sum::add(std::uint64_t seed, const Outcome& outcome) {
  Sum one{outcome.verdict, outcome.counts,          1, outcome.verdict.held() ? 0U : 1U,
          outcome.events,  {{seed, outcome.digest}}};
  add(one);
}

void Sum::add(const Sum& other) {
  for (const auto& [name, member] : counters) verdict.*member += other.verdict.*member;
  for (const auto& [name, member] : lengths) verdict.*member += other.verdict.*member;
  for (const auto& [name, member] : totals) this->*member += other.*member;
  for (const auto& [word, count] : other.counts) counts[word] += count;
  digests.insert(other.digests.begin(), other.digests.end());
}

std::string Sum::digest() const {
  if (digests.size() == 1) return digests.begin()->second;
  std::string all;
  for (const auto& [seed, digest] : digests) all += digest;
  return protocol::crypto::sha256(all).hex();
}

boost::json::object Sum::json() const {
  boost::json::object made, happened, logs;
  for (const auto& [name, member] : totals) made[name] = this->*member;
  for (const auto& [name, member] : counters) made[name] = verdict.*member;
  for (const auto& [name, member] : lengths) made[name] = verdict.*member;
  for (const auto& [word, count] : counts) happened[word] = count;
  for (const auto& [seed, digest] : digests) logs[std::to_string(seed)] = digest;
  made["happened"] = std::move(happened);
  made["logs"] = std::move(logs);
  return made;
}

Result<Sum> Sum::parse(std::string_view json) {
  try {
    const auto value = boost::json::parse({json.data(), json.size()});
    Sum sum;
    for (const auto& [name, member] : totals) sum.*member = value.at(name).to_number<std::uint64_t>();
    for (const auto& [name, member] : counters) sum.verdict.*member = value.at(name).to_number<std::uint64_t>();
    for (const auto& [name, member] : lengths) sum.verdict.*member = value.at(name).to_number<std::int64_t>();
    for (const auto& [word, count] : value.at("happened").as_object())
      sum.counts[word] = count.to_number<std::uint64_t>();
    for (const auto& [name, digest] : value.at("logs").as_object()) {
      std::uint64_t seed = 0;
      std::from_chars(name.data(), name.data() + name.size(), seed);
      sum.digests[seed] = digest.as_string();
    }
    return sum;
  } catch (const std::exception& error) {
    return fail(ErrorCode::invalid, "no sum of runs: {}", error.what());
  }
}

}  // namespace loa::tools::simfleet
