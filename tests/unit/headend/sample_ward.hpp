#pragma once
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <string>

#include "headend/store/store.hpp"
#include "protocol/crypto/hash.hpp"

/// A small ward that the head-end's tests share.
namespace loa::headend::sample {

inline protocol::crypto::SecretKey key_of(std::uint8_t number) {
  return protocol::crypto::SecretKey::from_seed({number, 1, 2, 3});
}
inline store::Sha256 object_of(const std::string& name) { return protocol::crypto::sha256(name); }
inline store::LocalDate date(int year, unsigned month, unsigned day) {
  return std::chrono::local_days{std::chrono::year{year} / static_cast<int>(month) / static_cast<int>(day)};
}
inline WallTime utc(const char* text) { return parse_utc(text).value(); }

inline store::Content audio(const std::string& name, std::int64_t frames, const std::string& category) {
  store::Content content;
  content.object = object_of(name);
  content.title = name;
  content.medium = v1::MEDIUM_AUDIO;
  content.frames = frames;
  content.bytes = 4000;
  content.source = name + ".mp3";
  content.category = category;
  content.loudness = store::Loudness{-20.5, -16, -1.6};
  return content;
}

inline store::Content picture(const std::string& name, store::Geometry geometry, std::uint32_t width_px) {
  store::Content content;
  content.object = object_of(name);
  content.title = name;
  content.medium = v1::MEDIUM_SIGN;
  content.bytes = 900;
  content.source = "text";
  content.text = "Phòng cháy hơn chữa cháy";
  content.image = store::SignImage{width_px, {geometry}};
  return content;
}

inline store::Station station(const std::string& id, std::vector<std::string> groups, std::uint8_t key) {
  store::Station made;
  made.id = id;
  made.name = "Trạm " + id;
  made.groups = std::move(groups);
  made.key = key_of(key).public_key();
  return made;
}

inline store::Programme morning() {
  store::Programme programme;
  programme.id = "sang";
  programme.title = "Buổi sáng";
  programme.segments = {{object_of("nhac hieu"), "nhac"}, {object_of("ban tin"), "tin"}};
  programme.start = std::chrono::hours{5};
  programme.groups = {"all"};
  return programme;
}

inline store::Slogan slogan(const std::string& id, const std::string& picture_name) {
  store::Slogan made;
  made.id = id;
  made.text = "Phòng cháy hơn chữa cháy";
  made.category = "tuyen-truyen";
  made.images = {{{192, 32}, object_of(picture_name)}};
  made.from = std::chrono::hours{6};
  made.to = std::chrono::hours{7};
  made.groups = {"all"};
  made.scroll_px_s = 40;
  return made;
}

/// Two loudspeakers in two groups, one sign; two pieces of audio, two pictures; one programme at 05:00 each day, no
/// slogan.
inline store::Catalogue catalogue() {
  store::Catalogue all;
  all.groups = {{"all", "Toàn phường"}, {"to-1", "Tổ 1"}, {"to-2", "Tổ 2"}};
  all.categories = {{"nhac", "Âm nhạc"}, {"tin", "Bản tin"}, {"tuyen-truyen", "Tuyên truyền"}};
  all.stations = {station("bang-1", {"to-1"}, 3), station("loa-1", {"to-1"}, 1), station("loa-2", {"to-2"}, 2)};
  all.stations[0].has_speaker = false;
  all.stations[0].sign = store::Geometry{192, 32};
  all.contents = {audio("nhac hieu", 480001, "nhac"), audio("ban tin", 960001, "tin"), picture("page", {192, 32}, 192),
                  picture("strip", {192, 32}, 700)};
  std::sort(all.contents.begin(), all.contents.end(), [](auto& a, auto& b) { return a.object < b.object; });
  all.programmes = {morning()};
  return all;
}

/// Puts everything of a catalogue into a store.
inline void fill(store::Store& store, const store::Catalogue& all) {
  for (const auto& entry : all.groups) ASSERT_TRUE(store.put_group(entry));
  for (const auto& entry : all.categories) ASSERT_TRUE(store.put_category(entry));
  for (const auto& entry : all.stations) ASSERT_TRUE(store.put_station(entry));
  for (const auto& entry : all.contents) ASSERT_TRUE(store.put_content(entry));
  for (const auto& entry : all.programmes) ASSERT_TRUE(store.put_programme(entry));
  for (const auto& entry : all.slogans) ASSERT_TRUE(store.put_slogan(entry));
  for (const auto& entry : all.policies) ASSERT_TRUE(store.put_policy(entry));
}

inline store::Policy policy() {
  store::Policy made;
  made.id = "hn-1246";
  made.reference = "QĐ 1246/QĐ-UBND 2021";
  made.windows = {{0x1f, 5 * 60, 6 * 60, 0}, {store::every_day, 17 * 60, 18 * 60, -300}};
  made.sessions_per_day = 2;
  made.minutes_per_session = 15;
  made.days_per_week = 5;
  return made;
}

/// A folder of its own for each test, removed afterwards.
class Folder {
 public:
  Folder() {
    const auto* test = testing::UnitTest::GetInstance()->current_test_info();
    path_ = std::filesystem::temp_directory_path() /
            (std::string{"loa-"} + test->test_suite_name() + "-" + test->name() + "-" + std::to_string(::getpid()));
    std::filesystem::remove_all(path_);
    std::filesystem::create_directories(path_);
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  [[nodiscard]] std::filesystem::path operator/(const char* name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

}  // namespace loa::headend::sample
