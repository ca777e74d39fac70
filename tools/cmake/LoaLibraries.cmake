# Every foreign library, found once and given one name. The room that owns it links it; tools/checks/layers holds
# the list of which room may include which headers.
find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
find_package(OpenSSL REQUIRED)
find_package(ZLIB REQUIRED)
find_package(Protobuf REQUIRED)
find_package(fmt REQUIRED)
find_package(CURL REQUIRED)
find_package(GTest REQUIRED)
find_package(benchmark REQUIRED)
find_package(SQLite3 REQUIRED)
find_package(Boost 1.81 REQUIRED COMPONENTS json)

foreach(entry IN ITEMS
    alsa:alsa
    avcodec:libavcodec
    avfilter:libavfilter
    avformat:libavformat
    avutil:libavutil
    ebur128:libebur128
    espeak:espeak-ng
    glib:glib-2.0
    gpiod:libgpiod
    mosquitto:libmosquitto
    opusfile:opusfile
    pangocairo:pangocairo
    png:libpng
    sdl2:sdl2
    sodium:libsodium
    swresample:libswresample
    swscale:libswscale
    webpdemux:libwebpdemux
    webpmux:libwebpmux)
  string(REPLACE ":" ";" entry ${entry})
  list(GET entry 0 name)
  list(GET entry 1 module)
  pkg_check_modules(${name} REQUIRED IMPORTED_TARGET GLOBAL ${module})
  add_library(lib::${name} ALIAS PkgConfig::${name})
endforeach()

add_library(lib_asio INTERFACE)
target_link_libraries(lib_asio INTERFACE Boost::headers Threads::Threads)
target_compile_definitions(lib_asio INTERFACE BOOST_ASIO_NO_DEPRECATED)
add_library(lib::asio ALIAS lib_asio)
