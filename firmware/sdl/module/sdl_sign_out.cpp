#include "firmware/sdl/module/sdl_sign_out.hpp"

#include <SDL2/SDL.h>

#include <thread>

namespace loa::firmware {
namespace {

constexpr int max_side_px = 8192;

MonoTime monotonic_now() { return MonoTime{std::chrono::steady_clock::now().time_since_epoch()}; }

/// Releases one SDL thing.
template <auto destroy>
struct Destroy {
  void operator()(auto* thing) const { destroy(thing); }
};

}  // namespace

struct SdlSignOut::Screen {
  ~Screen() {
    texture.reset();
    renderer.reset();
    window.reset();
    SDL_VideoQuit();
  }

  std::unique_ptr<SDL_Window, Destroy<SDL_DestroyWindow>> window;
  std::unique_ptr<SDL_Renderer, Destroy<SDL_DestroyRenderer>> renderer;
  std::unique_ptr<SDL_Texture, Destroy<SDL_DestroyTexture>> texture;
  bool has_vsync = false;
  MonoTime next;  ///< refresh that the next frame waits for, where we keep the pace
};

SdlSignOut::SdlSignOut(SdlSettings settings) : settings_(std::move(settings)) {}
SdlSignOut::~SdlSignOut() { close(); }

tl::unexpected<Error> SdlSignOut::broken(ErrorCode code, const char* what) const {
  return fail(code, "cannot {} for the sign '{}' with video driver '{}': {}", what, settings_.title,
              settings_.driver.empty() ? "auto" : settings_.driver, SDL_GetError());
}

Result<void> SdlSignOut::start_video() {
  const char* driver = settings_.driver.empty() ? nullptr : settings_.driver.c_str();
  SDL_SetHint(SDL_HINT_NO_SIGNAL_HANDLERS, "1");  // SIGTERM is the daemon's
  SDL_SetHint(SDL_HINT_RENDER_SCALE_QUALITY, "nearest");
  SDL_SetHint(SDL_HINT_FRAMEBUFFER_ACCELERATION, "0");  // a copy of so few pixels is not worth 90 MB of OpenGL
  // "dummy" exists only for those who hint at it, and VideoInit alone is no hint.
  if (driver != nullptr) SDL_SetHintWithPriority(SDL_HINT_VIDEODRIVER, driver, SDL_HINT_OVERRIDE);
  if (SDL_VideoInit(driver) != 0) return broken(ErrorCode::missing, "find a display");
  return {};
}

Result<void> SdlSignOut::make_screen(Screen& screen, int width_px, int height_px) {
  const bool is_bare = SDL_GetCurrentVideoDriver() == std::string_view{"KMSDRM"};
  screen.window.reset(SDL_CreateWindow(settings_.title.c_str(), SDL_WINDOWPOS_UNDEFINED, SDL_WINDOWPOS_UNDEFINED,
                                       width_px * settings_.scale, height_px * settings_.scale,
                                       is_bare ? SDL_WINDOW_FULLSCREEN_DESKTOP : 0));
  if (!screen.window) return broken(ErrorCode::unsupported, "make a window");
  if (is_bare) {  // flips pages, so it can wait for the refresh
    const Uint32 flipping = SDL_RENDERER_ACCELERATED | SDL_RENDERER_PRESENTVSYNC;
    screen.renderer.reset(SDL_CreateRenderer(screen.window.get(), -1, flipping));
    screen.has_vsync = screen.renderer != nullptr;
  }
  if (!screen.renderer) screen.renderer.reset(SDL_CreateRenderer(screen.window.get(), -1, SDL_RENDERER_SOFTWARE));
  if (!screen.renderer) return broken(ErrorCode::unsupported, "draw");
  screen.texture.reset(SDL_CreateTexture(screen.renderer.get(), SDL_PIXELFORMAT_RGB24, SDL_TEXTUREACCESS_STREAMING,
                                         width_px, height_px));
  if (!screen.texture) return broken(ErrorCode::unsupported, "make a picture");
  SDL_ShowCursor(SDL_DISABLE);
  return {};
}

Result<int> SdlSignOut::open(int width_px, int height_px) {
  close();
  if (width_px < 1 || height_px < 1 || width_px > max_side_px || height_px > max_side_px) {
    return fail(ErrorCode::unsupported, "cannot open a sign of {}×{} pixels; a side is 1…{}", width_px, height_px,
                max_side_px);
  }
  LOA_TRY(start_video());
  auto screen = std::make_unique<Screen>();
  LOA_TRY(make_screen(*screen, width_px, height_px));
  screen->next = monotonic_now();
  screen_ = std::move(screen);
  width_ = width_px;
  height_ = height_px;
  LOA_TRY(set_brightness(brightness_));
  return refresh_hz();
}

int SdlSignOut::refresh_hz() const {
  SDL_DisplayMode mode{};
  if (!screen_->has_vsync || SDL_GetCurrentDisplayMode(SDL_GetWindowDisplayIndex(screen_->window.get()), &mode) != 0 ||
      mode.refresh_rate < 1) {
    return settings_.pace_hz;
  }
  return mode.refresh_rate;
}

Result<MonoTime> SdlSignOut::present(const SignFrame& frame) {
  if (!screen_) return fail(ErrorCode::io, "cannot show a frame on sign '{}': it is not open", settings_.title);
  const auto bytes = static_cast<std::size_t>(width_) * static_cast<std::size_t>(height_) * 3;
  if (frame.width_px != width_ || frame.height_px != height_ || frame.rgb.size() != bytes) {
    return fail(ErrorCode::invalid, "cannot show a frame of {}×{} on sign '{}' of {}×{} pixels", frame.width_px,
                frame.height_px, settings_.title, width_, height_);
  }
  SDL_PumpEvents();  // a window that never listens is taken for dead by the desktop
  SDL_FlushEvents(SDL_FIRSTEVENT, SDL_LASTEVENT);
  if (SDL_UpdateTexture(screen_->texture.get(), nullptr, frame.rgb.data(), width_ * 3) != 0) {
    return fail(ErrorCode::io, "cannot show a frame on sign '{}': {}", settings_.title, SDL_GetError());
  }
  LOA_TRY(draw());
  pace();
  SDL_RenderPresent(screen_->renderer.get());
  return monotonic_now();
}

Result<void> SdlSignOut::draw() {
  auto* renderer = screen_->renderer.get();
  int out_width = 0, out_height = 0;
  int e = SDL_GetRendererOutputSize(renderer, &out_width, &out_height);
  const int scale = std::max(1, std::min(out_width / width_, out_height / height_));  // whole pixels only
  const SDL_Rect place{(out_width - width_ * scale) / 2, (out_height - height_ * scale) / 2, width_ * scale,
                       height_ * scale};
  if (e == 0) e = SDL_SetRenderDrawColor(renderer, 0, 0, 0, SDL_ALPHA_OPAQUE);
  if (e == 0) e = SDL_RenderClear(renderer);
  if (e == 0) e = SDL_RenderCopy(renderer, screen_->texture.get(), nullptr, &place);
  if (e != 0) return fail(ErrorCode::io, "cannot show a frame on sign '{}': {}", settings_.title, SDL_GetError());
  return {};
}

/// Where the driver does not wait for a refresh, we do; after a pause the first frame comes at once.
void SdlSignOut::pace() {
  if (screen_->has_vsync) return;
  const auto refresh = std::chrono::nanoseconds{std::chrono::seconds{1}} / settings_.pace_hz;
  const MonoTime now = monotonic_now();
  if (now < screen_->next) {
    std::this_thread::sleep_until(screen_->next);
    screen_->next += refresh;
  } else {
    screen_->next = now - screen_->next < refresh ? screen_->next + refresh : now + refresh;
  }
}

Result<void> SdlSignOut::set_brightness(int percent) {
  if (percent < 0 || percent > 100) return fail(ErrorCode::invalid, "a brightness of {} % is outside 0…100", percent);
  brightness_ = percent;
  if (!screen_) return {};
  const auto level = static_cast<Uint8>((percent * 255 + 50) / 100);
  if (SDL_SetTextureColorMod(screen_->texture.get(), level, level, level) != 0) {
    return fail(ErrorCode::io, "cannot dim sign '{}': {}", settings_.title, SDL_GetError());
  }
  return {};
}

void SdlSignOut::close() {
  if (!screen_) return;
  SDL_SetRenderDrawColor(screen_->renderer.get(), 0, 0, 0, SDL_ALPHA_OPAQUE);
  SDL_RenderClear(screen_->renderer.get());
  SDL_RenderPresent(screen_->renderer.get());
  screen_.reset();
}

Result<std::vector<std::uint8_t>> SdlSignOut::read_back() {
  if (!screen_) return fail(ErrorCode::io, "cannot read sign '{}': it is not open", settings_.title);
  int width = 0, height = 0;
  SDL_GetRendererOutputSize(screen_->renderer.get(), &width, &height);
  std::vector<std::uint8_t> rgb(static_cast<std::size_t>(width) * static_cast<std::size_t>(height) * 3);
  LOA_TRY(draw());
  if (SDL_RenderReadPixels(screen_->renderer.get(), nullptr, SDL_PIXELFORMAT_RGB24, rgb.data(), width * 3) != 0) {
    return fail(ErrorCode::io, "cannot read sign '{}': {}", settings_.title, SDL_GetError());
  }
  return rgb;
}

}  // namespace loa::firmware
