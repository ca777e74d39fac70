#pragma once
#include <string>
#include <string_view>

/// Passwords of the broker's logins: made here, kept as salted hashes only.
namespace loa::headend::ward {

/// A password nobody has to type: 32 random bytes, hexadecimal.
std::string make_password();

/// mosquitto's own form "$7$<iterations>$<salt>$<hash>" (PBKDF2-HMAC-SHA-512, mosquitto_passwd(1)).
std::string hash_password(std::string_view password);

/// Whether a password is that of a hash made by hash_password() or mosquitto_passwd. Takes the same time either way.
bool is_password(std::string_view password, std::string_view hash);

}  // namespace loa::headend::ward
