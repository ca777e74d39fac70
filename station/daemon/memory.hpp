#pragma once

namespace loa::station::daemon {

/// Tells the allocator that this process has little to do and little memory: one heap for all threads instead of one
/// each, and what is large goes back to the system when it is freed (mallopt(3)). Call before there are other threads.
void keep_memory_small();

/// Gives back what taking up a plan needed and no longer needs.
void give_back_memory();

}  // namespace loa::station::daemon
