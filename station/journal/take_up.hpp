#pragma once
#include <filesystem>
#include <optional>
#include <vector>

#include "station/journal/mark_keeper.hpp"
#include "station/journal/proof_journal.hpp"

namespace loa::station::journal {

/// What a process finds of the ones before it.
struct TakenUp {
  std::vector<Accounted> known;   ///< everything that the journal accounts for, and `unkept`
  std::vector<v1::Proof> unkept;  ///< heard before, but the disk refused the proof now: to be appended later, in order
};

/// Makes proof of what an earlier process had on air when it was killed, unless that is proved already, and clears its
/// marks. No clock decides what is remembered: at boot it may say any year.
///
/// A mark and its saved copy are two claims about one part: the longer one counts. A saved claim that ended a day
/// before the newest proof of what was heard is stale – its proof may have been pruned – and counts nothing; proofs of
/// a time that is not sure have no say in it.
/// @param hot    folder of the progress marks of "audio" and "sign"
/// @param saved  their copy on the card; null: there is none
/// @param now    only for ProofJournal::append()
/// @param sure   the instant on disk that has certainly come; absent: none is known
/// @error io: the journal cannot be read, or the marks not be opened. A disk that is full or refuses to write is no
///        error: what could not be appended is in `unkept`, and the marks stay as they are.
Result<TakenUp> take_up(ProofJournal& journal, const std::filesystem::path& hot, SavedMarks* saved, WallTime now,
                        std::optional<WallTime> sure = {});

}  // namespace loa::station::journal
