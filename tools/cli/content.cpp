#include "content/media/ingest.hpp"
#include "headend/publisher/record.hpp"

#include "content/speech/espeak_speech.hpp"
#include "content/store/object_store.hpp"
#include "content/text/normal_text.hpp"
#include "headend/api/views.hpp"
#include "protocol/base/file.hpp"
#include "tools/cli/desk.hpp"
#include "tools/cli/print.hpp"

namespace loa::tools::cli {
namespace {

using namespace headend;
namespace media = content::media;
namespace speech = content::speech;

struct Add {
  std::filesystem::path file;
  std::string text;
  std::filesystem::path text_file;
  speech::SpeechSettings speech;
  std::string title;
  std::string category;
  bool music = false;
};

struct Named {
  std::string name;
};

/// What was typed, before any work is done.
Result<void> check(const Add& options, const model::Catalogue& catalogue) {
  const int sources = int{!options.file.empty()} + int{!options.text.empty()} + int{!options.text_file.empty()};
  if (sources != 1) return fail(ErrorCode::invalid, "give one of FILE, --text and --text-file");
  if (!options.category.empty()) LOA_TRY(known_category(catalogue, options.category));
  if (!options.title.empty() || options.file.empty()) LOA_TRY(good_name("title", options.title));
  return {};
}

std::string source_of(const Add& options) {
  if (!options.file.empty()) return options.file.filename().string();
  return options.text_file.empty() ? "text" : options.text_file.filename().string();
}

/// @return empty for a sound file
Result<std::string> text_of(const Add& options) {
  if (!options.file.empty()) return std::string{};
  auto raw = options.text;
  if (!options.text_file.empty()) {
    LOA_TRY_LET(raw, read_file(options.text_file, 1 << 20));
  }
  return content::text::normalise(raw, speech::max_text_bytes);
}

Result<media::Ingested> ingest(const Add& options, const std::string& text) {
  ProgressLine line{"Đang xử lý · ingesting " + source_of(options)};
  const auto progress = [&](double share) { line.show(share); };
  if (text.empty())
    return media::ingest(options.file, options.music ? media::Kind::music : media::Kind::speech, {}, progress);
  LOA_TRY_LET(const auto voice, speech::EspeakSpeech::open());
  LOA_TRY_LET(const media::Pcm pcm, voice->speak(text, options.speech));
  return media::ingest(pcm, media::Kind::speech, {}, progress);
}

model::Content describe(const Add& options, const std::string& text, const media::Ingested& sound,
                        const model::Sha256& object) {
  model::Content content;
  content.object = object;
  content.title = options.title.empty() ? options.file.stem().string() : options.title;
  content.medium = v1::MEDIUM_AUDIO;
  content.frames = sound.frames;
  content.bytes = sound.opus.size();
  content.source = source_of(options);
  content.text = text;
  content.category = options.category;
  content.loudness = model::Loudness{sound.loudness_in_lufs, sound.loudness_out_lufs, sound.true_peak_dbtp};
  content.added = wall_now();
  return content;
}

Result<void> add(const Context& context, const Add& options) {
  LOA_TRY_LET(auto desk, Desk::open(context));
  LOA_TRY_LET(const auto catalogue, desk.store.catalogue());
  LOA_TRY(check(options, catalogue));
  LOA_TRY_LET(const std::string text, text_of(options));
  LOA_TRY_LET(const media::Ingested sound, ingest(options, text));
  const auto content = describe(options, text, sound, protocol::crypto::sha256(sound.opus));
  LOA_TRY(good_name("title", content.title));
  LOA_TRY_LET(auto objects, content::store::ObjectStore::open(desk.ward.content_folder()));
  LOA_TRY(objects.put(sound.opus));
  LOA_TRY(headend::publisher::keep_content(desk.store, content));
  tell(context.json, api::view(content),
       fmt::format("Đã thêm · added: {}  {}\n{}  {:.1f} LUFS, {:.1f} dBTP", content.title,
                   format_length(timetable::position_of(content.frames).count()), content.object.hex(),
                   content.loudness->lufs, content.loudness->true_peak_dbtp));
  return {};
}

std::string length_of(const model::Content& content) {
  if (content.medium == v1::MEDIUM_AUDIO) return format_length(timetable::position_of(content.frames).count());
  if (!content.image || content.image->signs.empty()) return "–";
  return fmt::format("{}x{}", content.image->width_px, content.image->signs.front().height_px);
}

Result<void> list(const Context& context) {
  LOA_TRY_LET(auto desk, Desk::open(context));
  LOA_TRY_LET(const auto catalogue, desk.store.catalogue());
  if (context.json) {
    print_json(api::view(catalogue.contents));
    return {};
  }
  std::vector<std::vector<std::string>> rows{{"MÃ · ID", "DÀI · LENGTH", "CHUYÊN MỤC · CATEGORY", "TÊN · TITLE"}};
  for (const auto& content : catalogue.contents) {
    rows.push_back({content.object.hex().substr(0, 12), length_of(content),
                    content.category.empty() ? "–" : content.category, content.title});
  }
  print_table(rows);
  return {};
}

Result<void> show(const Context& context, const Named& options) {
  LOA_TRY_LET(auto desk, Desk::open(context));
  LOA_TRY_LET(const auto catalogue, desk.store.catalogue());
  LOA_TRY_LET(const auto* content, find_content(catalogue, options.name));
  if (context.json) {
    print_json(api::view(*content));
    return {};
  }
  fmt::print("Tên · title           {}\n", content->title);
  fmt::print("SHA-256               {}\n", content->object.hex());
  fmt::print("Dài · length          {}\n", length_of(*content));
  fmt::print("Cỡ · bytes            {}\n", content->bytes);
  fmt::print("Chuyên mục · category {}\n", content->category.empty() ? "–" : content->category);
  fmt::print("Nguồn · source        {}\n", content->source);
  if (content->loudness) {
    fmt::print("Độ to · loudness      {:.1f} → {:.1f} LUFS, {:.1f} dBTP\n", content->loudness->source_lufs,
               content->loudness->lufs, content->loudness->true_peak_dbtp);
  }
  if (!content->text.empty()) fmt::print("\n{}\n", content->text);
  return {};
}

void add_options(CLI::App* verb, Add& options) {
  verb->add_option("file", options.file, "Tệp âm thanh · a sound file");
  verb->add_option("--text", options.text, "Bản tin để đọc · a bulletin to be spoken");
  verb->add_option("--text-file", options.text_file, "Tệp bản tin UTF-8 · the same in a file");
  verb->add_option("--voice", options.speech.voice, "vi, vi-vn-x-central, vi-vn-x-south")->capture_default_str();
  verb->add_option("--words-per-minute", options.speech.words_per_minute, "80…400")->capture_default_str();
  verb->add_option("--title", options.title, "Tên · title");
  verb->add_option("--category", options.category, "Chuyên mục · category");
  verb->add_flag("--music", options.music, "Là nhạc · music, not speech");
}

}  // namespace

void add_content(CLI::App& app, Context& context) {
  auto* noun = app.add_subcommand("content", "Âm thanh và bản tin · sounds and bulletins");
  noun->require_subcommand(1);
  auto options = std::make_shared<Add>();
  auto* verb = noun->add_subcommand("add", "Thêm · add");
  add_options(verb, *options);
  on(verb, context, options, add);
  on(noun->add_subcommand("list", "Danh sách · list"), context, list);
  auto named = std::make_shared<Named>();
  auto* one = noun->add_subcommand("show", "Xem · show");
  one->add_option("content", named->name, "Mã hoặc tên · digits or title")->required();
  on(one, context, named, show);
}

}  // namespace loa::tools::cli
