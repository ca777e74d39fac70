#pragma once
#include <string>
#include <vector>

#include "headend/planner/planner.hpp"
#include "headend/store/sqlite/sqlite_store.hpp"
#include "protocol/crypto/key.hpp"

namespace loa::bench {

/// The ward that the office's lines are measured with: so many stations, one morning programme of twelve segments a
/// day.
struct BenchWard {
  static constexpr const char* id = "bench";

  explicit BenchWard(int station_count);
  [[nodiscard]] std::string station_id(int station) const { return fmt::format("s{}", station); }
  [[nodiscard]] headend::planner::Settings planner_settings() const;
  /// A fresh store in a file, with the whole catalogue.
  Result<headend::store::sqlite::SqliteStore> make_store(const std::filesystem::path& file) const;

  protocol::crypto::SecretKey office = protocol::crypto::SecretKey::generate();
  std::vector<protocol::crypto::SecretKey> stations;
};

}  // namespace loa::bench
