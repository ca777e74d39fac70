#include "station/health/service_report.hpp"

#include <gtest/gtest.h>

#include "protocol/base/file.hpp"
#include "tests/support/temp_folder.hpp"

namespace loa::station::health {
namespace {

using namespace std::chrono_literals;

class ServiceReportTest : public testing::Test {
 protected:
  [[nodiscard]] ServiceReport::Parts read() const {
    const auto text = read_file(ServiceReport::file_of(folder_.path(), "phuong", "cum-01"), 65'536);
    return ServiceReport::parse(text.value_or(""));
  }
  const tests::TempFolder folder_{"loa-service"};
  ServiceReport report_{folder_.path(), "phuong", "cum-01"};
};

TEST_F(ServiceReportTest, SaysWhatWasSeenLastOfEachPart) {
  EXPECT_TRUE(read().empty());
  report_.see("sound", "cannot open 'hw:9': no such device\naplay -L", MonoTime{5s});
  report_.see("broker", "", MonoTime{6s});
  auto parts = read();
  ASSERT_EQ(parts.size(), 2U);
  EXPECT_EQ(parts.at("sound").trouble, "cannot open 'hw:9': no such device aplay -L");
  EXPECT_EQ(parts.at("sound").seen, MonoTime{5s});
  EXPECT_EQ(parts.at("broker").trouble, "");
  report_.see("sound", "", MonoTime{7s});
  EXPECT_EQ(read().at("sound").trouble, "") << "news at once";
  report_.see("sound", "", MonoTime{60s});
  EXPECT_EQ(read().at("sound").seen, MonoTime{7s}) << "the same again within a minute is none";
  report_.see("sound", "", MonoTime{68s});
  EXPECT_EQ(read().at("sound").seen, MonoTime{68s});
}

TEST_F(ServiceReportTest, ForgetsWhatAnEarlierProcessSaid) {
  report_.see("sound", "", MonoTime{5s});
  const ServiceReport next{folder_.path(), "phuong", "cum-01"};
  EXPECT_TRUE(read().empty());
}

TEST_F(ServiceReportTest, IsReadableByItsUserOnly) {
  report_.see("sound", "", MonoTime{5s});
  const auto file = ServiceReport::file_of(folder_.path(), "phuong", "cum-01");
  EXPECT_EQ(std::filesystem::status(file).permissions() & std::filesystem::perms::all,
            std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
}

TEST_F(ServiceReportTest, ATornOrForeignFileSaysNothingFalse) {
  const std::string whole = ServiceReport::format({{"sign", {MonoTime{1s}, "gone"}}, {"sound", {MonoTime{2s}, ""}}});
  for (std::size_t length = 0; length < whole.size(); ++length) {
    for (const auto& [name, part] : ServiceReport::parse(std::string_view{whole}.substr(0, length)))
      EXPECT_EQ(part.trouble, "gone") << length;
  }
  EXPECT_TRUE(ServiceReport::parse("loa service 2\nsound=1 \n").empty());
  EXPECT_TRUE(ServiceReport::parse("loa service 1\nsound=x \n=\nsound\n").empty());
}

}  // namespace
}  // namespace loa::station::health
