# How every line of ours is compiled: warnings are errors, ccache and a fast linker when they are there.

option(LOA_ASAN "AddressSanitizer and UndefinedBehaviorSanitizer" OFF)
option(LOA_TSAN "ThreadSanitizer" OFF)

add_library(loa_flags INTERFACE)
target_include_directories(loa_flags INTERFACE ${CMAKE_SOURCE_DIR})
target_compile_options(loa_flags INTERFACE
  -Wall -Wextra -Wpedantic -Werror -Wshadow -Wnon-virtual-dtor -Wold-style-cast -Wcast-align -Woverloaded-virtual
  -Wimplicit-fallthrough -fstack-protector-strong)
# g++ 12 reports these inside inlined standard-library code; there they are false.
target_compile_options(loa_flags INTERFACE -Wno-restrict -Wno-maybe-uninitialized)

if(LOA_ASAN)
  add_compile_options(-fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options(-fsanitize=address,undefined)
elseif(LOA_TSAN)
  add_compile_options(-fsanitize=thread -fno-omit-frame-pointer)
  add_link_options(-fsanitize=thread)
  # ThreadSanitizer does not understand the stand-alone fences of Asio.
  add_compile_definitions(BOOST_ASIO_DISABLE_FENCED_BLOCK)
endif()

find_program(LOA_CCACHE ccache)
if(LOA_CCACHE)
  # ccache keeps objects built with a precompiled header only when told that this is meant (ccache(1), PRECOMPILED HEADERS).
  set(loa_launcher ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros ${LOA_CCACHE})
  set(CMAKE_C_COMPILER_LAUNCHER ${loa_launcher})
  set(CMAKE_CXX_COMPILER_LAUNCHER ${loa_launcher})
endif()

find_program(LOA_MOLD mold)
if(LOA_MOLD AND NOT LOA_ASAN AND NOT LOA_TSAN)
  add_link_options(-fuse-ld=mold)
endif()
add_link_options(-Wl,--as-needed)
