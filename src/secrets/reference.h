#pragma once
// Where a secret comes from, and fetching it: an environment variable or a file. Configuration
// names places, never the secrets themselves. Any thread; at start-up only (reads files).

#include <functional>
#include <optional>
#include <string>

#include "base/result.h"
#include "base/secret.h"

namespace tillbridge::secrets {

struct Reference {
  enum class Place {
    environment,  // `where` is the variable's name
    file,         // `where` is the path; the file's one trailing line end is not part of the secret
  };
  Place place = Place::environment;
  std::string where;
};

// Looks up an environment variable; injected so that tests have their own.
using Environment = std::function<std::optional<std::string>(const std::string& name)>;
Environment process_environment();

constexpr std::size_t secret_bytes_max = 64 * 1024;  // LIMIT: a larger file is a wrong path

// not_found:     no such variable or file
// invalid_input: empty, too large, not a regular file, holds a NUL byte
// auth:          a file that everybody on the machine can read or write
// The text names the place, never what is in it.
Result<Secret> fetch(const Reference& reference, const Environment& environment);

}  // namespace tillbridge::secrets
