#include "headend/api/admission.hpp"

#include <arpa/inet.h>

#include <algorithm>

namespace loa::headend::api {

Admission::Verdict Admission::arrive(const std::string& address, Time now) {
  const auto same = static_cast<std::size_t>(std::count_if(
      clients_.begin(), clients_.end(), [&](const auto& client) { return client.second.address == address; }));
  Verdict verdict;
  if (same >= places_of_one_) {
    verdict.ends = weakest(&address, now);
    if (!verdict.ends) return verdict;
  } else if (clients_.size() >= places_) {
    verdict.ends = weakest(nullptr, now);
    if (!verdict.ends) return verdict;
  }
  if (verdict.ends) clients_.erase(*verdict.ends);
  verdict.admitted = ++last_;
  clients_[last_] = {address, false, now};
  return verdict;
}

/// @param address  absent: of all
std::optional<Admission::Id> Admission::weakest(const std::string* address, Time now) const {
  const std::pair<const Id, Client>* found = nullptr;
  for (const auto& client : clients_) {
    if (address != nullptr && client.second.address != *address) continue;
    if (client.second.served && now - client.second.since < stall_) continue;
    const bool weaker = found == nullptr || (found->second.served && !client.second.served) ||
                        (found->second.served == client.second.served && client.second.since < found->second.since);
    if (weaker) found = &client;
  }
  return found == nullptr ? std::nullopt : std::optional{found->first};
}

void Admission::serve(Id id, Time now) {
  if (const auto client = clients_.find(id); client != clients_.end()) {
    client->second.served = true;
    client->second.since = now;
  }
}

void Admission::progress(Id id, Time now) {
  if (const auto client = clients_.find(id); client != clients_.end()) client->second.since = now;
}

void Admission::wait(Id id, Time now) {
  if (const auto client = clients_.find(id); client != clients_.end()) {
    client->second.served = false;
    client->second.since = now;
  }
}

std::string address_key(const std::string& text) {
  in6_addr six{};
  if (::inet_pton(AF_INET6, text.substr(0, text.find('%')).c_str(), &six) != 1) return text;
  char written[INET6_ADDRSTRLEN] = {};
  if (IN6_IS_ADDR_V4MAPPED(&six)) {
    ::inet_ntop(AF_INET, &six.s6_addr[12], written, sizeof written);
    return written;
  }
  std::fill(std::begin(six.s6_addr) + 8, std::end(six.s6_addr), std::uint8_t{0});
  ::inet_ntop(AF_INET6, &six, written, sizeof written);
  return std::string{written} + "/64";
}

}  // namespace loa::headend::api
