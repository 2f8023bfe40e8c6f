// [workspace.feed] and [workspace.relay.NAME]: order events of the retailer's own systems, and who
// is told of them.
#include <algorithm>
#include <array>

#include "app/config_reader.h"
#include "outbound/egress.h"

namespace tillbridge::app {
namespace {

using Need = TableReader::Need;

constexpr Duration second = std::chrono::seconds{1};
constexpr Duration day = std::chrono::hours{24};
constexpr std::size_t secret_bytes_min = 16;
constexpr std::size_t name_bytes_max = 32;

void check_strength(TableReader& reader, std::string_view key, const Secret& secret) {
  if (!secret.empty() && secret.reveal().size() < secret_bytes_min)
    reader.problem(key, fmt::format("is shorter than {} characters", secret_bytes_min),
                   "whoever guesses it can write orders: make a long random one");
}

void read_optional_secret(TableReader& reader, std::string_view key, Secret& into) {
  if (reader.take(key) != nullptr) reader.secret(key, into);
}

bool is_connection_name(std::string_view name) {
  constexpr std::array taken = {"sitoo",         "bloomreach", "klaviyo", "bigcommerce",
                                "commercetools", "master",     "feed",    "console"};
  const bool fits = !name.empty() && name.size() <= name_bytes_max && name.front() != '-' &&
                    std::all_of(name.begin(), name.end(), [](char c) {
                      return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
                    });
  return fits && std::find(taken.begin(), taken.end(), name) == taken.end();
}

std::string host_of(const std::string& url) {
  const auto start = url.find("://") + 3;
  std::string host = url.substr(start, url.find('/', start) - start);
  if (host.starts_with('[')) return host.substr(1, host.find(']') - 1);
  return host.substr(0, host.find(':'));
}

bool is_local(const std::string& host) {
  return host == "localhost" || host.ends_with(".localhost") ||
         !outbound::is_public_address_text(host).value_or(true);
}

void read_url(TableReader& reader, connectors::relay::Config& into) {
  reader.flag("allow_private", into.allow_private);
  std::string url;
  reader.text("url", url, Need::required);
  if (url.empty()) return;
  const bool http = url.starts_with("http://");
  const std::string host = http || url.starts_with("https://") ? host_of(url) : std::string();
  if (host.empty() || url.find_first_of(" \t\r\n#@\"\\") != std::string::npos) {
    reader.problem("url",
                   fmt::format("'{}' is not a URL that can be posted to", url.substr(0, 200)),
                   "write https://host/path, without user and fragment");
    return;
  }
  if (!into.allow_private && is_local(host)) {
    reader.problem("url", fmt::format("{} is a private address", host),
                   "if that is meant, say allow_private = true");
    return;
  }
  if (http && !into.allow_private)
    reader.warn("url", "customer data travels unencrypted over the internet", "use https");
  into.url = url;
}

RelaySettings read_relay(TableReader& reader, const std::string& name, Duration patience) {
  RelaySettings relay;
  connectors::relay::Config& endpoint = relay.endpoint;
  endpoint.name = name;
  relay.patience = patience;
  reader.choice("mode", relay.mode,
                {{"live", Mode::live}, {"shadow", Mode::shadow}, {"paused", Mode::paused}});
  read_url(reader, endpoint);
  read_optional_secret(reader, "authorization", endpoint.authorization);
  read_optional_secret(reader, "signing_key", endpoint.signing_key);
  check_strength(reader, "signing_key", endpoint.signing_key);
  reader.number("calls_per_second", relay.calls_per_second, 0.01, 100'000);
  reader.whole("calls_in_flight_max", relay.calls_in_flight_max, 1, 256);
  reader.time("patience_days", relay.patience, day, 0, 365);
  reader.time("connect_time_max_s", endpoint.connect_time_max, second, 1, 300);
  reader.time("total_time_max_s", endpoint.total_time_max, second, 1, 600);
  reader.finish();
  return relay;
}

void read_relays(TableReader& relays, Workspace& into) {
  for (const Node& member : relays.table().members) {
    const auto reader = relays.below(member.key);
    if (!is_connection_name(member.key)) {
      relays.problem(member.key, "cannot be the name of a connection",
                     "use up to 32 of a-z, 0-9 and '-', and no platform's name");
    }
    if (member.type == Node::Type::table)
      into.relays.push_back(read_relay(*reader, member.key, into.retry.patience));
  }
}

}  // namespace

void read_feed_and_relays(TableReader& workspace, Workspace& into) {
  const auto feed = workspace.below("feed");
  into.feed.on = feed->present();
  if (into.feed.on) {
    feed->secret("token", into.feed.token);
    check_strength(*feed, "token", into.feed.token);
    feed->whole("body_bytes_max", into.feed.body_bytes_max, 1'024, 8 * 1024 * 1024);
    feed->finish();
  }
  const auto relays = workspace.below("relay");
  read_relays(*relays, into);
  if (into.feed.on && relays->table().members.empty())
    feed->problem("", "has nobody to tell", "add [workspace.relay.NAME] with the url to post to");
  if (!into.feed.on && relays->present())
    relays->problem("", "has nothing to tell", "add [workspace.feed], where order events come in");
}

}  // namespace tillbridge::app
