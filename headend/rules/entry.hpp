#pragma once
#include <fmt/format.h>

#include <string>
#include <utility>
#include <vector>

#include "headend/model/catalogue.hpp"
#include "headend/rules/problem.hpp"

/// What the rules of every kind of entry share.
namespace loa::headend::rules {

inline constexpr std::size_t max_entry_text = 500;  ///< bytes of a title, and of a slogan

/// Collects problems, in the order in which they are found.
class Problems {
 public:
  template <class... Args>
  void add(Severity severity, const char* code, fmt::format_string<Args...> format, Args&&... args) {
    list_.push_back({severity, code, fmt::format(format, std::forward<Args>(args)...), {}});
  }
  void set_other(const std::string& id) { list_.back().other = id; }
  [[nodiscard]] const std::vector<Problem>& list() const { return list_; }
  std::vector<Problem> take() { return std::move(list_); }

 private:
  std::vector<Problem> list_;
};

void check_id(Problems& problems, const char* what, const std::string& id);
void check_unreserved(Problems& problems, const std::string& id);
void check_groups(Problems& problems, const std::string& name, const std::vector<std::string>& groups,
                  const model::Catalogue& catalogue);
void check_days(Problems& problems, const std::string& name, model::Weekdays weekdays, const model::Validity& validity,
                model::LocalDate today);
void check_category(Problems& problems, const std::string& name, const std::string& category,
                    const model::Catalogue& catalogue);
/// Says whether something can begin then: 00:00:00…23:59:59.
bool is_time(model::TimeOfDay time);

}  // namespace loa::headend::rules
