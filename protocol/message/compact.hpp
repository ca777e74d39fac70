#pragma once
#include <cstddef>
#include <string_view>

#include "protocol/base/result.hpp"
#include "protocol/message/limits.hpp"
#include "protocol/message/loa.pb.h"

/// The compact form of a plan, in which what many cues share stands once (PROTOCOL.md §5a). Pure.
///
/// Folding comes in two steps, because a station undoes only one of them: cues are few bytes each when they are whole,
/// but a hundred pages in each of three thousand cues are not. A plan is *whole* when no cue names a template.
namespace loa::protocol::message {

/// The word in Status.understands of a build that takes the compact form.
inline constexpr std::string_view plan_compact = "plan-compact";

/// Pages that unfold_pages() writes at most into all cues: more than an envelope could hold.
inline constexpr std::size_t max_unfolded_pages = 110'000;

/// Moves the pages of every cue into the plan's tables, each page and each playlist once.
/// A plan whose pages are folded already stays as it is.
void fold_pages(v1::Plan& plan);
/// Writes the pages of every playlist into the cues that name it, and drops the tables.
/// @error invalid: an index that no table has, or more than max_unfolded_pages
Result<void> unfold_pages(v1::Plan& plan);

/// Moves what several cues say alike, all but occurrence and start_us, into templates. The plan is whole before.
void fold_cues(v1::Plan& plan);
/// Makes the plan whole: merges each cue with its template, and drops the templates. Work and memory are bounded by
/// max_cues.
/// @error invalid: a number that no template has, a template with occurrence, start, pages or a template of its own,
///        or one that is too long, or too many cues or templates
Result<void> unfold_cues(v1::Plan& plan);

/// Folds pages and cues. The plan is whole.
v1::Plan compact(v1::Plan plan);
/// Undoes compact(): a plan as every build understands it.
/// @error invalid: as unfold_cues() and unfold_pages()
Result<v1::Plan> expand(v1::Plan plan);

/// Drops objects, pages and playlists that no cue names. The plan is whole.
void prune(v1::Plan& plan);

/// Bytes of the plan as unfold_pages() would leave it, without doing so; a few too many at most. The plan is whole.
std::size_t plain_bytes(const v1::Plan& plan);

}  // namespace loa::protocol::message
