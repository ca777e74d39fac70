#pragma once
#include "headend/store/sqlite/sealed_proof.hpp"

/// The columns of committed proofs. A new field of a proof is one line of `counted_proofs` and one step of migrate.cpp.
namespace loa::headend::store::sqlite {

/// Makes the column of a number in the proof's message.
template <auto Get, auto Set>
constexpr auto number(const char* name) {
  return said<&model::ProofRecord::proof, Get, Set>(name);
}

/// Makes the column of a text in the proof's message.
template <auto Get, auto Mutable>
constexpr auto text(const char* name) {
  return Column<model::ProofRecord>{
      name, [](Binder& binder, const model::ProofRecord& from) { binder.add((from.proof.*Get)()); },
      [](const Row& row, int column, model::ProofRecord& into) { *(into.proof.*Mutable)() = row.text(column); }};
}

/// Makes the column of bytes in the proof's message.
template <auto Get, auto Mutable>
constexpr auto bytes_of(const char* name) {
  return Column<model::ProofRecord>{
      name, [](Binder& binder, const model::ProofRecord& from) { binder.add(Blob{(from.proof.*Get)()}); },
      [](const Row& row, int column, model::ProofRecord& into) { *(into.proof.*Mutable)() = row.text(column); }};
}

// clang-format off
/// What a report counts, without the sealed bytes.
inline constexpr auto counted_proofs = table("proofs",
    field<&model::ProofRecord::station>("station", Role::key),
    field<&model::ProofRecord::epoch>("epoch", Role::key),
    field<&model::ProofRecord::number>("number", Role::key),
    field<&model::ProofRecord::digest>("digest"),
    field<&model::ProofRecord::received>("received_us"),
    field<&model::ProofRecord::flaw>("flaw"),
    bytes_of<&v1::Proof::previous, &v1::Proof::mutable_previous>("previous"),
    text<&v1::Proof::occurrence, &v1::Proof::mutable_occurrence>("occurrence"),
    number<&v1::Proof::segment, &v1::Proof::set_segment>("segment"),
    number<&v1::Proof::plan_sequence, &v1::Proof::set_plan_sequence>("plan_sequence"),
    number<&v1::Proof::bucket, &v1::Proof::set_bucket>("bucket"),
    text<&v1::Proof::reason, &v1::Proof::mutable_reason>("reason"),
    number<&v1::Proof::from_us, &v1::Proof::set_from_us>("from_us"),
    number<&v1::Proof::to_us, &v1::Proof::set_to_us>("to_us"),
    bytes_of<&v1::Proof::object, &v1::Proof::mutable_object>("object"),
    number<&v1::Proof::first_frame, &v1::Proof::set_first_frame>("first_frame"),
    number<&v1::Proof::frames, &v1::Proof::set_frames>("frames"),
    number<&v1::Proof::underruns, &v1::Proof::set_underruns>("underruns"),
    number<&v1::Proof::gain_cb, &v1::Proof::set_gain_cb>("gain_cb"),
    number<&v1::Proof::start_error_us, &v1::Proof::set_start_error_us>("start_error_us"),
    number<&v1::Proof::device_ppb, &v1::Proof::set_device_ppb>("device_ppb"),
    number<&v1::Proof::clock_grade, &v1::Proof::set_clock_grade>("clock_grade"),
    number<&v1::Proof::clock_error_us, &v1::Proof::set_clock_error_us>("clock_error_us"),
    number<&v1::Proof::medium, &v1::Proof::set_medium>("medium"),
    number<&v1::Proof::late_us, &v1::Proof::set_late_us>("late_us"),
    number<&v1::Proof::again_us, &v1::Proof::set_again_us>("again_us"),
    number<&v1::Proof::anew, &v1::Proof::set_anew>("anew"));
// clang-format on

/// The same with the sealed bytes: a row as it is appended.
inline constexpr auto whole_proofs = with(counted_proofs, bytes<&model::ProofRecord::sealed>("sealed"));

/// Committed proofs as they came.
inline constexpr auto committed_proofs = sealed_proofs("proofs");

using GapOf = Child<v1::Gap, std::int64_t>;
inline constexpr auto gaps_table =
    table("proof_gaps", field<&GapOf::owner>("proof", Role::key), field<&GapOf::position>("position", Role::key),
          said<&GapOf::value, &v1::Gap::at_us, &v1::Gap::set_at_us>("at_us"),
          said<&GapOf::value, &v1::Gap::length_us, &v1::Gap::set_length_us>("length_us"));

using PageOf = Child<v1::PageShown, std::int64_t>;
inline constexpr auto pages_table =
    table("proof_pages", field<&PageOf::owner>("proof", Role::key), field<&PageOf::position>("position", Role::key),
          Column<PageOf>{"object", [](Binder& binder, const PageOf& from) { binder.add(Blob{from.value.object()}); },
                         [](const Row& row, int column, PageOf& into) { into.value.set_object(row.text(column)); }},
          said<&PageOf::value, &v1::PageShown::frames, &v1::PageShown::set_frames>("frames"),
          said<&PageOf::value, &v1::PageShown::shown_us, &v1::PageShown::set_shown_us>("shown_us"));

}  // namespace loa::headend::store::sqlite
