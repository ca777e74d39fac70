#include "headend/ward/certificate.hpp"

#include <arpa/inet.h>
#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <memory>

#include "protocol/base/text.hpp"
#include "protocol/crypto/hash.hpp"

namespace loa::headend::ward {
namespace {

template <auto release>
struct Releaser {
  template <class T>
  void operator()(T* handle) const {
    release(handle);
  }
};
using Key = std::unique_ptr<EVP_PKEY, Releaser<EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Releaser<X509_free>>;
using Extension = std::unique_ptr<X509_EXTENSION, Releaser<X509_EXTENSION_free>>;
using Bio = std::unique_ptr<BIO, Releaser<BIO_free_all>>;
using Names = std::unique_ptr<GENERAL_NAMES, Releaser<GENERAL_NAMES_free>>;

tl::unexpected<Error> openssl_failure(const char* what) {
  char reason[160] = "no reason given";
  if (const auto number = ERR_get_error(); number != 0) ERR_error_string_n(number, reason, sizeof reason);
  ERR_clear_error();
  return fail(ErrorCode::io, "cannot {}: OpenSSL says {}", what, reason);
}

Bio bio_of(std::string_view text) { return Bio{BIO_new_mem_buf(text.data(), static_cast<int>(text.size()))}; }

std::string text_of(BIO* bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  return {data, static_cast<std::size_t>(size)};
}

Result<CertificatePair> to_pem(X509* certificate, EVP_PKEY* key) {
  Bio first{BIO_new(BIO_s_mem())};
  Bio second{BIO_new(BIO_s_mem())};
  if (PEM_write_bio_X509(first.get(), certificate) != 1 ||
      PEM_write_bio_PKCS8PrivateKey(second.get(), key, nullptr, nullptr, 0, nullptr, nullptr) != 1) {
    return openssl_failure("write a certificate as PEM");
  }
  return CertificatePair{text_of(first.get()), text_of(second.get())};
}

bool set_instant(ASN1_TIME* field, WallTime instant) {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(instant.time_since_epoch()).count();
  return ASN1_TIME_adj(field, 0, static_cast<int>(seconds / 86'400), static_cast<long>(seconds % 86'400)) != nullptr;
}

/// 128 random bits, positive: RFC 5280 §4.1.2.2 allows up to 20 octets.
bool set_serial(X509* certificate) {
  auto bytes = protocol::crypto::random_bytes(16);
  bytes[0] = static_cast<char>(bytes[0] & 0x7f);
  std::unique_ptr<BIGNUM, Releaser<BN_free>> number{
      BN_bin2bn(reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<int>(bytes.size()), nullptr)};
  return number && BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate)) != nullptr;
}

/// At most 64 characters of UTF-8 (ub-common-name).
std::string_view common_name_of(std::string_view name) {
  std::size_t characters = 0;
  for (std::size_t at = 0; at < name.size(); ++at) {
    const bool begins = (static_cast<unsigned char>(name[at]) & 0xc0U) != 0x80U;
    if (begins && ++characters > 64) return name.substr(0, at);
  }
  return name;
}

bool set_common_name(X509_NAME* subject, std::string_view name) {
  const auto cut = common_name_of(name);
  return X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8, reinterpret_cast<const unsigned char*>(cut.data()),
                                    static_cast<int>(cut.size()), -1, 0) == 1;
}

bool add_extension(X509* certificate, X509* issuer, int nid, const char* value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  Extension extension{X509V3_EXT_conf_nid(nullptr, &context, nid, value)};
  return extension && X509_add_ext(certificate, extension.get(), -1) == 1;
}

bool is_address(const std::string& host) {
  in6_addr ignored{};
  return ::inet_pton(AF_INET, host.c_str(), &ignored) == 1 || ::inet_pton(AF_INET6, host.c_str(), &ignored) == 1;
}

/// Built from structures, not from OpenSSL's comma-separated text, so that no host can smuggle in another entry.
bool add_hosts(X509* certificate, const std::vector<std::string>& hosts) {
  Names names{GENERAL_NAMES_new()};
  for (const auto& host : hosts) {
    GENERAL_NAME* name =
        a2i_GENERAL_NAME(nullptr, nullptr, nullptr, is_address(host) ? GEN_IPADD : GEN_DNS, host.c_str(), 0);
    if (name == nullptr || sk_GENERAL_NAME_push(names.get(), name) == 0) return false;
  }
  return X509_add1_ext_i2d(certificate, NID_subject_alt_name, names.get(), 0, X509V3_ADD_DEFAULT) == 1;
}

Certificate begin_certificate(EVP_PKEY* key, std::string_view name, const Validity& validity) {
  Certificate made{X509_new()};
  const bool good = made && X509_set_version(made.get(), X509_VERSION_3) == 1 && set_serial(made.get()) &&
                    set_instant(X509_getm_notBefore(made.get()), validity.not_before) &&
                    set_instant(X509_getm_notAfter(made.get()), validity.not_after) &&
                    set_common_name(X509_get_subject_name(made.get()), name) && X509_set_pubkey(made.get(), key) == 1;
  return good ? std::move(made) : nullptr;
}

Key make_key() { return Key{EVP_EC_gen("P-256")}; }

struct Opened {
  Certificate certificate;
  Key key;
};

