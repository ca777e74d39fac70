#pragma once
#include "headend/model/catalogue.hpp"
#include "headend/store/findings.hpp"
#include "headend/store/fleet.hpp"
#include "headend/store/library.hpp"
#include "headend/store/lost_proofs.hpp"
#include "headend/store/plans.hpp"
#include "headend/store/promises.hpp"
#include "headend/store/proofs.hpp"
#include "headend/store/reports.hpp"
#include "headend/store/schedule.hpp"
#include "headend/store/sequences.hpp"
#include "headend/store/stations.hpp"
#include "headend/store/waiting_proofs.hpp"
#include "protocol/base/result.hpp"

namespace loa::headend::store {

/// What one piece of work sees of the store: a port for each kind of caller. Used from the thread of its Store, and
/// only while that lives.
///
/// @error of every call of every port: io · full · busy: another process kept the store locked for 5 s · invalid: the
/// file is damaged · refused: a write in work that Store::read() does
class Unit {
 public:
  /// Reads everything that timetable and planner look at, as of one moment.
  virtual Result<model::Catalogue> catalogue() = 0;

  virtual Stations& stations() = 0;
  virtual Library& library() = 0;
  virtual Schedule& schedule() = 0;
  virtual Plans& plans() = 0;
  virtual Promises& promises() = 0;
  virtual Proofs& proofs() = 0;
  virtual WaitingProofs& waiting_proofs() = 0;
  virtual LostProofs& lost_proofs() = 0;
  virtual Fleet& fleet() = 0;
  virtual Findings& findings() = 0;
  virtual Reports& reports() = 0;
  virtual Sequences& sequences() = 0;

 protected:
  Unit() = default;
  Unit(const Unit&) = default;
  Unit(Unit&&) = default;
  Unit& operator=(const Unit&) = default;
  Unit& operator=(Unit&&) = default;
  ~Unit() = default;
};

}  // namespace loa::headend::store
