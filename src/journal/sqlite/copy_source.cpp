#include "journal/sqlite/copy_source.h"

#include <filesystem>
#include <vector>

#include "journal/sqlite/connection.h"
#include "journal/sqlite/durability.h"
#include "journal/sqlite/sql.gen.h"

namespace tillbridge::journal::sqlite {
namespace {

using copy::Kind;
using copy::Value;

constexpr const char* pragmas =
    "PRAGMA query_only = ON;"
    "PRAGMA cache_size = -65536;"
    "PRAGMA temp_store = MEMORY;";

std::string from(const copy::Table& table) {
  return std::string(table.from.empty() ? table.name : table.from);
}

std::string select(const copy::Table& table) {
  std::string sql;
  for (const auto& column : table.columns) {
    sql += sql.empty() ? "SELECT " : ", ";
    if (column.source.empty()) {
      sql += '"' + std::string(column.name) + '"';
    } else {
      sql += column.source;
    }
  }
  return sql + " FROM " + from(table);
}

Value value_of(const Rows& rows, int column, Kind kind) {
  if (rows.is_null(column)) return {};
  if (kind == Kind::text || kind == Kind::bytes) {
    return {Value::Type::bytes, 0, rows.bytes(column)};
  }
  return {Value::Type::integer, rows.integer(column)};
}

}  // namespace

CopySource::CopySource(std::string file, std::shared_ptr<LockFile> lock)
    : file_(std::move(file)), lock_(std::move(lock)) {}

CopySource::~CopySource() = default;

Result<std::unique_ptr<CopySource>> CopySource::open(const std::string& file) {
  std::error_code failed;
  if (!std::filesystem::exists(file, failed)) {
    return fail(Error::Kind::not_found, file + " does not exist");
  }
  TB_TRY(auto lock, LockFile::take(file));
  std::unique_ptr<CopySource> source(new CopySource(file, std::move(lock)));
  TB_CHECK(guarded([&] {
    source->connection_ = std::make_unique<Connection>(file, Connection::Mode::read_only, "");
    source->connection_->run(pragmas);
    source->snapshot_ =
        std::make_unique<Transaction>(*source->connection_, Transaction::Kind::read);
    // The first read begins the snapshot.
    const auto version = source->connection_->first_integer("PRAGMA user_version");
    if (version != sql::migrations.back().number) {
      throw Failure(Error::Kind::invalid_input, file + " has schema " + std::to_string(version) +
                                                    ", this version reads " +
                                                    std::to_string(sql::migrations.back().number) +
                                                    "; start the hub once to bring it up to date");
    }
  }));
  return source;
}

Result<std::uint64_t> CopySource::count(const copy::Table& table) {
  return guarded([&] {
    return static_cast<std::uint64_t>(
        connection_->first_integer("SELECT count(*) FROM " + from(table)));
  });
}

Result<void> CopySource::read(const copy::Table& table, const copy::OnRow& on_row) {
  Result<void> taken;
  TB_CHECK(guarded([&] {
    Statement statement(*connection_, select(table));
    std::vector<Value> row(table.columns.size());
    auto rows = statement.rows();
    while (taken && rows.next()) {
      for (std::size_t at = 0; at < row.size(); ++at) {
        row[at] = value_of(rows, static_cast<int>(at), table.columns[at].kind);
      }
      if (row.front().type == Value::Type::null) {
        throw Failure(Error::Kind::corrupt,
                      std::string(table.name) + " " + std::to_string(row[1].integer) +
                          " belongs to nothing: the journal is damaged, see journal verify");
      }
      taken = on_row(row);
    }
  }));
  return taken;
}

}  // namespace tillbridge::journal::sqlite
