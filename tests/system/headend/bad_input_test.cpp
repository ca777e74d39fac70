#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "protocol/base/file.hpp"
#include "tests/system/headend/ward_at_work.hpp"

namespace loa::tests {
namespace {

/// A mono 16-bit WAV of a tone; `claimed_seconds` may promise more than there is.
std::string wav(double seconds, double claimed_seconds) {
  constexpr std::uint32_t rate = 8000;
  const auto little = [](std::uint32_t value, int bytes) {
    std::string text;
    for (int i = 0; i < bytes; ++i) text += static_cast<char>(value >> (8 * i) & 0xffU);
    return text;
  };
  std::string samples;
  for (std::uint32_t i = 0; i < static_cast<std::uint32_t>(seconds * rate); ++i) {
    samples += little(static_cast<std::uint16_t>(static_cast<std::int16_t>(8000 * std::sin(i * 0.3))), 2);
  }
  const auto claimed = static_cast<std::uint32_t>(claimed_seconds * rate * 2);
  return "RIFF" + little(claimed + 36, 4) + "WAVEfmt " + little(16, 4) + little(1, 2) + little(1, 2) + little(rate, 4) +
         little(rate * 2, 4) + little(2, 2) + little(16, 2) + "data" + little(claimed, 4) + samples;
}

/// A ward with a morning: one content, one programme, a policy, stations with and without a sign.
class BadInput : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    ward_ = new WardAtWork;
    auto& ward = *ward_;
    ASSERT_TRUE(save_file(ward / "good.wav", wav(3, 3)));
    ASSERT_TRUE(save_file(ward / "letter.mp3", "Kính gửi bà con, đây không phải là âm thanh.\n"));
    ASSERT_TRUE(save_file(ward / "empty.mp3", ""));
    ASSERT_TRUE(save_file(ward / "nothing.wav", wav(0, 0)));
    ASSERT_TRUE(save_file(ward / "silence.txt", "   \n"));
    ASSERT_TRUE(save_file(ward / "latin1.txt", "Th\xf4ng b\xe1o"));
    make_ten_hours(ward / "ten-hours.wav");
    ward.must({"group", "add", "to-1", "--name", "Tổ 1"});
    ward.must({"group", "add", "to-2", "--name", "Tổ 2"});
    ward.must({"category", "add", "tin", "--name", "Tin tức"});
    ward.must({"policy", "set", "luat", "--reference", "QĐ 1", "--window", "t2-cn 05:00-21:00"});
    ward.must({"content", "add", (ward / "good.wav").string(), "--title", "Nhạc hiệu", "--category", "tin"});
    ward.must({"station", "add", "cho-1", "--name", "Chợ", "--group", "to-1", "--sign", "192x32", "--out",
               (ward / "cho-1").string()});
    ward.must({"station", "add", "dinh-1", "--name", "Đình", "--group", "to-2", "--out", (ward / "dinh-1").string()});
    ward.must(
        {"programme", "add", "sang", "--title", "Sáng", "--at", "06:00", "--group", "all", "--segment", "Nhạc hiệu"});
  }
  static void TearDownTestSuite() { delete ward_; }

