#include <gtest/gtest.h>

#include <mutex>

#include "station/sync/content_fetcher.hpp"
#include "tests/support/process.hpp"
#include "tests/support/temp_folder.hpp"
#include "tests/system/hostile/hostile_ward.hpp"

namespace loa::tests {
namespace {

using namespace std::chrono_literals;
using station::sync::ContentFetcher;
using station::sync::Fetched;
using station::sync::FetchSettings;

/// A station's fetcher with an authority and an address of our choice, and what it told.
class Fetching {
 public:
  Fetching(const std::filesystem::path& store, const std::filesystem::path& ca_file, const std::string& url,
           const v1::Object& object)
      : fetcher_(
            store, settings(ca_file), [](const std::function<void()>& function) { function(); },
            [this](const Fetched& fetched) {
              const std::lock_guard guard{mutex_};
              told_.push_back(fetched.result);
            }) {
    fetcher_.want(url, {{*station::sync::Sha256::from_bytes(object.sha256()), object.bytes(), WallTime{}}});
  }

  /// @return whether so many attempts came to an end within 10 s
  bool wait_for(std::size_t attempts) {
    return wait_until(10s, [&] { return told().size() >= attempts; });
  }
  std::vector<Result<void>> told() {
    const std::lock_guard guard{mutex_};
    return told_;
  }

 private:
  static FetchSettings settings(const std::filesystem::path& ca_file) {
    FetchSettings settings;
    settings.ca_file = ca_file;
    settings.first_wait = 100ms;
    return settings;
  }

  std::mutex mutex_;
  std::vector<Result<void>> told_;
  ContentFetcher fetcher_;
};

std::filesystem::path authority_of_another_ward(const std::filesystem::path& folder) {
  Command command;
  command.argv = {(program_folder() / "loa").string(),
                  "--ward",
                  folder.string(),
                  "ward",
                  "init",
                  "khac",
                  "--name",
                  "Phường khác",
                  "--host",
                  "localhost",
                  "--bind",
                  "127.0.0.1",
                  "--mqtt-port",
                  "0",
                  "--https-port",
                  "0"};
  const auto made = run(command);
  EXPECT_TRUE(made && made->exit.ok());
  return folder / "ca/ca.crt";
}

TEST(ContentServer, IsBelievedByTheWardsAuthorityAndItsOwnNameOnly) {
  const TempFolder temp{"loa-tls"};
  HostileWard ward{temp / "ward"};
  const auto prepared = ward.prepare(false);
  ASSERT_TRUE(prepared) << prepared.error().text;
  const v1::Plan plan = ward.loud_plan();
  const auto own = ward.wire().ward().ca_file();
  const std::string url = plan.content_url();
  std::string wrong_name = url;
  wrong_name.replace(wrong_name.find("localhost"), 9, "khac.localhost");  // it resolves to loopback (RFC 6761 §6.3)

  Fetching other_authority{temp / "a", authority_of_another_ward(temp / "khac"), url, plan.objects(0)};
  Fetching other_name{temp / "b", own, wrong_name, plan.objects(0)};
  for (Fetching* refused : {&other_authority, &other_name}) {
    EXPECT_TRUE(refused->wait_for(3)) << "it is tried again";
    for (const auto& told : refused->told()) {
      ASSERT_FALSE(told.has_value());
      EXPECT_EQ(told.error().code, ErrorCode::refused) << told.error().text;
    }
    std::printf("%zu attempts: %s\n", refused->told().size(), refused->told().back().error().text.c_str());
  }
  Fetching right{temp / "c", own, url, plan.objects(0)};
  ASSERT_TRUE(right.wait_for(1));
  EXPECT_TRUE(right.told().front().has_value()) << right.told().front().error().text;
}

}  // namespace
}  // namespace loa::tests
