#include "connectors/relay/document.h"

#include <fmt/format.h>

#include "base/hash.h"
#include "base/json.h"
#include "base/zone.h"

namespace tillbridge::connectors::relay {
namespace {

constexpr std::string_view document_start = R"({"event_id":")";

class Writer {
 public:
  explicit Writer(std::string& out) : out_(out) {}

  // `name` with its quotes, colon and the comma before it: R"(,"sku":)".
  void text(std::string_view name, std::string_view value) {
    out_ += name;
    json::append_quoted(out_, value);
  }
  // Absent rather than empty.
  void text_if_any(std::string_view name, std::string_view value) {
    if (!value.empty()) text(name, value);
  }
  void amount(std::string_view name, Money value) { exact(name, value.to_text()); }
  void decimal(std::string_view name, Decimal value) { exact(name, value.to_text()); }
  void raw(std::string_view bytes) { out_ += bytes; }

 private:
  void exact(std::string_view name, std::string_view digits) {
    out_.append(name).append(1, '"').append(digits).append(1, '"');
  }
  std::string& out_;
};

void write_lines(Writer& out, const model::RelayedOrder& order) {
  out.raw(R"(,"lines":[)");
  for (std::size_t at = 0; at < order.lines.size(); ++at) {
    const model::OrderEvent::Line& line = order.event.lines[at];
    out.text(at == 0 ? R"({"sku":)" : R"(,{"sku":)", line.sku);
    out.text_if_any(R"(,"name":)", line.name);
    out.decimal(R"(,"quantity":)", line.quantity);
    out.amount(R"(,"price":)", line.unit_price);
    out.decimal(R"(,"vat_percent":)", line.vat_percent);
    out.amount(R"(,"total":)", order.lines[at].total);
    out.amount(R"(,"vat":)", order.lines[at].vat);
    out.raw("}");
  }
  out.raw("]");
}

void write_payments(Writer& out, const model::OrderEvent& event) {
  out.raw(R"(,"payments":[)");
  for (std::size_t at = 0; at < event.payments.size(); ++at) {
    out.text(at == 0 ? R"({"method":)" : R"(,{"method":)", event.payments[at].method);
    out.amount(R"(,"amount":)", event.payments[at].amount);
    out.raw("}");
  }
  out.raw("]");
}

// A guest has no such member.
void write_customer(Writer& out, const model::OrderEvent::Buyer& buyer) {
  std::string inner;
  Writer members(inner);
  members.text_if_any(R"(,"number":)", buyer.number);
  members.text_if_any(R"(,"email":)", buyer.email);
  members.text_if_any(R"(,"phone":)", buyer.phone);
  members.text_if_any(R"(,"given_name":)", buyer.given_name);
  members.text_if_any(R"(,"family_name":)", buyer.family_name);
  if (inner.empty()) return;
  inner.front() = '{';
  out.raw(R"(,"customer":)");
  out.raw(inner);
  out.raw("}");
}

void write_attributes(Writer& out, const model::OrderEvent& event) {
  if (event.attributes.empty()) return;
  out.raw(R"(,"attributes":)");
  std::string inner;
  for (const auto& [name, value] : event.attributes) {
    inner += inner.empty() ? '{' : ',';
    json::append_quoted(inner, name);
    inner += ':';
    json::append_quoted(inner, value);
  }
  out.raw(inner);
  out.raw("}");
}

}  // namespace

std::string document_bytes(const model::RelayedOrder& order) {
  const model::OrderEvent& event = order.event;
  std::string bytes(document_start);
  constexpr std::size_t usual_bytes = 1'024;
  bytes.reserve(usual_bytes);
  bytes += event.event_id;
  bytes += '"';
  Writer out(bytes);
  out.text(R"(,"type":)", event.type);
  out.text(R"(,"order_number":)", event.order_number);
  out.text_if_any(R"(,"receipt":)", event.receipt);
  out.text(R"(,"happened_at":)", utc_text(event.happened_at));
  out.text(R"(,"currency":)", event.currency.code());
  out.amount(R"(,"total":)", event.total);
  out.amount(R"(,"vat":)", order.vat);
  out.text(R"(,"store":{"id":)", event.store.id);
  out.text_if_any(R"(,"name":)", event.store.name);
  out.raw("}");
  write_customer(out, event.customer);
  write_lines(out, order);
  write_payments(out, event);
  write_attributes(out, event);
  bytes += '}';
  return bytes;
}

std::string_view event_id_of(std::string_view document) {
  if (!document.starts_with(document_start)) return {};
  document.remove_prefix(document_start.size());
  const auto end = document.find('"');
  return end == std::string_view::npos ? std::string_view{} : document.substr(0, end);
}

std::string idempotency_key(std::string_view document, Written written) {
  const std::string_view event_id = event_id_of(document);
  if (written == Written::planned) return std::string(event_id);
  return fmt::format("{}-{:016x}", event_id, stable_hash(document));
}

}  // namespace tillbridge::connectors::relay
