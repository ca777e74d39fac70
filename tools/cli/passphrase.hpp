#pragma once
#include <filesystem>
#include <string>

#include "protocol/base/result.hpp"

namespace loa::tools::cli {

/// Reads a passphrase from a file that only its owner can read, or from the terminal without showing it. It never
/// stands on a command line, where every user of the machine can read it.
/// @param file   empty: from the terminal
/// @param twice  asks again, so that a slip of the finger seals nothing for ever
/// @error missing: neither a file nor a terminal · refused: others may read the file · invalid: the two differ
Result<std::string> ask_passphrase(const std::filesystem::path& file, bool twice);

}  // namespace loa::tools::cli
