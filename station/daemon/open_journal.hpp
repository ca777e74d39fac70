#pragma once
#include "protocol/crypto/key.hpp"
#include "station/journal/proof_journal.hpp"
#include "station/settings/station_settings.hpp"

namespace loa::station::daemon {

/// Opens the journal; where the card is too full for that (a journal that has to be renewed is written anew), again
/// after content has made room.
/// @param wall  what the machine's clock says: before it was set, the making of the plan on disk is later
/// @error as ProofJournal::open()
Result<journal::ProofJournal> open_journal(const settings::StationSettings& settings,
                                           const protocol::crypto::SecretKey& key, WallTime wall);

}  // namespace loa::station::daemon
