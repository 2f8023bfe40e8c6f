# One place for the flags that every target of ours is built with. STACK: clang-19 with libstdc++.
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "" FORCE)
endif()

add_library(tillbridge_flags INTERFACE)
target_compile_options(tillbridge_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror -fno-omit-frame-pointer)
target_include_directories(tillbridge_flags INTERFACE ${PROJECT_SOURCE_DIR}/src)
# Beast and spdlog are used from one file each; the rest of the tree must not depend on their defaults.
target_compile_definitions(tillbridge_flags INTERFACE
  BOOST_ASIO_NO_DEPRECATED BOOST_ASIO_SEPARATE_COMPILATION SPDLOG_COMPILED_LIB SPDLOG_FMT_EXTERNAL)

if(TILLBRIDGE_SANITIZE STREQUAL "address")
  set(sanitize -fsanitize=address,undefined -fno-sanitize-recover=all)
elseif(TILLBRIDGE_SANITIZE STREQUAL "thread")
  set(sanitize -fsanitize=thread)
endif()
if(sanitize)
  add_compile_options(${sanitize})
  add_link_options(${sanitize})
endif()
# One build serves the tests under AddressSanitizer and the fuzz targets: building costs more than running either.
if(TILLBRIDGE_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()

find_program(MOLD mold)
if(MOLD)
  add_link_options(-fuse-ld=mold)
endif()
find_program(CCACHE ccache)
if(CCACHE)
  # Precompiled headers are found again by their content (ccache's manual, "Precompiled headers").
  set(launcher ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros ${CCACHE})
  set(CMAKE_C_COMPILER_LAUNCHER ${launcher})
  set(CMAKE_CXX_COMPILER_LAUNCHER ${launcher})
  add_compile_options($<$<COMPILE_LANGUAGE:CXX>:SHELL:-Xclang\ -fno-pch-timestamp>)
endif()
