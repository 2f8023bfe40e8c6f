// The writes of the simulator: T2, T3, T4 and anonymising (contract 5 and 14).
#include <utility>

#include <fmt/format.h>

#include "bloomreach/canonical.h"
#include "bloomreach/simulator.h"

namespace sandbox::bloomreach {

namespace bj = boost::json;

namespace {

constexpr std::size_t anonymize_bulk_max = 1000;

std::uint64_t command_hash(const Command& command) {
  bj::array content;
  content.push_back(command.ids_sent);
  content.push_back(bj::string(command.event_type));
  content.push_back(command.timestamp);
  content.push_back(command.properties);
  return content_hash(content);
}

}  // namespace

std::variant<Command, Refusal> BloomreachSimulator::checked(Route kind, const bj::value& data,
                                                            const Access& access) const {
  auto command = kind == Route::customers
                     ? customer_command(data, settings_, access.permissions, now_s())
                     : event_command(data, settings_, access.permissions, now_s());
  const Command* good = std::get_if<Command>(&command);
  if (good != nullptr && settings_.conflicting_ids == "reject_error" &&
      profiles_.conflicts(good->ids, settings_))
    return Refusal{"Customer ids are in conflict.", 400};
  return command;
}

void BloomreachSimulator::report(Command& command, std::uint64_t request_number) {
  const bool copy = !accepted_content_.insert(command_hash(command)).second;
  const bool event = command.kind == Command::Kind::event;
  ++(event ? accepted_events_ : accepted_updates_);
  if (copy) ++exact_copies_;
  ReceivedEvent received;
  received.request = request_number;
  received.at_us = tillbridge::to_unix_us(clock_.now());
  received.customer_ids = command.ids_sent;
  received.type = command.event_type;
  received.timestamp = command.timestamp;
  received.properties = std::move(command.properties);
  // Customer updates repeat without effect whatever the project does with events (contract 5.6).
  received.exact_copy = copy && (!event || settings_.deduplicate_events);
  ledger_.received(received);
  command.properties = std::move(received.properties);
}

void BloomreachSimulator::enqueue(std::vector<Command> commands) {
  if (settings_.shuffle_batches) {
    for (std::size_t i = commands.size(); i > 1; --i)
      std::swap(commands[i - 1], commands[entropy_.below(i)]);
  }
  const auto due = clock_.tick() + std::chrono::milliseconds{settings_.apply_delay_ms};
  for (Command& command : commands) queue_.push(std::move(command), due);
}

Reply BloomreachSimulator::track_one(const Call& call, const Access& access,
                                     const bj::object& body) {
  auto command = checked(call.target->route, body, access);
  if (const auto* refusal = std::get_if<Refusal>(&command))
    return error_list(settings_.single_errors_as_200 ? 200 : refusal->status, refusal->text);
  auto& good = std::get<Command>(command);
  report(good, call.number);
  std::vector<Command> accepted;
  accepted.push_back(std::move(good));
  enqueue(std::move(accepted));
  return answer(200, success());
}

Reply BloomreachSimulator::track_batch(const Call& call, const Access& access,
                                       const bj::object& body) {
  const bj::array* commands = tillbridge::json::array(body, "commands");
  if (commands == nullptr || commands->empty()) return error_message(400, "No commands");
  for (const bj::value& command : *commands)
    if (!command.is_object()) return error_message(400, "Invalid JSON");
  if (commands->size() > batch_commands_max)
    return error_text(400, "too many commands in the batch request");

  bj::object out{{"success", true}, {"start_time", now_s()}};
  bj::array results;
  std::vector<Command> accepted;
  for (const bj::value& command : *commands) {
    bj::object result = batch_result(call, access, command.get_object(), accepted);
    const bj::value* id = command.get_object().if_contains("command_id");
    if (id != nullptr && call.fault.kind != Fault::Kind::no_command_id) result["command_id"] = *id;
    results.push_back(std::move(result));
  }
  enqueue(std::move(accepted));
  out["end_time"] = now_s();
  if (call.fault.kind != Fault::Kind::missing_results) out["results"] = std::move(results);
  return answer(200, out);
}

bj::object BloomreachSimulator::batch_result(const Call& call, const Access& access,
                                             const bj::object& command,
                                             std::vector<Command>& accepted) {
  if (faults_.chance(call.fault.refuse_command))
    return failed_result("not authorized to add event of specified type");
  const std::string command_name = tillbridge::json::text(command, "name").value_or("");
  if (command_name == "system/time") {
    bj::object result{{"success", true}};
    result["time"] = now_s();
    return result;
  }
  if (command_name != "customers" && command_name != "customers/events")
    return failed_result("Unknown command " + command_name);
  const bj::value* data = command.if_contains("data");
  auto good = checked(command_name == "customers" ? Route::customers : Route::events,
                      data == nullptr ? bj::value() : *data, access);
  if (const auto* refusal = std::get_if<Refusal>(&good)) return failed_result(refusal->text);
  report(std::get<Command>(good), call.number);
  accepted.push_back(std::get<Command>(std::move(good)));
  return {{"success", true}};
}

Reply BloomreachSimulator::anonymize_one(const Access& access, const bj::object& body) {
  if (!access.permissions.anonymize) return error_text(403, "No permission to anonymize customer");
  auto ids = usable_ids(body, settings_);
  if (const auto* refusal = std::get_if<Refusal>(&ids)) return error_global(400, refusal->text);
  std::vector<Command> commands(1);
  commands[0].kind = Command::Kind::anonymize;
  commands[0].ids = std::get<ExternalIds>(std::move(ids));
  enqueue(std::move(commands));
  return answer(200, {{"success", true}});
}

Reply BloomreachSimulator::anonymize_many(const Access& access, const bj::object& body) {
  if (!access.permissions.anonymize) return error_text(403, "No permission to anonymize customer");
  const bj::array* customers = tillbridge::json::array(body, "customers");
  if (customers == nullptr || customers->empty())
    return error_global(400, "At least one customer should be specified.");
  if (customers->size() > anonymize_bulk_max) return error_global(400, "Too many customers.");
  std::vector<Command> commands;
  for (const bj::value& customer : *customers) {
    const bj::object* one = customer.if_object();
    if (one == nullptr) return error_message(400, "Invalid JSON");
    Command command;
    command.kind = Command::Kind::anonymize;
    if (const auto internal = tillbridge::json::text(*one, "internal_id")) {
      const Profile* profile = profiles_.find_internal(*internal);
      if (profile == nullptr) continue;
      command.ids.assign(profile->hard.begin(), profile->hard.end());
      for (const auto& [type, values] : profile->soft)
        if (!values.empty()) command.ids.emplace_back(type, values.back());
    } else {
      auto ids = usable_ids(*one, settings_);
      if (!std::holds_alternative<ExternalIds>(ids)) continue;
      command.ids = std::get<ExternalIds>(std::move(ids));
    }
    commands.push_back(std::move(command));
  }
  enqueue(std::move(commands));
  bj::object out{{"success", true}};
  out["bulk_id"] = fmt::format("{:024x}", entropy_.next());
  return answer(200, out);
}

}  // namespace sandbox::bloomreach
