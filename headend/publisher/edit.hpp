#pragma once
#include <functional>
#include <string>
#include <vector>

#include "headend/model/catalogue.hpp"
#include "headend/planner/form.hpp"
#include "headend/store/store.hpp"

/// An edit of the catalogue, tried on the stations' plans before it is kept: what could not be told to a station is
/// refused where a person can still do something about it.
namespace loa::headend::publisher {

/// What an edit means for the stations.
struct Outlook {
  std::vector<std::string> cannot_obey;  ///< a sentence for each station whose software cannot take all of it
};

/// Finds what the stations could not be told after an edit: plans each kind of station (those with the same groups,
/// sign and form) from the beginning of today and of every later day on which something becomes valid.
/// @param before  a station that could not be told all then is refused only if the edit makes it worse
/// @error invalid: what cannot be told, to whom, and what to do
Result<Outlook> foresee(const model::Catalogue& before, const model::Catalogue& after,
                        const std::map<std::string, planner::Form>& forms, WallTime now,
                        const planner::Settings& settings);

/// Keeps an edit that the stations can be told. `work` runs twice: once to see what comes of it, which is undone, and
/// once for good; between the two no lock is held.
/// @param work   calls of the store's catalogue
/// @error of foresee() and of `work`; nothing was kept
Result<Outlook> edit(store::Store& store, const planner::Settings& settings, WallTime now, const store::Work& work);

}  // namespace loa::headend::publisher
