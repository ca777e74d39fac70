#pragma once
#include <cstdint>
#include <functional>

#include "headend/store/unit.hpp"

namespace loa::headend::store {

/// A piece of work on the store. An error of it undoes what it wrote and is handed on.
using Work = std::function<Result<void>(Unit&)>;

/// The ward's memory. What write() has done, and what a single call outside of write() has written, is durable when the
/// call returns; of what fails nothing has happened.
///
/// Several processes may have the same store open: writers take turns and wait up to 5 s. One Store is used from one
/// thread; a second thread opens the same place again and reads there beside the writer. Values are written as given:
/// sense is checked by rules::problems_of and its kin before; the store refuses broken references and ids alone.
class Store : public Unit {
 public:
  virtual ~Store() = default;

  /// Runs work as one transaction: its reads are of one moment, its writes are all kept or none. Inside other work of
  /// the same Store it is a part of that, because one act may be made of others.
  virtual Result<void> write(const Work& work) = 0;

  /// Runs work that only reads, all of it as of one moment; waits for no writer and holds none up. Inside write() it
  /// sees what was written there so far.
  virtual Result<void> read(const Work& work) = 0;

  /// Tells a number that changes when another process, or another Store of this one, has written. Cheap: may be asked
  /// every second.
  virtual Result<std::int64_t> version() = 0;

 protected:
  Store() = default;
  Store(const Store&) = default;
  Store(Store&&) = default;
  Store& operator=(const Store&) = default;
  Store& operator=(Store&&) = default;
};

}  // namespace loa::headend::store
