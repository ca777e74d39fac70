#pragma once
#include <string>
#include <string_view>

#include "protocol/message/loa.pb.h"

/// Every word of the report, once: Vietnamese for people, English beside it.
namespace loa::headend::report {

/// A bucket for people, in both languages.
struct BucketName {
  const char* vi;
  const char* en;
  const char* word;  ///< for programs: "played", "content-missing" …
};
BucketName name_of(v1::Bucket bucket);

/// Returns why something was not heard as a sentence part, "mất điện · power was lost"; an unknown word as it is.
std::string reason_text(std::string_view reason);
/// Whether reason_text() has words for it.
bool is_known_reason(std::string_view reason);

/// Returns the heading of an anomaly's kind.
std::string anomaly_label(std::string_view kind);
/// Returns the sentence of a note's kind.
std::string note_text(std::string_view kind);
/// Returns what a changed figure is called: of a table "total", and of a path "spent_us.played".
std::string table_label(std::string_view table);
std::string figure_label(std::string_view path);

/// Returns "audio" or "sign", for programs.
const char* word_of(v1::Medium medium);

}  // namespace loa::headend::report
