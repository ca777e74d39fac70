#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "protocol/base/result.hpp"
#include "protocol/base/time.hpp"

/// The ward's own certificate authority: X.509 v3, EC P-256, ECDSA with SHA-256 (RFC 5280, RFC 5480).
namespace loa::headend::ward {

/// A certificate and its secret key, both PEM.
struct CertificatePair {
  std::string certificate;
  std::string key;  ///< PKCS#8, not encrypted; keep it in a 0600 file
};

/// When certificates are valid. They begin in 1970 on purpose: a station without a real-time clock wakes up there and
/// must still get in to learn the time; its plan's own validity is judged by the clock grade.
struct Validity {
  WallTime not_before;
  WallTime not_after;
};

/// A self-signed authority that may sign server certificates and nothing further (path length 0).
/// @param name  common name, clean UTF-8, cut to the 64 characters X.520 allows
/// @error io: the random source or OpenSSL failed
Result<CertificatePair> make_authority(std::string_view name, const Validity& validity);

/// A server certificate for broker and HTTPS.
/// @param hosts  DNS names or IP addresses, each a subject alternative name; the first is the common name; at least one
/// @error invalid: no host, or the authority's PEM cannot be read · io
Result<CertificatePair> issue_server(const CertificatePair& authority, const std::vector<std::string>& hosts,
                                     const Validity& validity);

/// What a certificate says, for people.
struct CertificateFacts {
  std::string subject;
  std::vector<std::string> hosts;
  Validity validity;
  std::string fingerprint;  ///< SHA-256 of the DER form, hexadecimal
};

/// @error invalid: not a PEM certificate
Result<CertificateFacts> examine_certificate(std::string_view pem);

/// Whether `certificate` was signed by `authority`. Both PEM.
bool is_signed_by(std::string_view certificate, std::string_view authority);

}  // namespace loa::headend::ward
