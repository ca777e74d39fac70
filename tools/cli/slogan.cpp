#include "content/slogan/slogan.hpp"
#include "headend/publisher/record.hpp"

#include <map>
#include <set>

#include "content/media/sign_ingest.hpp"
#include "content/store/object_store.hpp"
#include "headend/api/views.hpp"
#include "headend/rules/rules.hpp"
#include "tools/cli/desk.hpp"
#include "tools/cli/print.hpp"
#include "tools/cli/sign_word.hpp"

namespace loa::tools::cli {
namespace {

using namespace headend;
namespace slogan = content::slogan;

struct Add {
  std::string text;  ///< of a picture or video: its title
  std::filesystem::path image;
  std::filesystem::path video;
  std::string id;
  std::string at = "00:00";
  std::string until = "24:00";
  std::string from;
  std::string to;
  std::string days = "mon-sun";
  std::vector<std::string> groups;
  std::string category;  ///< empty: the column that slogans have unless told otherwise
  std::uint32_t scroll_px_s = 0;
  int dwell_s = 10;
  int position = 0;
};

const model::Category usual_category{"khau-hieu", "Khẩu hiệu"};

struct Named {
  std::string id;
};

/// What will stand on the signs of one geometry, not yet stored.
struct Drawn {
  model::Geometry geometry;
  int width_px = 0;
  std::string bytes;  ///< PNG or WebP
  int frames = 0;     ///< of a video
  std::chrono::milliseconds length{0};
};

std::string next_id(const model::Catalogue& catalogue) {
  for (int number = 1;; ++number) {
    auto id = fmt::format("khau-hieu-{}", number);
    if (catalogue.slogan(id) == nullptr && catalogue.programme(id) == nullptr) return id;
  }
}

Result<std::set<model::Geometry>> geometries_of(const model::Catalogue& catalogue,
                                                const std::vector<std::string>& groups) {
  std::set<model::Geometry> geometries;
  for (const auto& station : catalogue.stations) {
    if (station.sign && model::reaches(groups, station)) geometries.insert(*station.sign);
  }
  if (!geometries.empty()) return geometries;
  return fail(ErrorCode::missing, "no station in {} has a sign: nobody could read the slogan", join(groups));
}

/// A picture or a video, fitted to the sign.
Result<Drawn> fit(const Add& options, const model::Geometry& geometry) {
  namespace media = content::media;
  const auto width_px = static_cast<int>(geometry.width_px), height_px = static_cast<int>(geometry.height_px);
  const bool moves = !options.video.empty();
  LOA_TRY_LET(auto made, moves ? media::ingest_video(options.video, width_px, height_px)
                               : media::ingest_picture(options.image, width_px, height_px));
  return Drawn{geometry, width_px, std::move(made.bytes), moves ? made.frames : 0, made.length};
}

/// A strip where it is to scroll and is wider than the sign; else a page.
Result<Drawn> draw(const Add& options, const model::Geometry& geometry) {
  const slogan::SignGeometry sign{static_cast<int>(geometry.width_px), static_cast<int>(geometry.height_px)};
  const auto style = slogan::Style::for_sign(sign);
  std::optional<content::picture::Picture> picture;
  if (options.scroll_px_s > 0) {
    LOA_TRY_LET(picture, slogan::render_strip(options.text, sign, style));
    if (picture->width_px <= sign.width_px) picture.reset();
  }
  if (!picture) {
    LOA_TRY_LET(picture, slogan::render_page(options.text, sign, style));
  }
  LOA_TRY_LET(auto png, content::picture::encode_png(*picture));
  return Drawn{geometry, picture->width_px, std::move(png), 0, {}};
}

model::Content describe(const Add& options, const Drawn& drawn) {
  model::Content content;
  content.object = protocol::crypto::sha256(drawn.bytes);
  content.title = options.text.substr(0, options.text.find('\n'));
  content.medium = v1::MEDIUM_SIGN;
  content.bytes = drawn.bytes.size();
  content.frames = drawn.frames;
  const auto& file = drawn.frames > 0 ? options.video : options.image;
  content.source = file.empty() ? "text" : file.filename().string();
  if (file.empty()) content.text = options.text;
  content.category = options.category;
  content.image = model::SignImage{static_cast<std::uint32_t>(drawn.width_px), {drawn.geometry}};
  content.added = wall_now();
  return content;
}

bool is_time(const std::string& text) { return text.find_first_of(":h") != std::string::npos; }

/// --from and --to mean days; a time of day there is taken as --at and --until.
Add untangle(Add options) {
  if (is_time(options.from)) options.at = std::exchange(options.from, {});
  if (is_time(options.to)) options.until = std::exchange(options.to, {});
  if (options.category.empty()) options.category = usual_category.id;
  const auto& file = options.video.empty() ? options.image : options.video;
  if (options.text.empty() && !file.empty()) options.text = file.stem().string();
  return options;
}

Result<void> check_kind(const Add& options) {
  const int files = static_cast<int>(!options.image.empty()) + static_cast<int>(!options.video.empty());
  if (files == 0 && options.text.empty()) {
    return fail(ErrorCode::invalid, "a slogan needs a text, --image FILE or --video FILE");
  }
  if (files == 2)
    return fail(ErrorCode::invalid, "a slogan is a picture or a video: give --image or --video, not both");
  if (files == 1 && options.scroll_px_s > 0) {
    return fail(ErrorCode::invalid, "a picture or a video stands still: leave --scroll out");
  }
  return {};
}

Result<model::Slogan> build(const Add& options, const model::Catalogue& catalogue) {
  model::Slogan made;
  made.id = options.id.empty() ? next_id(catalogue) : options.id;
  LOA_TRY(good_id("slogan", made.id));
  if (catalogue.slogan(made.id) != nullptr) {
    return fail(ErrorCode::exists, "slogan \"{}\" is there already: remove it first, or choose another id", made.id);
  }
  made.text = options.text;
  made.category = options.category;
  LOA_TRY(known_category(catalogue, made.category));
  LOA_TRY_LET(made.from, timetable::parse_time(options.at));
  LOA_TRY_LET(made.to, timetable::parse_time(options.until, true));
  LOA_TRY_LET(made.weekdays, parse_days(options.days));
  LOA_TRY_LET(made.validity, parse_validity(options.from, options.to));
  LOA_TRY_LET(made.groups, known_groups(catalogue, options.groups));
  made.scroll_px_s = options.scroll_px_s;
  made.dwell = std::chrono::seconds{options.dwell_s};
  made.position = options.position;
  return made;
}

/// The usual category is made with the first slogan; a name that it has by now stays.
Result<void> keep_category(headend::store::Unit& unit, const model::Slogan& made) {
  LOA_TRY_LET(const auto catalogue, unit.catalogue());
  if (catalogue.category(made.category) != nullptr) return {};
  return unit.library().put_category(usual_category);
}

Result<std::vector<std::string>> keep(Desk& desk, const model::Slogan& made, const std::vector<Drawn>& drawings,
                                      const std::vector<model::Content>& contents) {
  LOA_TRY_LET(auto objects, content::store::ObjectStore::open(desk.ward.content_folder()));
  for (const auto& drawn : drawings) LOA_TRY(objects.put(drawn.bytes));
  return desk.keep([&](headend::store::Unit& unit) -> Result<void> {
    LOA_TRY(keep_category(unit, made));
    for (const auto& content : contents) LOA_TRY(headend::publisher::keep_content(desk.store, content));
    return unit.schedule().put_slogan(made);
  });
}

Result<void> add(const Context& context, const Add& typed) {
  LOA_TRY(check_kind(typed));
  const auto options = untangle(typed);
  LOA_TRY_LET(auto desk, Desk::open(context));
  LOA_TRY_LET(auto catalogue, desk.store.catalogue());
  if (catalogue.category(usual_category.id) == nullptr) {
    const auto place = std::lower_bound(catalogue.categories.begin(), catalogue.categories.end(), usual_category,
                                        [](const auto& one, const auto& other) { return one.id < other.id; });
    catalogue.categories.insert(place, usual_category);
  }
  LOA_TRY_LET(auto made, build(options, catalogue));
  LOA_TRY_LET(const auto geometries, geometries_of(catalogue, made.groups));
  std::vector<Drawn> drawings;
  std::vector<model::Content> contents;
  for (const auto& geometry : geometries) {
    const bool of_file = !options.image.empty() || !options.video.empty();
    LOA_TRY_LET(auto drawn, of_file ? fit(options, geometry) : draw(options, geometry));
    // A video is seen to its end.
    made.dwell = std::max(made.dwell, std::chrono::ceil<std::chrono::seconds>(drawn.length));
    contents.push_back(describe(options, drawn));
    made.images.push_back({geometry, contents.back().object});
    drawings.push_back(std::move(drawn));
  }
  for (const auto& content : contents) model::add(catalogue, content);  // the check wants to see them in the store
  const auto problems = rules::problems_of(made, catalogue, desk.today());
  LOA_TRY(rules::verdict(problems));
  LOA_TRY_LET(const auto watch, publisher::SignWatch::begin(desk.store, made.groups));
  LOA_TRY_LET(const auto cannot_obey, keep(desk, made, drawings, contents));
  std::string text = fmt::format("Đã thêm · added: {}", made.id);
  for (const auto& drawn : drawings) {
    text += fmt::format("\n  bảng · sign {}x{}: {}", drawn.geometry.width_px, drawn.geometry.height_px,
                        drawn.width_px > static_cast<int>(drawn.geometry.width_px)
                            ? fmt::format("chữ chạy · scrolls, {} px", drawn.width_px)
                        : drawn.frames > 0 ? fmt::format("video, {:.1f} s, {} khung hình · frames, {} KB",
                                                         static_cast<double>(drawn.length.count()) / 1e3, drawn.frames,
                                                         drawn.bytes.size() / 1'000)
                                           : "trang tĩnh · static page");
  }
  for (const auto& problem : problems) text += "\nChú ý · note: " + problem.text;
  LOA_TRY_LET(const auto word, hear_signs(desk, watch));
  auto view = api::view(made);
  view["signs"] = word.json;
  tell(context.json, view, text + word.text);
  warn_of(context, cannot_obey);
  return {};
}

Result<void> list(const Context& context) {
  LOA_TRY_LET(auto desk, Desk::open(context));
  LOA_TRY_LET(const auto catalogue, desk.store.catalogue());
  if (context.json) {
    print_json(api::view(catalogue.slogans));
    return {};
  }
  std::vector<std::vector<std::string>> rows{
      {"KHẨU HIỆU · SLOGAN", "GIỜ · HOURS", "NGÀY · DAYS", "NHÓM · GROUPS", "LỜI · TEXT"}};
  for (const auto& one : catalogue.slogans) {
    rows.push_back({one.id, timetable::format_time(one.from) + "–" + timetable::format_time(one.to),
                    timetable::format_weekdays(one.weekdays), join(one.groups),
                    one.text.substr(0, one.text.find('\n'))});
  }
  print_table(rows);
  return {};
}

Result<void> remove(const Context& context, const Named& options) {
  LOA_TRY_LET(auto desk, Desk::open(context));
  LOA_TRY_LET(const auto catalogue, desk.store.catalogue());
  const auto* slogan = catalogue.slogan(options.id);
  LOA_TRY_LET(const auto watch,
              publisher::SignWatch::begin(desk.store, slogan ? slogan->groups : std::vector<std::string>{}));
  LOA_TRY(desk.store.schedule().remove_slogan(options.id));
  LOA_TRY_LET(const auto word, hear_signs(desk, watch));
  tell(context.json, {{"removed", options.id}, {"signs", word.json}}, "Đã xóa · removed: " + options.id + word.text);
  return {};
}

void add_options(CLI::App* verb, Add& options) {
  verb->add_option("text", options.text, "Lời; của ảnh hay video: tên · text, or title of a picture or video");
  verb->add_option("--image", options.image, "Tệp ảnh · a picture file");
  verb->add_option("--video", options.video, "Tệp video ngắn, không tiếng · a video file, at most 60 s, shown silent");
  verb->add_option("--id", options.id, "Mã · id; none: khau-hieu-1 …");
  verb->add_option("--group", options.groups, "Nhóm, all = mọi bảng · groups, repeatable")->required();
  verb->add_option("--at", options.at, "Từ giờ · from this time of day")->capture_default_str();
  verb->add_option("--until", options.until, "Đến giờ · until this time of day")->capture_default_str();
  verb->add_option("--from", options.from, "Ngày đầu · first day");
  verb->add_option("--to", options.to, "Ngày cuối · last day");
  verb->add_option("--days", options.days, "Ngày, t2..cn · weekdays")->capture_default_str();
  verb->add_option("--category", options.category, "Chuyên mục · category");
  verb->add_option("--scroll", options.scroll_px_s, "Chữ chạy, điểm ảnh/giây · pixels a second")
      ->check(CLI::Range(1, 2000));
  verb->add_option("--dwell", options.dwell_s, "Giây mỗi lượt · seconds of one turn")->check(CLI::Range(1, 900));
  verb->add_option("--order", options.position, "Thứ tự, nhỏ đứng trước · order, the least is first")
      ->check(CLI::Range(-1000, 1000));
}

}  // namespace

void add_slogan(CLI::App& app, Context& context) {
  auto* noun = app.add_subcommand("slogan", "Khẩu hiệu trên bảng LED · slogans on the signs");
  noun->require_subcommand(1);
  auto options = std::make_shared<Add>();
  auto* verb = noun->add_subcommand("add", "Thêm · add");
  add_options(verb, *options);
  on(verb, context, options, add);
  on(noun->add_subcommand("list", "Danh sách · list"), context, list);
  auto gone = std::make_shared<Named>();
  auto* away = noun->add_subcommand("remove", "Xóa · remove");
  away->add_option("id", gone->id, "Mã · id")->required();
  on(away, context, gone, remove);
}

}  // namespace loa::tools::cli
