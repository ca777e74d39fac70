#pragma once
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "protocol/base/file.hpp"
#include "protocol/base/result.hpp"
#include "protocol/base/time.hpp"
#include "protocol/crypto/hash.hpp"
#include "protocol/crypto/key.hpp"
#include "station/core/presenter.hpp"
#include "station/journal/birth.hpp"
#include "station/journal/sealed_proof.hpp"
#include "station/journal/segment.hpp"

namespace loa::station::journal {

/// How much a journal may keep.
struct Limits {
  std::uint64_t segment_bytes = 256 << 10;  ///< a segment is closed before it would grow past this
  std::uint64_t quota_bytes = 32 << 20;     ///< of all segments: about 90 000 proofs, a year without a head-end
};

/// The digest by which the next proof names this one.
Sha256 digest_of_sealed(const std::string& sealed);
/// What open() found.
struct Recovery {
  bool fresh = false;               ///< a new epoch was begun
  bool renewed = false;             ///< … because proofs without receipt were damaged; what was readable is in it
  std::uint64_t proofs = 0;         ///< whole proofs found
  std::uint64_t torn_bytes = 0;     ///< cut off the tail: a proof that had not been acknowledged
  std::uint64_t damaged_bytes = 0;  ///< unreadable in the middle: the disk is failing
  std::uint64_t lost_proofs = 0;    ///< numbers that should be there and are not
  /// Proofs that another key sealed, an earlier one of this station: set aside as "*.other-key", for no receipt can
  /// come for them and nobody here can say whether they are genuine.
  std::uint64_t other_key_proofs = 0;
};

/// A sealed proof that has no receipt yet.
struct Waiting {
  std::uint64_t number = 0;
  std::string sealed;  ///< serialised Envelope, ready to publish
};

/// A part of a cue's planned time that has its proof.
struct Accounted {
  CueKey cue;
  std::int64_t from_us = 0;
  std::int64_t to_us = 0;
  v1::Bucket bucket = v1::BUCKET_UNKNOWN;
  std::string reason;
  v1::Medium medium = v1::MEDIUM_UNSPECIFIED;
  bool anew = false;  ///< it takes the place of what the proofs before say of that time
};

/// A receipt that the journal has taken, with the envelope that it came in: the office's own word that it had the
/// proofs.
struct KeptReceipt {
  std::uint64_t through = 0;
  std::string sealed;  ///< empty: an older build kept it without
};

/// What a proof accounts for.
Accounted account_of(const v1::Proof& proof);

/// The station's proofs on disk: numbered, chained by hash, signed, fsynced before anybody sees them, and kept until
/// the head-end's receipt. A power cut at any instruction loses nothing that append() returned. FORMAT.md describes the
/// files. The card is not believed: only what this station's key has signed is sent, accounted for or said again.
///
/// Not thread-safe. append() and receipted() wait for the disk (an SD card: some milliseconds, at times a second). One
/// process at a time: the folder is locked.
// wide: writer, reader, recovery and renewal; to be divided into those
class ProofJournal {
 public:
  /// Opens the folder, making it and a new epoch if there is none; cuts off a torn tail.
  /// @error refused: the journal of another station · busy: another process has it · unsupported: written by a newer
  ///        program (nothing is changed) · io · full
  static Result<ProofJournal> open(const std::filesystem::path& folder, Identity identity,
                                   protocol::crypto::SecretKey key, Limits limits = {});

  /// Whether a draft says what a proof may say (PROTOCOL.md §5). One that the office refuses would hold up for ever all
  /// that is chained to it.
  /// @error invalid: the first field that is wrong
  [[nodiscard]] Result<void> check(v1::Proof draft) const;

  /// Completes a draft (epoch, number, previous), seals it for the head-end, and returns once it is on the disk.
  /// @param draft  cue, bucket, reason, from_us < to_us and the sink's fields; never BUCKET_UNKNOWN
  /// @param now    drives only the validity; may be wrong
  /// @return       the sealed bytes to publish
  /// @error        invalid: check() refuses it, or it is too large; it never will be stored · full: quota or disk;
  /// nothing was dropped for it · io: the proof is not stored,
  ///               try again
  Result<std::string> append(v1::Proof draft, WallTime now);

