#include "headend/rules/entry.hpp"
#include "headend/rules/rules.hpp"
#include "protocol/base/text.hpp"

namespace loa::headend::rules {

using namespace std::chrono_literals;

namespace {

const model::SloganImage* image_for(const model::Slogan& slogan, model::Geometry geometry) {
  for (const auto& image : slogan.images) {
    if (image.geometry == geometry) return &image;
  }
  return nullptr;
}

void check_images(Problems& problems, const std::string& name, const model::Slogan& slogan,
                  const model::Catalogue& catalogue) {
  for (const auto& image : slogan.images) {
    const auto* content = catalogue.content(image.object);
    if (!content || !content->image || !content->image->serves(image.geometry)) {
      problems.add(Severity::error, "unknown-content", "{} has no picture of {}×{} in the store", name,
                   image.geometry.width_px, image.geometry.height_px);
    } else if (content->image->width_px > image.geometry.width_px && slogan.scroll_px_s == 0) {
      problems.add(Severity::error, "too-wide", "{} is wider than the {}×{} sign: shorten it or let it scroll", name,
                   image.geometry.width_px, image.geometry.height_px);
    }
  }
}

void check_signs(Problems& problems, const std::string& name, const model::Slogan& slogan,
                 const model::Catalogue& catalogue) {
  bool shown = false;
  for (const auto& station : catalogue.stations) {
    if (!station.sign || !model::reaches(slogan.groups, station)) continue;
    shown = true;
    if (image_for(slogan, *station.sign)) continue;
    problems.add(Severity::error, "no-picture", "{} was not rendered for the {}×{} sign of station '{}'", name,
                 station.sign->width_px, station.sign->height_px, station.id);
  }
  if (!shown) problems.add(Severity::warning, "no-sign", "{} reaches no station that has a sign", name);
}

}  // namespace

std::vector<Problem> problems_of(const model::Slogan& slogan, const model::Catalogue& catalogue,
                                 model::LocalDate today) {
  Problems problems;
  const auto name = fmt::format("slogan '{}'", slogan.id);
  check_id(problems, "slogan", slogan.id);
  check_unreserved(problems, slogan.id);
  if (catalogue.programme(slogan.id)) {
    problems.add(Severity::error, "taken", "'{}' is the name of a programme: choose another for the slogan", slogan.id);
  }
  if (slogan.text.empty() || !is_clean_utf8(slogan.text) || slogan.text.size() > max_entry_text) {
    problems.add(Severity::error, "text", "the text of {} is empty or not text of at most {} bytes", name,
                 max_entry_text);
  }
  if (!is_time(slogan.from) || slogan.to <= slogan.from || slogan.to > 24h) {
    problems.add(Severity::error, "time", "{} must be shown from a time to a later time of the same day, {}–{} is not",
                 name, timetable::format_time(slogan.from), timetable::format_time(slogan.to));
  }
  if (slogan.dwell < 1s) problems.add(Severity::error, "dwell", "{} must stand at least 1 s", name);
  check_groups(problems, name, slogan.groups, catalogue);
  check_category(problems, name, slogan.category, catalogue);
  check_days(problems, name, slogan.weekdays, slogan.validity, today);
  check_images(problems, name, slogan, catalogue);
  check_signs(problems, name, slogan, catalogue);
  return problems.take();
}

}  // namespace loa::headend::rules
