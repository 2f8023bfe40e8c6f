# The libraries of the stack, each behind one imported target. Debian packages; ./tb installs them.
find_package(Threads REQUIRED)
find_package(Boost 1.81 EXACT REQUIRED COMPONENTS json url)
find_package(OpenSSL REQUIRED)
find_package(CURL REQUIRED)
find_package(fmt REQUIRED)
find_package(spdlog REQUIRED)
find_path(CLI11_HEADERS CLI/CLI.hpp REQUIRED)
add_library(CLI11::CLI11 INTERFACE IMPORTED)
target_include_directories(CLI11::CLI11 SYSTEM INTERFACE ${CLI11_HEADERS})
find_path(TOMLPLUSPLUS_HEADERS toml++/toml.h REQUIRED)
find_package(tl-expected REQUIRED)
find_package(prometheus-cpp REQUIRED CONFIG)
find_package(date REQUIRED)
find_package(PkgConfig REQUIRED)
pkg_check_modules(zstd REQUIRED IMPORTED_TARGET libzstd)
pkg_check_modules(pq REQUIRED IMPORTED_TARGET libpq)
pkg_check_modules(sodium REQUIRED IMPORTED_TARGET libsodium)
pkg_check_modules(cjose REQUIRED IMPORTED_TARGET cjose)
find_package(ZLIB REQUIRED)
if(NOT TILLBRIDGE_SANITIZE)
  pkg_check_modules(jemalloc REQUIRED IMPORTED_TARGET jemalloc)
endif()
if(TILLBRIDGE_TESTS OR TILLBRIDGE_FUZZ)
  find_package(GTest REQUIRED)
  find_package(rapidcheck REQUIRED)
endif()

# Third-party headers are system headers: our warnings are for our code.
set(TILLBRIDGE_DEPS ${PROJECT_SOURCE_DIR}/.deps CACHE PATH "Where ./tb setup unpacks what apt cannot install")

# SQLite: the fixed amalgamation (docs/adr/0002), fetched and checked by ./tb setup, never committed.
if(NOT EXISTS ${TILLBRIDGE_DEPS}/sqlite/sqlite3.c)
  message(FATAL_ERROR "SQLite's amalgamation is missing in ${TILLBRIDGE_DEPS}/sqlite. Run: ./tb setup")
endif()
add_library(sqlite_amalgamation STATIC ${TILLBRIDGE_DEPS}/sqlite/sqlite3.c)
target_include_directories(sqlite_amalgamation SYSTEM PUBLIC ${TILLBRIDGE_DEPS}/sqlite)
# Not ours to check, and its one file takes the sanitizers minutes.
target_compile_options(sqlite_amalgamation PRIVATE -w -O2 -fno-sanitize=all)
target_compile_definitions(sqlite_amalgamation PRIVATE SQLITE_THREADSAFE=2 SQLITE_DQS=0 SQLITE_DEFAULT_MEMSTATUS=0
  SQLITE_USE_ALLOCA SQLITE_ENABLE_FTS5 SQLITE_OMIT_LOAD_EXTENSION HAVE_FDATASYNC=1 SQLITE_MAX_EXPR_DEPTH=0
  SQLITE_OMIT_DEPRECATED SQLITE_LIKE_DOESNT_MATCH_BLOBS)
target_link_libraries(sqlite_amalgamation PUBLIC Threads::Threads)

# libphonenumber: Debian's -dev package asks for another Boost, so ./tb setup unpacks its headers beside the runtime.
if(NOT EXISTS ${TILLBRIDGE_DEPS}/phonenumber/usr/include/phonenumbers)
  message(FATAL_ERROR "libphonenumber's headers are missing in ${TILLBRIDGE_DEPS}/phonenumber. Run: ./tb setup")
endif()
find_library(PHONENUMBER_RUNTIME NAMES libphonenumber.so.8 REQUIRED)
find_package(Protobuf REQUIRED)
find_package(absl REQUIRED)
add_library(phonenumber INTERFACE)
target_include_directories(phonenumber SYSTEM INTERFACE ${TILLBRIDGE_DEPS}/phonenumber/usr/include)
target_link_libraries(phonenumber INTERFACE ${PHONENUMBER_RUNTIME} protobuf::libprotobuf absl::node_hash_set)
