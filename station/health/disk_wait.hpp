#pragma once

namespace loa::station::health {

/// Whether any thread of this process sleeps where no signal reaches it, as one does that waits for a sync or a page
/// from its disk (state D of proc(5)). Opens some files of /proc: for rare questions.
/// @return  false too where /proc cannot be read
bool waits_for_disk();

}  // namespace loa::station::health