Result<Opened> open_pair(const CertificatePair& pair) {
  auto certificate_bio = bio_of(pair.certificate);
  auto key_bio = bio_of(pair.key);
  Opened opened{Certificate{PEM_read_bio_X509(certificate_bio.get(), nullptr, nullptr, nullptr)},
                Key{PEM_read_bio_PrivateKey(key_bio.get(), nullptr, nullptr, nullptr)}};
  if (!opened.certificate || !opened.key) {
    ERR_clear_error();
    return fail(ErrorCode::invalid, "the ward's authority is not a PEM certificate with its key");
  }
  return opened;
}

WallTime instant_of(const ASN1_TIME* field) {
  std::tm parts{};
  if (ASN1_TIME_to_tm(field, &parts) != 1) return {};
  return WallTime{std::chrono::seconds{::timegm(&parts)}};
}

std::string host_of(const GENERAL_NAME* name) {
  int type = 0;
  const void* value = GENERAL_NAME_get0_value(name, &type);
  const auto* text = static_cast<const ASN1_STRING*>(value);
  const auto* bytes = ASN1_STRING_get0_data(text);
  const int size = ASN1_STRING_length(text);
  if (type == GEN_DNS) return {reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size)};
  char buffer[INET6_ADDRSTRLEN] = "";
  if (type == GEN_IPADD) ::inet_ntop(size == 4 ? AF_INET : AF_INET6, bytes, buffer, sizeof buffer);
  return buffer;
}

std::vector<std::string> hosts_of(const X509* certificate) {
  Names names{static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr))};
  std::vector<std::string> hosts;
  for (int i = 0; names && i < sk_GENERAL_NAME_num(names.get()); ++i) {
    hosts.push_back(host_of(sk_GENERAL_NAME_value(names.get(), i)));
  }
  return hosts;
}

std::string subject_of(const X509* certificate) {
  Bio bio{BIO_new(BIO_s_mem())};
  X509_NAME_print_ex(bio.get(), X509_get_subject_name(certificate), 0, XN_FLAG_ONELINE & ~ASN1_STRFLGS_ESC_MSB);
  return text_of(bio.get());
}

}  // namespace

Result<CertificatePair> make_authority(std::string_view name, const Validity& validity) {
  const Key key = make_key();
  if (!key) return openssl_failure("make the key of the ward's authority");
  const Certificate made = begin_certificate(key.get(), name, validity);
  if (!made || X509_set_issuer_name(made.get(), X509_get_subject_name(made.get())) != 1 ||
      !add_extension(made.get(), made.get(), NID_basic_constraints, "critical,CA:TRUE,pathlen:0") ||
      !add_extension(made.get(), made.get(), NID_key_usage, "critical,keyCertSign,cRLSign") ||
      !add_extension(made.get(), made.get(), NID_subject_key_identifier, "hash") ||
      X509_sign(made.get(), key.get(), EVP_sha256()) == 0) {
    return openssl_failure("make the ward's authority");
  }
  return to_pem(made.get(), key.get());
}

Result<CertificatePair> issue_server(const CertificatePair& authority, const std::vector<std::string>& hosts,
                                     const Validity& validity) {
  if (hosts.empty()) return fail(ErrorCode::invalid, "a server certificate needs at least one host name or address");
  LOA_TRY_LET(const Opened issuer, open_pair(authority));
  const Key key = make_key();
  if (!key) return openssl_failure("make the server's key");
  const Certificate made = begin_certificate(key.get(), hosts.front(), validity);
  X509* ca = issuer.certificate.get();
  if (!made || X509_set_issuer_name(made.get(), X509_get_subject_name(ca)) != 1 ||
      !add_extension(made.get(), ca, NID_basic_constraints, "critical,CA:FALSE") ||
      !add_extension(made.get(), ca, NID_key_usage, "critical,digitalSignature") ||
      !add_extension(made.get(), ca, NID_ext_key_usage, "serverAuth") ||
      !add_extension(made.get(), ca, NID_subject_key_identifier, "hash") ||
      !add_extension(made.get(), ca, NID_authority_key_identifier, "keyid:always") || !add_hosts(made.get(), hosts) ||
      X509_sign(made.get(), issuer.key.get(), EVP_sha256()) == 0) {
    return openssl_failure("issue the server certificate");
  }
  return to_pem(made.get(), key.get());
}

Result<CertificateFacts> examine_certificate(std::string_view pem) {
  auto bio = bio_of(pem);
  const Certificate certificate{PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr)};
  ERR_clear_error();
  if (!certificate) return fail(ErrorCode::invalid, "this is not a PEM certificate");
  unsigned char digest[32];
  unsigned size = 0;
  X509_digest(certificate.get(), EVP_sha256(), digest, &size);
  return CertificateFacts{
      subject_of(certificate.get()), hosts_of(certificate.get()),
      Validity{instant_of(X509_get0_notBefore(certificate.get())), instant_of(X509_get0_notAfter(certificate.get()))},
      format_hex({reinterpret_cast<const char*>(digest), size})};
}

bool is_signed_by(std::string_view certificate, std::string_view authority) {
  auto first = bio_of(certificate);
  auto second = bio_of(authority);
  const Certificate subject{PEM_read_bio_X509(first.get(), nullptr, nullptr, nullptr)};
  const Certificate issuer{PEM_read_bio_X509(second.get(), nullptr, nullptr, nullptr)};
  const bool good = subject && issuer && X509_check_issued(issuer.get(), subject.get()) == X509_V_OK &&
                    X509_verify(subject.get(), X509_get0_pubkey(issuer.get())) == 1;
  ERR_clear_error();
  return good;
}

}  // namespace loa::headend::ward
