#pragma once
// Structured log lines (JSON, one object a line, asynchronous) on standard error. A healthy hub is
// quiet: info is for changes of state. Never log order contents, personal data or secrets; ids are
// fine. Any thread.

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <variant>

namespace tillbridge::telemetry {

enum class Level { debug, info, warning, error };

struct Field {
  std::string_view key;
  std::variant<std::string_view, std::int64_t, double, bool> value;
  Field(std::string_view k, std::string_view v) : key(k), value(v) {}
  Field(std::string_view k, const std::string& v) : key(k), value(std::string_view(v)) {}
  Field(std::string_view k, const char* v) : key(k), value(std::string_view(v)) {}
  Field(std::string_view k, std::int64_t v) : key(k), value(v) {}
  Field(std::string_view k, int v) : key(k), value(std::int64_t{v}) {}
  Field(std::string_view k, std::uint64_t v) : key(k), value(static_cast<std::int64_t>(v)) {}
  Field(std::string_view k, double v) : key(k), value(v) {}
  Field(std::string_view k, bool v) : key(k), value(v) {}
};

// Starts the log thread; call once from main. Lines below `lowest` are dropped at the caller for 6
// ns.
void start_log(Level lowest);
void stop_log();  // flushes

// event: snake_case name of what happened, e.g. "breaker_opened".
void log(Level level, std::string_view event, std::initializer_list<Field> fields = {});

}  // namespace tillbridge::telemetry
