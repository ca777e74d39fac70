// golden_writer ROOT: writes protocol/golden/*.bin and *.txt, and the fuzzers' first corpus, below the checkout ROOT.
// Run it by hand after a deliberate change of the protocol, and read the difference.
#include <cstdio>

#include "protocol/base/file.hpp"
#include "tests/unit/protocol/golden/render.hpp"

namespace {

using namespace loa;

void must_save(const std::filesystem::path& path, std::string_view bytes) {
  auto saved = make_folders(path.parent_path());
  if (saved) saved = save_file(path, bytes);
  if (saved) return;
  std::fprintf(stderr, "%s\n", saved.error().text.c_str());
  std::exit(1);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: golden_writer CHECKOUT\n");
    return 2;
  }
  const std::filesystem::path root = argv[1];
  for (const auto& vector : tests::samples::vectors()) {
    must_save(root / "protocol/golden" / (vector.name + ".bin"), vector.sealed());
    must_save(root / "protocol/golden" / (vector.name + ".txt"), tests::render(vector));
    must_save(root / "tests/fuzz/corpus/envelope" / vector.name, vector.sealed());
    if (vector.type != "loa.v1.Plan") must_save(root / "tests/fuzz/corpus/report" / vector.name, vector.body);
    if (vector.type == "loa.v1.Plan") must_save(root / "tests/fuzz/corpus/plan" / vector.name, vector.body);
  }
  must_save(root / "protocol/golden/state.bin", tests::samples::state().SerializeAsString());
  must_save(root / "tests/fuzz/corpus/report/state", tests::samples::state().SerializeAsString());
}
