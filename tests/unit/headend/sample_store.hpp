#pragma once
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <string>

#include "headend/model/catalogue.hpp"
#include "headend/store/sqlite/sqlite_store.hpp"
#include "tests/unit/headend/sample_ward.hpp"

/// A store with the small ward in it, and a folder for its file.
namespace loa::headend::sample {

/// Puts everything of a catalogue into a store.
inline void fill(store::Store& store, const model::Catalogue& all) {
  for (const auto& entry : all.groups) ASSERT_TRUE(store.stations().put_group(entry));
  for (const auto& entry : all.categories) ASSERT_TRUE(store.library().put_category(entry));
  for (const auto& entry : all.stations) ASSERT_TRUE(store.stations().put(entry));
  for (const auto& entry : all.contents) ASSERT_TRUE(store.library().put(entry));
  for (const auto& entry : all.programmes) ASSERT_TRUE(store.schedule().put_programme(entry));
  for (const auto& entry : all.slogans) ASSERT_TRUE(store.schedule().put_slogan(entry));
  for (const auto& entry : all.policies) ASSERT_TRUE(store.schedule().put_policy(entry));
}

/// A folder of its own for each test, removed afterwards.
class Folder {
 public:
  Folder() {
    const auto* test = testing::UnitTest::GetInstance()->current_test_info();
    path_ = std::filesystem::temp_directory_path() / name_of(*test);
    std::filesystem::remove_all(path_);
    std::filesystem::create_directories(path_);
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  [[nodiscard]] std::filesystem::path operator/(const char* name) const { return path_ / name; }

 private:
  /// Names of parameterised tests have slashes in them.
  static std::string name_of(const testing::TestInfo& test) {
    auto name = std::string{"loa-"} + test.test_suite_name() + "-" + test.name() + "-" + std::to_string(::getpid());
    std::replace(name.begin(), name.end(), '/', '-');
    return name;
  }

  std::filesystem::path path_;
};

}  // namespace loa::headend::sample
