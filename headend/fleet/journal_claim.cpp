#include "headend/fleet/journal_claim.hpp"

#include <algorithm>

#include "protocol/message/check.hpp"
#include "protocol/seal/seal.hpp"

namespace loa::headend::fleet {

std::optional<JournalClaim> claim_of(const std::string& station, const v1::Status& status) {
  JournalClaim claim{station, {}, status.journal_first(), status.receipted(), status.receipt()};
  if (claim.first == 0 || claim.receipted == 0 || status.epoch().size() != claim.epoch.size()) return std::nullopt;
  std::copy(status.epoch().begin(), status.epoch().end(), claim.epoch.begin());
  return claim;
}

Result<Vouched> vouch(const JournalClaim& claim, const std::string& ward, const protocol::crypto::PublicKey& own) {
  protocol::seal::Expectation want;
  want.ward = ward;
  want.kind = v1::KIND_RECEIPT;
  want.sender = "headend";
  want.audiences = {"station/" + claim.station};
  want.keys = {own};
  LOA_TRY_LET(const auto opened, protocol::seal::open(claim.receipt, want));
  LOA_TRY_LET(const auto receipt, protocol::message::decode<v1::Receipt>(opened.header.body()));
  const std::string_view epoch{reinterpret_cast<const char*>(claim.epoch.data()), claim.epoch.size()};
  if (receipt.epoch() != epoch || receipt.through() + 1 < claim.first) {
    return fail(ErrorCode::invalid, "the receipt through proof {} does not cover what lies before proof {}",
                receipt.through(), claim.first);
  }
  LOA_TRY_LET(const auto head, model::Sha256::from_bytes(receipt.head()));
  return Vouched{claim.first, receipt.through(), head, wall_from_us(opened.header.signed_us())};
}

std::string describe(const model::LostProofs& lost) {
  const auto since = format_utc(lost.since).substr(0, 19), until = format_utc(lost.until).substr(0, 19);
  return fmt::format(
      "văn phòng đã có rồi mất bằng chứng {}–{} của trạm này (dữ liệu khôi phục từ bản sao lưu cũ hơn), trạm không còn "
      "giữ: giờ phát từ {}Z đến {}Z ghi là 'mất ở văn phòng' · the office had proofs {}–{} of this station and lost "
      "them, for its store is a backup; the station holds them no more: what was due then is reported as lost at the "
      "office",
      lost.from_number, lost.to_number, since, until, lost.from_number, lost.to_number);
}

}  // namespace loa::headend::fleet
