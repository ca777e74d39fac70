#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "headend/model/terms.hpp"
#include "protocol/message/loa.pb.h"

/// What there is to hear and to read: objects of the content store, and the columns that they count for.
namespace loa::headend::model {

/// A column (chuyên mục) that the quarterly report counts by.
struct Category {
  std::string id;
  std::string name;
  bool operator==(const Category&) const = default;
};

/// Measured at ingest (EBU R128), for people and for the record.
struct Loudness {
  double source_lufs = 0;
  double lufs = 0;            ///< after normalisation
  double true_peak_dbtp = 0;  ///< after normalisation
  bool operator==(const Loudness&) const = default;
};

/// A picture for signs: a page of exactly a sign's size, or a wider strip that scrolls through it. The bytes of a strip
/// are the same for every sign of its height, so one picture may serve several geometries.
struct SignImage {
  std::uint32_t width_px = 0;   ///< of the image; wider than the sign: it must scroll there
  std::vector<Geometry> signs;  ///< it was made for; sorted, at least one
  [[nodiscard]] bool serves(const Geometry& sign) const;
  bool operator==(const SignImage&) const = default;
};

/// One immutable object of the content store and what is known about it.
struct Content {
  Sha256 object;
  std::string title;
  v1::Medium medium = v1::MEDIUM_UNSPECIFIED;
  std::int64_t frames = 0;           ///< audio: length at 48 000 Hz; sign: 0
  std::uint64_t bytes = 0;           ///< of the object
  std::string source;                ///< file name it came from, or "text"
  std::string text;                  ///< of a spoken bulletin or a slogan
  std::string category;              ///< default column; may be empty
  std::optional<Loudness> loudness;  ///< audio
  std::optional<SignImage> image;    ///< sign
  WallTime added;
  bool operator==(const Content&) const = default;
};

/// Makes what is kept of an object that comes again: the newer word, and beside its signs those it served before,
/// because a strip's bytes are the same for every sign of its height.
/// @param known  what is known of the same object; absent: nothing
Content united(const std::optional<Content>& known, Content content);

}  // namespace loa::headend::model