  /// Takes the instant from which on this journal speaks of planned time. It is on the disk before the next proof is.
  void begin(WallTime began) { birth_.set(began); }
  /// That instant; 1970: it speaks of everything, as one that an older build made; absent: no process of it has had a
  /// clock yet.
  [[nodiscard]] std::optional<WallTime> began() const { return birth_.began(); }
  /// Writes the instant that begin() took, if it is not written.
  /// @error io · full: append() tries again
  Result<void> save_began() { return birth_.save(); }

  /// Whether a receipt whose seal was verified covers proofs of this epoch that are not here, or others than those
  /// here: this folder is an older image of the one that sent them, or the disk lost what it had synced.
  /// @error io
  [[nodiscard]] Result<bool> is_behind(const v1::Receipt& receipt) const;
  /// Begins a new epoch because of such a receipt and says everything again that is here (PROTOCOL.md §8.7): a number
  /// is never given twice. A power cut in it is made good by the next open().
  /// @error io · full: nothing can be appended until it succeeds; append() tries again
  Result<void> renew_behind(const v1::Receipt& receipt);

  /// Takes a receipt whose seal was verified; older ones than the newest are success without effect.
  /// @error refused: other epoch, beyond our last proof, or its head is not our proof (it is not believed) · io · full
  /// @param sealed  the envelope that it came in, kept beside it
  Result<void> receipted(const v1::Receipt& receipt, std::string_view sealed = {});

  /// Takes a receipt of this epoch that was signed after every other one of this process and covers less: the office's
  /// store is a backup, and it has lost what it had. From then on everything that is still here and that the receipt
  /// does not cover waits again. Nothing is written: the next process learns it anew.
  /// @return whether there is something to be sent again
  /// @error refused: other epoch, or its head is not our proof · io
  Result<bool> set_back(const v1::Receipt& receipt);
  /// What the office had before set_back(), until it has it again; absent: it has what it ever had.
  [[nodiscard]] const std::optional<KeptReceipt>& office_had() const { return office_had_; }

  /// Receipted proofs of times before `since` may go from now on; until it is told once nothing goes. No clock of this
  /// machine has a say in it: one that leaps ahead would wipe out the memory of what was on air today.
  void remember_since(WallTime since) { since_ = since; }

  /// Proofs without receipt and with a number greater than `after`, in order, at most `max`.
  /// @error io
  [[nodiscard]] Result<std::vector<Waiting>> waiting(std::uint64_t after, std::size_t max) const;

  /// Which parts of cues have their proof, receipted or not, in the order of numbers: those that end at or after
  /// `since`. Complete from remember_since() on.
  /// @error io
  [[nodiscard]] Result<std::vector<Accounted>> accounted(WallTime since) const;

  [[nodiscard]] std::uint64_t first() const;                  ///< number of the oldest proof here, last() + 1: none
  [[nodiscard]] std::uint64_t last() const { return last_; }  ///< number of the newest proof, 0 when none
  [[nodiscard]] std::uint64_t through() const { return through_; }  ///< everything up to here has its receipt
  [[nodiscard]] const Sha256& head() const { return head_; }        ///< digest of the newest proof, zero when none
  [[nodiscard]] const Epoch& epoch() const { return epoch_; }
  [[nodiscard]] const Recovery& recovery() const { return recovery_; }
  [[nodiscard]] std::uint64_t bytes() const;  ///< on disk, of all segments

 private:
  struct Entry {
    std::uint64_t number = 0;
    Span span;
  };
  struct Segment {
    std::filesystem::path path;
    std::uint64_t bytes = 0;
    std::int64_t newest_us = 0;  ///< greatest to_us in it
    std::vector<Entry> entries;
  };

