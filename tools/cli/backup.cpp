#include <algorithm>

#include "headend/backup/make.hpp"
#include "headend/backup/restore.hpp"
#include "headend/backup/secrets.hpp"
#include "headend/backup/sets.hpp"
#include "headend/ward/ward.hpp"
#include "protocol/base/text.hpp"
#include "protocol/crypto/passphrase.hpp"
#include "tools/cli/desk.hpp"
#include "tools/cli/passphrase.hpp"
#include "tools/cli/print.hpp"

namespace loa::tools::cli {
namespace {

namespace backup = headend::backup;
namespace fs = std::filesystem;

struct Options {
  fs::path folder;
  fs::path passphrase_file;
  std::size_t keep = 3;
  std::string set;
  fs::path into;
  bool replace = false;
};

std::string megabytes(std::uint64_t bytes) { return fmt::format("{:.1f} MB", static_cast<double>(bytes) / 1e6); }

/// What a backup does not hold, for people on their error output and for cron's mail.
void warn_of_absent(const backup::Manifest& manifest) {
  for (const auto& object : manifest.absent) {
    fmt::print(stderr,
               "loa: thiếu nội dung {} ở phường, bản sao lưu không có nó · the ward lacks this object, so the "
               "backup does too\n",
               object.hex());
  }
}

boost::json::value view(const backup::Made& made, const fs::path& folder) {
  boost::json::array absent, left_out;
  for (const auto& object : made.manifest.absent) absent.emplace_back(object.hex());
  for (const auto& file : made.left_out) left_out.emplace_back(file);
  return {{"folder", folder.string()},
          {"set", made.set},
          {"ward", made.manifest.ward},
          {"made", format_utc(made.manifest.made)},
          {"objects", made.manifest.objects.size()},
          {"objects_copied", made.objects_copied},
          {"bytes", backup::bytes_of(made.manifest)},
          {"bytes_written", made.bytes_written},
          {"absent", absent},
          {"left_out", left_out},
          {"older_sets_removed", made.removed}};
}

Result<void> make(const Context& context, const Options& options) {
  if (options.folder.empty())
    return fail(ErrorCode::invalid, "hãy nói sao lưu vào đâu: loa backup THƯ-MỤC · say where to: loa backup DIR");
  LOA_TRY_LET(const auto folder, headend::ward::find_folder(context.ward));
  LOA_TRY_LET(const auto ward, headend::ward::Ward::open(folder));
  LOA_TRY_LET(auto passphrase, ask_passphrase(options.passphrase_file, true));
  ProgressLine line{"đang sao lưu · backing up"};
  const auto made = backup::make(ward, {options.folder, LOA_VERSION, options.keep}, passphrase, wall_now(),
                                 [&](double share) { line.show(share); });
  protocol::crypto::wipe(passphrase);
  if (!made) return pass(made.error());
  warn_of_absent(made->manifest);
  for (const auto& file : made->left_out) {
    fmt::print(stderr,
               "loa: {} nằm ngoài thư mục của phường, không sao lưu · lies outside of the ward's folder: it is "
               "not in the backup\n",
               file);
  }
  tell(context.json, view(*made, options.folder),
       fmt::format("Đã sao lưu · backed up: {} ({}, {} đối tượng · objects, {} mới · new)\n"
                   "Mật khẩu không ghi ở đâu cả: mất mật khẩu là mất khóa · the passphrase is kept nowhere: without it "
                   "the keys are lost",
                   (options.folder / made->set).string(), megabytes(backup::bytes_of(made->manifest)),
                   made->manifest.objects.size(), made->objects_copied));
  return {};
}

Result<void> check(const Context& context, const Options& options) {
  const auto sets = backup::sets_in(options.folder);
  if (sets.empty())
    return fail(ErrorCode::missing, "không có bản sao lưu trong {} · there is no backup in it",
                options.folder.string());
  std::vector<backup::Manifest> manifests;
  std::uint64_t total = 1, done = 0;
  for (const auto& set : sets) {
    LOA_TRY_LET(auto manifest, backup::read_manifest(options.folder / set));
    total += backup::bytes_of(manifest);
    manifests.push_back(std::move(manifest));
  }
  ProgressLine line{"đang kiểm tra · checking"};
  std::set<protocol::crypto::Sha256> known;
  boost::json::array told;
  for (std::size_t i = 0; i < sets.size(); ++i) {
    LOA_TRY(backup::check_set(options.folder, sets[i], manifests[i], known, [&](std::uint64_t bytes) {
      line.show(static_cast<double>(done += bytes) / static_cast<double>(total));
    }));
    const auto& manifest = manifests[i];
    told.push_back({{"set", sets[i]},
                    {"ward", manifest.ward},
                    {"name", manifest.name},
                    {"made", format_utc(manifest.made)},
                    {"program", manifest.program},
                    {"key", manifest.key.hex()},
                    {"objects", manifest.objects.size()},
                    {"absent", manifest.absent.size()},
                    {"bytes", backup::bytes_of(manifest)}});
    if (!context.json) {
      fmt::print("{}  {} ({})  {}, {} đối tượng · objects: nguyên vẹn · whole\n", sets[i], manifest.name, manifest.ward,
                 megabytes(backup::bytes_of(manifest)), manifest.objects.size());
    }
    warn_of_absent(manifest);
  }
  if (context.json) print_json(told);
  return {};
}

Result<void> restore(const Context& context, const Options& options) {
  LOA_TRY_LET(auto passphrase, ask_passphrase(options.passphrase_file, false));
  ProgressLine line{"đang khôi phục · restoring"};
  const auto restored = backup::restore({options.folder, options.set, options.into, options.replace}, passphrase,
                                        wall_now(), [&](double share) { line.show(share); });
  protocol::crypto::wipe(passphrase);
  if (!restored) return pass(restored.error());
  warn_of_absent(restored->manifest);
  const auto aside = restored->aside ? restored->aside->string() : std::string{};
  tell(context.json,
       {{"set", restored->set},
        {"ward", restored->manifest.ward},
        {"made", format_utc(restored->manifest.made)},
        {"into", options.into.string()},
        {"aside", aside}},
       fmt::format("Đã khôi phục phường · restored ward {} ({}) từ · from {} vào · into {}{}\n"
                   "Tiếp theo · next: loa-headend --ward {}",
                   restored->manifest.name, restored->manifest.ward, restored->set, options.into.string(),
                   aside.empty() ? "" : "\nBản cũ được cất ở · what was there is now " + aside, options.into.string()));
  return {};
}

CLI::Option* add_folder(CLI::App* verb, Options& options) {
  return verb->add_option("dir", options.folder, "Thư mục sao lưu, ví dụ trên USB · the backup's folder")
      ->type_name("DIR");
}

void add_passphrase(CLI::App* verb, Options& options) {
  verb->add_option("--passphrase-file", options.passphrase_file,
                   "Tệp chứa mật khẩu, chỉ chủ đọc được · file with the passphrase, mode 600; else it is asked for")
      ->type_name("FILE");
}

}  // namespace

void add_backup(CLI::App& app, Context& context) {
  auto options = std::make_shared<Options>();
  auto* noun = app.add_subcommand("backup", "Sao lưu phường, không cần dừng máy chủ · back the ward up while it runs");
  add_folder(noun, *options);
  add_passphrase(noun, *options);
  noun->add_option("--keep", options->keep, "Số bản giữ lại · how many sets stay")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  auto looked_at = std::make_shared<Options>();
  auto* look = noun->add_subcommand("check", "Đọc lại từng byte · read every byte again");
  add_folder(look, *looked_at)->required();
  noun->callback([&context, options, looked_at, look] {
    const bool only_look = look->parsed();
    context.action = [&context, options, looked_at, only_look] {
      return only_look ? check(context, *looked_at) : make(context, *options);
    };
  });
}

void add_restore(CLI::App& app, Context& context) {
  auto options = std::make_shared<Options>();
  auto* verb = app.add_subcommand("restore", "Khôi phục phường từ bản sao lưu · make a ward from a backup");
  add_folder(verb, *options)->required();
  verb->add_option("--into", options->into, "Thư mục mới của phường · the ward's folder")
      ->required()
      ->type_name("FOLDER");
  verb->add_option("--set", options->set, "Bản nào; không nói: bản mới nhất · which set; else the newest");
  verb->add_flag("--replace", options->replace, "Cất phường đang ở đó sang bên · a ward that is there is moved aside");
  add_passphrase(verb, *options);
  on(verb, context, options, restore);
}

}  // namespace loa::tools::cli
