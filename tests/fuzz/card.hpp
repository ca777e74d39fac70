#pragma once
#include <filesystem>
#include <map>
#include <string>
#include <string_view>

#include "station/journal/proof_journal.hpp"

/// What a station finds on its memory card, as one input of a fuzzer.
///
/// The first byte: 'r' the card rots, its bytes are taken as they are; 'h' somebody wrote it, so every checksum is put
/// right. Then files, each begun by a line "\nfile NAME\n" and going on to the next such line. Unknown names are left
/// out; a mark that is too short is filled with zeros.
namespace loa::fuzz {

/// Files by name: segments, "receipted", "renewal" (of the journal), "saved" (marks/saved), "audio-0.mark".
using Card = std::map<std::string, std::string>;

Card parse_card(std::string_view input);
std::string format_card(char mode, const Card& card);

/// Writes the journal's files into `folder`/journal and the others into `folder`/marks; what lay there goes.
void put_card(const Card& card, const std::filesystem::path& folder);
/// The reverse of put_card().
Card take_card(const std::filesystem::path& folder);

/// The station whose card it is.
station::journal::Identity identity();
protocol::crypto::SecretKey station_key();
/// About four proofs a segment.
inline constexpr station::journal::Limits limits{2048, 1 << 20};

}  // namespace loa::fuzz
