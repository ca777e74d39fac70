# loa_room(<house>/<room> [USES <target>...] [KEEPS <target>...])
#   One static library loa_<house>_<room> of every .cpp in the folder.
#   USES:  what its headers need too (public).  KEEPS: what only its bodies need (private).
function(loa_room path)
  cmake_parse_arguments(room "" "" "USES;KEEPS" ${ARGN})
  string(REPLACE "/" "_" name ${path})
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/${path}/*.cpp)
  if(sources)
    add_library(loa_${name} STATIC ${sources})
    target_link_libraries(loa_${name} PUBLIC ${room_USES} PRIVATE loa_flags ${room_KEEPS})
    target_include_directories(loa_${name} PUBLIC ${CMAKE_SOURCE_DIR})
  else()
    add_library(loa_${name} INTERFACE)
    target_link_libraries(loa_${name} INTERFACE ${room_USES} ${room_KEEPS})
    target_include_directories(loa_${name} INTERFACE ${CMAKE_SOURCE_DIR})
  endif()
endfunction()

# loa_program(<name> <source>... LINKS <target>...)   An installed program.
function(loa_program name)
  cmake_parse_arguments(program "" "" "LINKS" ${ARGN})
  add_executable(${name} ${program_UNPARSED_ARGUMENTS})
  target_link_libraries(${name} PRIVATE loa_flags ${program_LINKS})
  install(TARGETS ${name} RUNTIME)
endfunction()

# One precompiled header for all tests: GoogleTest and the standard headers that nearly every test has. Rooms do without,
# so that a missing #include of theirs cannot hide.
if(NOT TARGET loa_test_pch)
  file(GENERATE OUTPUT ${CMAKE_BINARY_DIR}/generated/loa_test_pch.cpp CONTENT "int main() { return 0; }\n")
  add_executable(loa_test_pch EXCLUDE_FROM_ALL ${CMAKE_BINARY_DIR}/generated/loa_test_pch.cpp)
  target_link_libraries(loa_test_pch PRIVATE loa_flags GTest::gtest GTest::gmock)
  target_precompile_headers(loa_test_pch PRIVATE
    <gmock/gmock.h> <gtest/gtest.h> <chrono> <filesystem> <functional> <map> <string> <vector>)
endif()

# loa_test(<kind>/<house>/<room> [LINKS <target>...] [NEEDS <target>...] [REALTIME | PATIENT] [TIMEOUT <seconds>])
#   One test program of every .cpp in tests/<kind>/<house>/<room>, mirroring the tree; part of the target tests_<kind>.
#   Its tests are named "<kind>/<house>/<room>: Subject.Promise".
#   NEEDS:    programs that it starts, built before it.
#   REALTIME: its tests measure time or sound: each runs alone on the machine, with the label `realtime`. Others have
#             their kind as label.
#   PATIENT:  its tests mostly wait, and measure nothing finer than 0.1 s: they run first, two at a time, with the label
#             `patient`.
#   TIMEOUT:  of each test, 120 s unless told.
function(loa_test path)
  cmake_parse_arguments(test "REALTIME;PATIENT" "TIMEOUT" "LINKS;NEEDS" ${ARGN})
  string(REPLACE "/" "_" name ${path})
  string(REGEX MATCH "^[^/]+" kind ${path})
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tests/${path}/*.cpp)
  add_executable(test_${name} ${sources})
  target_link_libraries(test_${name} PRIVATE loa_flags GTest::gtest_main GTest::gmock ${test_LINKS})
  target_precompile_headers(test_${name} REUSE_FROM loa_test_pch)
  if(NOT TARGET tests_${kind})
    add_custom_target(tests_${kind})
  endif()
  add_dependencies(tests_${kind} test_${name})
  if(test_NEEDS)
    add_dependencies(test_${name} ${test_NEEDS})
  endif()
  if(NOT test_TIMEOUT)
    set(test_TIMEOUT 120)
  endif()
  set(properties TIMEOUT ${test_TIMEOUT})
  if(test_REALTIME)
    list(APPEND properties RUN_SERIAL TRUE LABELS realtime)
  elseif(test_PATIENT)
    list(APPEND properties COST 1000 LABELS patient)
  else()
    list(APPEND properties LABELS ${kind})
  endif()
  gtest_discover_tests(test_${name} TEST_PREFIX "${path}: " DISCOVERY_MODE PRE_TEST PROPERTIES ${properties})
endfunction()
include(GoogleTest)
