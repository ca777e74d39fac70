#pragma once
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "headend/model/catalogue.hpp"
#include "protocol/crypto/hash.hpp"

/// A small ward that the head-end's tests share.
namespace loa::headend::sample {

inline protocol::crypto::SecretKey key_of(std::uint8_t number) {
  return protocol::crypto::SecretKey::from_seed({number, 1, 2, 3});
}
inline model::Sha256 object_of(const std::string& name) { return protocol::crypto::sha256(name); }
inline model::LocalDate date(int year, unsigned month, unsigned day) {
  return std::chrono::local_days{std::chrono::year{year} / static_cast<int>(month) / static_cast<int>(day)};
}
inline WallTime utc(const char* text) { return parse_utc(text).value(); }

inline model::Content audio(const std::string& name, std::int64_t frames, const std::string& category) {
  model::Content content;
  content.object = object_of(name);
  content.title = name;
  content.medium = v1::MEDIUM_AUDIO;
  content.frames = frames;
  content.bytes = 4000;
  content.source = name + ".mp3";
  content.category = category;
  content.loudness = model::Loudness{-20.5, -16, -1.6};
  return content;
}

inline model::Content picture(const std::string& name, model::Geometry geometry, std::uint32_t width_px) {
  model::Content content;
  content.object = object_of(name);
  content.title = name;
  content.medium = v1::MEDIUM_SIGN;
  content.bytes = 900;
  content.source = "text";
  content.text = "Phòng cháy hơn chữa cháy";
  content.image = model::SignImage{width_px, {geometry}};
  return content;
}

inline model::Station station(const std::string& id, std::vector<std::string> groups, std::uint8_t key) {
  model::Station made;
  made.id = id;
  made.name = "Trạm " + id;
  made.groups = std::move(groups);
  made.key = key_of(key).public_key();
  return made;
}

inline model::Programme morning() {
  model::Programme programme;
  programme.id = "sang";
  programme.title = "Buổi sáng";
  programme.segments = {{object_of("nhac hieu"), "nhac"}, {object_of("ban tin"), "tin"}};
  programme.start = std::chrono::hours{5};
  programme.groups = {"all"};
  return programme;
}

inline model::Slogan slogan(const std::string& id, const std::string& picture_name) {
  model::Slogan made;
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
inline model::Catalogue catalogue() {
  model::Catalogue all;
  all.groups = {{"all", "Toàn phường"}, {"to-1", "Tổ 1"}, {"to-2", "Tổ 2"}};
  all.categories = {{"nhac", "Âm nhạc"}, {"tin", "Bản tin"}, {"tuyen-truyen", "Tuyên truyền"}};
  all.stations = {station("bang-1", {"to-1"}, 3), station("loa-1", {"to-1"}, 1), station("loa-2", {"to-2"}, 2)};
  all.stations[0].has_speaker = false;
  all.stations[0].sign = model::Geometry{192, 32};
  all.contents = {audio("nhac hieu", 480001, "nhac"), audio("ban tin", 960001, "tin"), picture("page", {192, 32}, 192),
                  picture("strip", {192, 32}, 700)};
  std::sort(all.contents.begin(), all.contents.end(), [](auto& a, auto& b) { return a.object < b.object; });
  all.programmes = {morning()};
  return all;
}

inline model::Policy policy() {
  model::Policy made;
  made.id = "hn-1246";
  made.reference = "QĐ 1246/QĐ-UBND 2021";
  made.windows = {{0x1f, 5 * 60, 6 * 60, 0}, {model::every_day, 17 * 60, 18 * 60, -300}};
  made.sessions_per_day = 2;
  made.minutes_per_session = 15;
  made.days_per_week = 5;
  return made;
}

}  // namespace loa::headend::sample