  /// Ten hours that take no room: the tail is a hole in the file.
  static void make_ten_hours(const std::filesystem::path& file) {
    ASSERT_TRUE(save_file(file, wav(1, 36'000)));
    std::filesystem::resize_file(file, 44 + 36'000ULL * 8000 * 2);
  }

  static std::string path(const std::string& name) { return (*ward_ / name).string(); }

  /// Exit 1, one sentence, nothing else has happened.
  static void refused(const std::vector<std::string>& words, const std::string& expected_word) {
    SCOPED_TRACE(testing::PrintToString(words));
    const auto before = ward_->snapshot();
    const auto done = ward_->loa(words);
    EXPECT_EQ(done.exit.status, 1) << done.out;
    EXPECT_EQ(done.out, "");
    EXPECT_EQ(std::count(done.err.begin(), done.err.end(), '\n'), 1) << done.err;
    EXPECT_TRUE(done.err.starts_with("loa: ")) << done.err;
    EXPECT_NE(done.err.find(expected_word), std::string::npos)
        << "should speak of " << expected_word << ": " << done.err;
    EXPECT_EQ(ward_->snapshot(), before) << "something changed on disk";
  }

  static WardAtWork* ward_;
};
WardAtWork* BadInput::ward_ = nullptr;

TEST_F(BadInput, InASoundChangesNothing) {
  refused({"content", "add", path("no-such.mp3"), "--title", "X"}, "no-such.mp3");
  refused({"content", "add", path("letter.mp3"), "--title", "X"}, "letter.mp3");
  refused({"content", "add", path("empty.mp3"), "--title", "X"}, "empty.mp3");
  refused({"content", "add", path("nothing.wav"), "--title", "X"}, "nothing.wav");
  refused({"content", "add", path("ten-hours.wav"), "--title", "X"}, "ten-hours.wav");
  refused({"content", "add", path("."), "--title", "X"}, "");
  refused({"content", "add", path("good.wav"), "--title", "X", "--category", "khong"}, "khong");
  refused({"content", "add", path("good.wav"), "--title", "a\nb"}, "title");
}

TEST_F(BadInput, InABulletinChangesNothing) {
  refused({"content", "add", "--text", "Xin chào"}, "title");
  refused({"content", "add", "--text-file", path("no-such.txt"), "--title", "X"}, "no-such.txt");
  refused({"content", "add", "--text-file", path("silence.txt"), "--title", "X"}, "");
  refused({"content", "add", "--text-file", path("latin1.txt"), "--title", "X"}, "UTF-8");
  refused({"content", "add", "--text", std::string(40'000, 'a'), "--title", "X"}, "");
  refused({"content", "add", "--text", "Xin chào", "--title", "X", "--voice", "khong-co"}, "khong-co");
  refused({"content", "add", "--title", "X"}, "FILE");
  refused({"content", "add", path("good.wav"), "--text", "Xin chào", "--title", "X"}, "one of");
  refused({"content", "show", "khong"}, "khong");
}

TEST_F(BadInput, InAProgrammeChangesNothing) {
  const auto with = [](const std::string& option, const std::string& value) {
    std::vector<std::string> words{"programme", "add", "chieu", "--title", "Chiều"};
    const std::pair<std::string, std::string> given[] = {
        {"--at", "17:00"}, {"--group", "to-1"}, {"--segment", "Nhạc hiệu"}, {"--days", "t2..cn"}};
    for (const auto& [name, usual] : given) {
      words.push_back(name);
      words.push_back(name == option ? value : usual);
    }
    if (option == "--from" || option == "--to") words.insert(words.end(), {option, value});
    return words;
  };
  refused(with("--group", "to-9"), "to-9");
  refused(with("--at", "25:00"), "25:00");
  refused(with("--at", "sáng"), "sáng");
  refused(with("--days", "t9"), "t9");
  refused(with("--from", "31/02/2026"), "31/02/2026");
  refused(with("--to", "2026-13-01"), "2026-13-01");
  refused(with("--segment", "khong-co"), "khong-co");
  refused(with("--segment", "Nhạc hiệu:khong"), "khong");
  refused(with("--at", "06:00:01"), "sang");
  refused({"programme", "add", "sang", "--title", "S", "--at", "09:00", "--group", "all", "--segment", "Nhạc hiệu"},
          "sang");
  refused({"programme", "add", "Chiều", "--title", "S", "--at", "09:00", "--group", "all", "--segment", "Nhạc hiệu"},
          "Chiều");
  refused({"programme", "show", "khong"}, "khong");
  refused({"programme", "remove", "khong"}, "khong");
}

TEST_F(BadInput, InASloganChangesNothing) {
  const std::string at = "06:00", until = "21:00";
  const auto slogan = [&](const std::string& text, const std::string& group) {
    return std::vector<std::string>{"slogan", "add",     text,  "--at",       at,   "--until",
                                    until,    "--group", group, "--category", "tin"};
  };
  std::string endless;
  for (int i = 0; i < 40; ++i) endless += "Toàn dân đoàn kết xây dựng đời sống văn hóa ";
  refused(slogan(endless, "to-1"), "");
  refused(slogan("Chào \xf3\xb0\x80\x80 mừng", "to-1"), "");
  refused(slogan("", "to-1"), "");
  refused(slogan("Chào mừng", "to-9"), "to-9");
  refused(slogan("Chào mừng", "to-2"), "sign");
  refused({"slogan", "add", "--group", "to-1"}, "--image FILE");
  refused({"slogan", "add", "--group", "to-1", "--image", "/dev/null"}, "not a file");
  refused({"slogan", "add", "--group", "to-1", "--video", program_folder() / "loa"}, "not a picture or a video");
  refused({"slogan", "add", "--group", "to-1", "--image", "a.png", "--video", "a.mp4"}, "not both");
  refused({"sign", "brightness", "22:00-05:00 0%"}, "1 to 100 %");
  refused({"sign", "brightness", "05:00-09:00 20%", "08:00-10:00 30%"}, "08:00");
  refused({"slogan", "remove", "khong"}, "khong");
}

TEST_F(BadInput, InAPolicyChangesNothing) {
  const auto window = [](const std::string& text) {
    return std::vector<std::string>{"policy", "set", "khac", "--reference", "QĐ 2", "--window", text};
  };
  refused(window("t2-cn 21:00-05:00"), "21:00-05:00");
  refused(window("t2-cn"), "t2-cn");
  refused(window("t2-cn 05:00-06:00 9dB"), "9dB");
  refused(window("t8 05:00-06:00"), "t8");
  refused({"policy", "remove", "khong"}, "khong");
}

TEST_F(BadInput, InAStationChangesNothing) {
  const auto station = [](const std::string& id, const std::string& out) {
    return std::vector<std::string>{"station", "add", id, "--name", "Trạm", "--out", out};
  };
  refused(station("cho-1", path("x")), "cho-1");
  refused(station("headend", path("x")), "headend");
  refused(station("../x", path("x")), "../x");
  refused(station("moi", path("cho-1")), "cho-1");
  auto words = station("moi", path("x"));
  words.insert(words.end(), {"--group", "to-9"});
  refused(words, "to-9");
  words = station("moi", path("x"));
  words.insert(words.end(), {"--sign", "192"});
  refused(words, "192");
  words = station("moi", path("x"));
  words.insert(words.end(), {"--gain", "6"});
  refused(words, "gain");
  refused({"station", "remove", "khong"}, "khong");
  EXPECT_FALSE(std::filesystem::exists(path("x")));
}

TEST_F(BadInput, InAnythingElseChangesNothing) {
  refused({"ward", "init", "phuong-1", "--name", "X", "--host", "127.0.0.1"}, "already");
  refused({"ward", "renew", "--host", "a b"}, "a b");
  refused({"group", "add", "to-1", "--name", "X"}, "to-1");
  refused({"group", "add", "Tổ", "--name", "X"}, "Tổ");
  refused({"group", "remove", "to-1"}, "to-1");
  refused({"category", "remove", "tin"}, "tin");
  refused({"plan", "show", "khong"}, "khong");
  refused({"report", "--from", "2026-11-31", "--to", "2026-12-01"}, "2026-11-31");
  refused({"report", "--from", "2026-11-02", "--to", "2026-11-01"}, "2026-11-01");
  refused({"report", "--from", "2026-11-01", "--to", "2026-11-02", "--station", "khong"}, "khong");
  refused({"command", "stop", "--station", "khong"}, "khong");
  refused({"command", "stop", "--group", "to-9"}, "to-9");
  refused({"command", "stop"}, "--station");
}

TEST_F(BadInput, OnTheCommandLineIsAUsageError) {
  for (const std::vector<std::string>& words :
       {std::vector<std::string>{}, {"khong"}, {"programme", "add"}, {"content", "add", "--khong"}, {"station"}}) {
    const auto done = ward_->loa(words);
    EXPECT_EQ(done.exit.status, 2);
    EXPECT_EQ(std::count(done.err.begin(), done.err.end(), '\n'), 1) << done.err;
  }
}

TEST(NoWard, IsSaidInOneSentence) {
  const TempFolder empty;
  Command command;
  command.argv = {(program_folder() / "loa").string(), "--ward", empty.path().string(), "station", "list"};
  const auto done = run(command);
  ASSERT_TRUE(done);
  EXPECT_EQ(done->exit.status, 1);
  EXPECT_EQ(std::count(done->err.begin(), done->err.end(), '\n'), 1);
  EXPECT_TRUE(std::filesystem::is_empty(empty.path()));
}

}  // namespace
}  // namespace loa::tests
