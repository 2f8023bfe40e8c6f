#pragma once
// Serves files that are compiled into the program. No file system: what is not added does not
// exist. Filled at start-up, then read only; core thread.

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "http/message.h"

namespace tillbridge::http {

// Views into data that outlives the StaticFiles.
struct StaticFile {
  std::string_view path;  // "/assets/app-3f2a.js"
  std::string_view content_type;
  std::string_view body;
  std::string_view gzip_body;  // the same, packed; empty: there is none
  std::string_view etag;       // without quotes; changes with the content
  bool immutable = false;      // the path holds a hash of the content: may be kept for a year
};

class StaticFiles {
 public:
  // headers go out with every answer (security headers).
  explicit StaticFiles(std::vector<Header> headers = {});

  // Throws std::invalid_argument for what cannot be served (path or etag malformed, path twice).
  void add(const StaticFile& file);

  // The answer to GET and HEAD: the file, 304 when the client has it, and "/index.html" (if there
  // is one) for "/" and for routes of the client: paths whose last segment has no extension,
  // outside of /api/. nullopt: not ours to answer.
  std::optional<Reply> serve(const Request& request) const;

 private:
  const StaticFile* find(std::string_view path) const;

  std::vector<Header> headers_;
  std::map<std::string_view, StaticFile> files_;
};

}  // namespace tillbridge::http
