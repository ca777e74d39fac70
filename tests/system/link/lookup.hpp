#pragma once

/// Name lookup under the test's control: the program's own getaddrinfo() stands before the system's, also for
/// libmosquitto. Every name that ends in ".test" is 127.0.0.1; "slow.test" is answered only after release().
namespace loa::tests::lookup {

/// How many lookups wait for release().
int waiting();
void release();

}  // namespace loa::tests::lookup
