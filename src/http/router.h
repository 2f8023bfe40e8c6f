#pragma once
// Chooses a handler by method and path template ("/api/records/{id}"). Literal segments win over
// captures. Unknown path: 404; known path, other method: 405 with Allow. Fixed after start-up; core
// thread only.

#include <memory>
#include <string>

#include "http/server.h"

namespace tillbridge::http {

class Router {
 public:
  Router();
  ~Router();
  void add(std::string method, std::string path_template, Handler handler);
  Task<Reply> handle(Request request) const;
  // For use as Server's handler; the router must outlive the server.
  Handler as_handler() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace tillbridge::http