  ProofJournal(std::filesystem::path folder, Identity identity, protocol::crypto::SecretKey key, Limits limits,
               Birth birth);

  Result<void> lock();
  Result<std::vector<std::filesystem::path>> find_segments();
  /// Why a record is believed while the folder is read.
  enum class Belief {
    by_chain,      ///< the next one names its digest, and so on to the newest, whose signature is looked at
    by_signature,  ///< find_ours() finds it
  };
  [[nodiscard]] Result<std::string> read_segment(const std::filesystem::path& path) const;
  Result<void> recover(const std::vector<std::filesystem::path>& paths);
  Result<std::uint64_t> recover_chain(const std::vector<std::filesystem::path>& paths);
  Result<void> recover_segments(const std::vector<std::filesystem::path>& paths, Belief belief);
  Result<void> recover_segment(const std::filesystem::path& path, bool is_newest, Belief belief);
  void index(Segment& segment, std::string_view bytes, const Span& span, bool ours);
  [[nodiscard]] Result<bool> signatures_hold() const;
  Result<void> cut_tail(Segment& segment, const Scan& scan);
  /// @return the greatest number that the head-end is known to have
  Result<std::uint64_t> recover_receipt();
  Result<void> read_again();
  [[nodiscard]] bool has_hole() const;
  Result<void> renew(const std::vector<std::filesystem::path>& paths, std::uint64_t known_through);
  [[nodiscard]] Result<bool> renewal_is_whole() const;
  /// Renames a file of the journal to "….other-key" when another key has sealed something in it, else to "….damaged".
  [[nodiscard]] Result<void> set_aside(const std::filesystem::path& path) const;
  Result<void> finish_renewal(const std::vector<std::filesystem::path>& paths);
  void choose_epoch();
  Result<void> begin_epoch();
  Result<void> begin_segment();
  Result<void> open_active();
  void complete(v1::Proof& draft) const;
  Result<std::string> seal(const v1::Proof& proof, WallTime now) const;
  Result<void> make_room(std::size_t record_bytes);
  Result<void> write_record(std::string_view record);
  Result<void> mend();
  Result<void> confirm();
  [[nodiscard]] bool restore_tail();
  Result<void> save_receipt(const v1::Receipt& receipt, std::string_view sealed = {}) const;
  Result<void> prune();
  [[nodiscard]] Result<std::string> read_entry(const Segment& segment, const Entry& entry) const;
  [[nodiscard]] Result<std::string> read_number(std::uint64_t number) const;
  [[nodiscard]] Result<Sha256> digest_of(std::uint64_t number) const;
  [[nodiscard]] bool contradicts(std::uint64_t number, std::string_view head) const;
  [[nodiscard]] std::string_view epoch_text() const {
    return {reinterpret_cast<const char*>(epoch_.data()), epoch_.size()};
  }
  [[nodiscard]] std::filesystem::path segment_path(std::uint64_t first) const;
  [[nodiscard]] std::filesystem::path receipt_path() const { return folder_ / "receipted"; }
  [[nodiscard]] std::filesystem::path renewal_path() const { return folder_ / "renewal"; }

  std::filesystem::path folder_;
  Identity identity_;
  protocol::crypto::SecretKey key_;
  Limits limits_;
  UniqueFd lock_;
  UniqueFd active_;  ///< the newest segment, positioned at its end
  std::vector<Segment> segments_;
  Epoch epoch_{};
  std::uint64_t last_ = 0;
  std::uint64_t through_ = 0;
  std::optional<KeptReceipt> office_had_;
  WallTime since_ = WallTime::min();
  Sha256 head_;
  Recovery recovery_;
  Birth birth_;
  bool unread_ = false;  ///< the folder must be read again before anything is appended
  bool stray_ = false;   ///< there are proofs, or may be, for which the chain has no place
  bool broken_ = false;  ///< the disk failed in a way that leaves the tail unknown: mended before the next append
};

}  // namespace loa::station::journal
