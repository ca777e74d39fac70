#pragma once
#include <filesystem>
#include <memory>

#include "headend/store/store.hpp"

namespace loa::headend::store::sqlite {

/// The store as one SQLite file (SCHEMA.md).
class SqliteStore final : public Store {
 public:
  /// Opens the file, making it or bringing it to the newest version first.
  /// @param file  ":memory:" for a store that ends with the object
  /// @error unsupported: written by a newer version of this program
  static Result<SqliteStore> open(const std::filesystem::path& file);

  Result<void> write(const Work& work) override;
  Result<void> read(const Work& work) override;
  Result<std::int64_t> version() override;

  Result<model::Catalogue> catalogue() override;
  Stations& stations() override;
  Library& library() override;
  Schedule& schedule() override;
  Plans& plans() override;
  Promises& promises() override;
  Proofs& proofs() override;
  WaitingProofs& waiting_proofs() override;
  LostProofs& lost_proofs() override;
  Fleet& fleet() override;
  Findings& findings() override;
  Reports& reports() override;
  Sequences& sequences() override;

  SqliteStore(SqliteStore&&) noexcept;
  SqliteStore& operator=(SqliteStore&&) noexcept;
  ~SqliteStore() override;

 private:
  struct Ports;
  explicit SqliteStore(std::unique_ptr<Ports> ports);
  std::unique_ptr<Ports> ports_;
};

}  // namespace loa::headend::store::sqlite
