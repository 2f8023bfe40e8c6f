#include "journal/postgres/postgres_store.h"

#include <random>

#include "journal/postgres/connection.h"
#include "journal/postgres/postgres_reader.h"
#include "journal/postgres/postgres_writer.h"
#include "journal/postgres/schema.h"

namespace tillbridge::journal::postgres {
namespace {

constexpr Duration migration_time_max = std::chrono::minutes{30};  // of a large table

std::string random_name() {
  std::random_device random;
  std::string name;
  for (int n = 0; n < 16; ++n) name += "0123456789abcdef"[random() % 16];
  return name;
}

class PostgresStore final : public Store {
 public:
  PostgresStore(std::string url, PostgresSettings settings)
      : url_(std::move(url)), settings_(std::move(settings)) {}

  void prepare() {
    auto connecting = connection_settings("tillbridge start");
    connecting.answer_time_max = migration_time_max;
    Connection connection(connecting);
    if (!settings_.allow_volatile) check_durable(connection);
    if (!settings_.read_only) migrate(connection);
    check_schema(connection);
    check_complete(connection);
  }

  Result<std::unique_ptr<Writer>> open_writer() override {
    if (settings_.read_only || has_writer_) {
      return fail(Error::Kind::unavailable, settings_.read_only
                                                ? "the journal is open for reading only"
                                                : "this store has its one writer already");
    }
    return guarded([&]() -> std::unique_ptr<Writer> {
      auto writer = std::make_unique<PostgresWriter>(
          connection_settings("tillbridge writer " + std::to_string(settings_.node) + " " +
                              random_name()),
          settings_);
      writer->connect();
      has_writer_ = true;
      return writer;
    });
  }

  Result<std::unique_ptr<Reader>> open_reader() override {
    return std::unique_ptr<Reader>(
        std::make_unique<PostgresReader>(connection_settings("tillbridge reader")));
  }

 private:
  ConnectionSettings connection_settings(const std::string& name) const {
    return {url_, name, settings_.connect_time_max, settings_.answer_time_max};
  }

  const std::string url_;
  const PostgresSettings settings_;
  bool has_writer_ = false;
};

}  // namespace

Result<std::unique_ptr<Store>> open_postgres_store(const std::string& url,
                                                   PostgresSettings settings) {
  return guarded([&]() -> std::unique_ptr<Store> {
    auto store = std::make_unique<PostgresStore>(url, std::move(settings));
    store->prepare();
    return store;
  });
}

}  // namespace tillbridge::journal::postgres
