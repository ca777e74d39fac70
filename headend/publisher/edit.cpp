#include "headend/publisher/edit.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "headend/publisher/publisher.hpp"
#include "protocol/message/check.hpp"

namespace loa::headend::publisher {
namespace {

using namespace std::chrono;
using model::LocalDate;
using planner::Form;

/// Days looked at beside today, the nearest first.
constexpr std::size_t most_days = 12;

/// What plans of two stations must agree in to be the same but for names, gain and stagger.
using Kind = std::tuple<std::vector<std::string>, bool, std::optional<model::Geometry>, std::size_t, Form>;

Kind kind_of(const model::Station& station, Form form) {
  return {station.groups, station.has_speaker, station.sign, station.volumes.size(), form};
}

/// How a plan fares: what is lost, and how much stays.
struct Fate {
  std::vector<std::string> lost;
  std::size_t told = 0;  ///< promised cues
};

Fate fate_of(const model::Catalogue& catalogue, const model::Station& station, WallTime from,
             const planner::Settings& settings, Form form) {
  const auto fitted = planner::fit(catalogue, station, from, settings, {}, form, most_plan_bytes);
  if (!fitted) return {{fitted.error().text}, 0};
  return {fitted->lost, fitted->planned.cues.size()};
}

std::vector<LocalDate> days_of_change(const model::Catalogue& catalogue, LocalDate today) {
  std::set<LocalDate> days{today};
  const auto add = [&](const model::Validity& validity) {
    if (validity.from && *validity.from > today) days.insert(*validity.from);
  };
  for (const auto& programme : catalogue.programmes) add(programme.validity);
  for (const auto& slogan : catalogue.slogans) add(slogan.validity);
  std::vector<LocalDate> nearest{days.begin(), days.end()};
  nearest.resize(std::min(nearest.size(), most_days + 1));
  return nearest;
}

/// One of each kind of station, with the form it would be told in.
std::map<Kind, const model::Station*> samples_of(const model::Catalogue& catalogue,
                                                 const std::map<std::string, Form>& forms) {
  std::map<Kind, const model::Station*> samples;
  for (const auto& station : catalogue.stations) {
    const auto form = forms.find(station.id);
    samples.try_emplace(kind_of(station, form == forms.end() ? Form::compact : form->second), &station);
  }
  return samples;
}

std::vector<std::string> stations_of(const Kind& kind, const model::Catalogue& catalogue,
                                     const std::map<std::string, Form>& forms) {
  std::vector<std::string> stations;
  for (const auto& station : catalogue.stations) {
    const auto form = forms.find(station.id);
    if (form != forms.end() && kind_of(station, form->second) == kind) stations.push_back(station.id);
  }
  return stations;
}

/// What is wrong with one kind of station after the edit, if it is wrong and no better than before.
std::optional<std::string> loss_of(const model::Catalogue& before, const model::Catalogue& after,
                                   const model::Station& station, Form form, WallTime from,
                                   const planner::Settings& settings) {
  const auto then = fate_of(after, station, from, settings, form);
  if (then.lost.empty()) return std::nullopt;
  const auto* known = before.station(station.id);
  if (known == nullptr) return then.lost.front();
  const auto now = fate_of(before, *known, from, settings, form);
  for (const auto& sentence : then.lost) {
    const bool was_so = std::find(now.lost.begin(), now.lost.end(), sentence) != now.lost.end();
    const bool better = now.lost.size() >= then.lost.size() && then.told > now.told;
    if (!was_so && !better) return sentence;
  }
  return std::nullopt;
}

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const auto& word : words) text += (text.empty() ? "" : ", ") + word;
  return text;
}

}  // namespace

Result<Outlook> foresee(const model::Catalogue& before, const model::Catalogue& after,
                        const std::map<std::string, Form>& forms, WallTime now, const planner::Settings& settings) {
  Outlook outlook;
  const auto today = settings.zone.date_of(now);
  for (const auto& [kind, station] : samples_of(after, forms)) {
    const auto form = std::get<Form>(kind);
    for (const auto day : days_of_change(after, today)) {
      const auto from = settings.zone.to_utc(day, Micros{0});
      // What no form can carry is refused; what only this build cannot take is told.
      if (const auto loss = loss_of(before, after, *station, Form::compact, from, settings))
        return fail(ErrorCode::invalid, "{}", *loss);
      if (form == Form::compact) continue;
      const auto fate = fate_of(after, *station, from, settings, form);
      if (fate.lost.empty()) continue;
      outlook.cannot_obey.push_back(joined(stations_of(kind, after, forms)) + ": " + fate.lost.front());
      break;
    }
  }
  return outlook;
}

Result<Outlook> edit(store::Store& store, const planner::Settings& settings, WallTime now, const store::Work& work) {
  if (now < protocol::message::earliest) {  // a machine whose clock is not set plans nothing yet
    LOA_TRY(store.write(work));
    return Outlook{};
  }
  LOA_TRY_LET(const auto before, store.catalogue());
  LOA_TRY_LET(const auto forms, forms_of_stations(store));
  model::Catalogue after;
  const auto undo = fail(ErrorCode::refused, "seen");
  bool seen = false;
  const auto tried = store.write([&](store::Unit& unit) -> Result<void> {
    LOA_TRY(work(unit));
    LOA_TRY_LET(after, unit.catalogue());
    seen = true;
    return undo;
  });
  if (!seen) return pass(Result<void>{tried}.error());
  LOA_TRY_LET(auto outlook, foresee(before, after, forms, now, settings));
  LOA_TRY(store.write(work));
  return outlook;
}

}  // namespace loa::headend::publisher
