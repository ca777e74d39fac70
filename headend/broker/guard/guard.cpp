// The part of the access list that mosquitto 2.0 has no words for: it limits a message's size for everybody or nobody,
// and plans (4 MiB, to stations) share the broker with proofs (some KiB, from stations). Loaded into mosquitto as its
// plugin (mosquitto_plugin.h, interface version 5); defers to the access list whatever it has nothing against.
#include <mosquitto.h>
#include <mosquitto_broker.h>
#include <mosquitto_plugin.h>

#include <cstring>
#include <string>

#include "headend/broker/station_rights.hpp"

namespace {

struct Guard {
  mosquitto_plugin_id_t* id = nullptr;
  std::string headend;  ///< login of the head-end, which may send what it likes
};

int check(int /*event*/, void* data, void* user) noexcept {
  const auto& asked = *static_cast<const mosquitto_evt_acl_check*>(data);
  if (asked.access != MOSQ_ACL_WRITE) return MOSQ_ERR_PLUGIN_DEFER;
  const char* login = mosquitto_client_username(asked.client);
  if (login != nullptr && static_cast<const Guard*>(user)->headend == login) return MOSQ_ERR_PLUGIN_DEFER;
  const bool may = loa::headend::broker::may_publish(asked.topic, asked.payloadlen, asked.retain);
  return may ? MOSQ_ERR_PLUGIN_DEFER : MOSQ_ERR_ACL_DENIED;
}

}  // namespace

extern "C" {

int mosquitto_plugin_version(int count, const int* versions) {
  for (int i = 0; i < count; ++i) {
    if (versions[i] == MOSQ_PLUGIN_VERSION) return MOSQ_PLUGIN_VERSION;
  }
  return -1;
}

int mosquitto_plugin_init(mosquitto_plugin_id_t* id, void** user, mosquitto_opt* options, int count) {
  auto* guard = new Guard{id, {}};
  for (int i = 0; i < count; ++i) {
    if (std::strcmp(options[i].key, "headend") == 0) guard->headend = options[i].value;
  }
  *user = guard;
  return mosquitto_callback_register(id, MOSQ_EVT_ACL_CHECK, check, nullptr, guard);
}

int mosquitto_plugin_cleanup(void* user, mosquitto_opt* /*options*/, int /*count*/) {
  auto* guard = static_cast<Guard*>(user);
  const int done = mosquitto_callback_unregister(guard->id, MOSQ_EVT_ACL_CHECK, check, nullptr);
  delete guard;
  return done;
}
}
