#pragma once
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "headend/store/store.hpp"
#include "tests/unit/headend/sample_store.hpp"

/// What every implementation of the store's ports must keep. A new one is one line of backends().
namespace loa::headend::port_suite {

/// One way of keeping a ward.
struct Backend {
  std::string name;
  bool shared = false;  ///< whether several may have the same store open
  std::function<Result<std::unique_ptr<store::Store>>(const std::filesystem::path& folder)> open;
};

std::vector<Backend> backends();
inline std::string backend_name(const testing::TestParamInfo<Backend>& tested) { return tested.param.name; }
inline void PrintTo(const Backend& backend, std::ostream* to) { *to << backend.name; }

/// An empty store of the backend.
class PortSuite : public testing::TestWithParam<Backend> {
 protected:
  [[nodiscard]] store::Store& store() { return *store_; }
  /// Opens the same store again, as another process would.
  [[nodiscard]] std::unique_ptr<store::Store> again() { return GetParam().open(folder_ / ".").value(); }
  /// Closes the store and opens it again.
  void restart() {
    store_.reset();
    store_ = again();
  }

 private:
  sample::Folder folder_;
  std::unique_ptr<store::Store> store_ = again();
};

}  // namespace loa::headend::port_suite
