#include "connectors/klaviyo/client.h"

#include "base/assert.h"
#include "base/json.h"
#include "connectors/http_answer.h"
#include "connectors/klaviyo/documents.h"
#include "connectors/klaviyo/pages.h"
#include "connectors/klaviyo/token_source.h"
#include "connectors/klaviyo/url_text.h"

namespace tillbridge::connectors::klaviyo {
namespace {

using Kind = Outcome::Kind;

constexpr std::size_t keys_per_call_max = 100;  // klaviyo.md 3.3
constexpr std::string_view left_field = "subscriptions.email.marketing.suppression.timestamp";

std::string_view field_of(ProfileKey key) {
  switch (key) {
    case ProfileKey::id:
      return "id";
    case ProfileKey::email:
      return "email";
    case ProfileKey::external_id:
      return "external_id";
    case ProfileKey::phone_number:
      return "phone_number";
  }
  return "id";
}

// "?filter=...&page%5Bsize%5D=100"
class Query {
 public:
  Query& with(std::string_view name, std::string_view value) {
    text_ += text_.empty() ? '?' : '&';
    text_ += url_encoded(name) + "=" + url_encoded(value);
    return *this;
  }
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

std::string any_of(ProfileKey key, const std::vector<std::string>& values) {
  std::string filter = "any(" + std::string(field_of(key)) + ",[";
  for (const std::string& value : values) {
    if (!filter.ends_with('[')) filter += ',';
    json::append_quoted(filter, value);
  }
  return filter + "])";
}

Instant up_to_second(Instant at) {
  return std::chrono::ceil<std::chrono::seconds>(at);
}

Answer not_sent(std::string why) {
  Answer answer;
  answer.outcome.kind = Kind::rejected;
  answer.outcome.reason = std::move(why);
  return answer;
}

}  // namespace

struct Client::State {
  State(outbound::Transport& t, const Clock& c, Config settings)
      : transport(t), clock(c), config(std::move(settings)), tokens(t, c, config) {
    if (!config.api_key.empty())
      key = Secret{"Klaviyo-API-Key " + std::string(config.api_key.reveal())};
  }

  bool uses_oauth() const { return !config.oauth.client_id.empty(); }

  outbound::HttpRequest request(std::string method, std::string url) const {
    outbound::HttpRequest made;
    made.method = std::move(method);
    made.url = std::move(url);
    made.headers.emplace_back("revision", config.revision);
    made.headers.emplace_back("Accept", "application/vnd.api+json");
    made.connect_time_max = config.connect_time_max;
    made.total_time_max = config.total_time_max;
    return made;
  }

  Task<Answer> send(outbound::HttpRequest request) {
    const Result<outbound::HttpAnswer> answer = co_await transport.send(std::move(request));
    Answer made = classify(answer);
    // A Retry-After date without a Date beside it is measured against our own clock.
    complete_retry_after(made.outcome, answer, clock.now());
    co_return made;
  }

  Task<Answer> call(outbound::HttpRequest request) {
    if (!uses_oauth()) {
      request.bearer = key;
      co_return co_await send(std::move(request));
    }
    Answer answer;
    for (int attempt = 0; attempt < 2; ++attempt) {
      TokenSource::Token token = co_await tokens.token();
      if (token.answer.outcome.kind != Kind::delivered) co_return std::move(token.answer);
      request.bearer = Secret{"Bearer " + std::string(token.text.reveal())};
      answer = co_await send(request);
      if (!refuses_credentials(answer)) break;
      tokens.refused(token.generation);
    }
    co_return answer;
  }

  Task<Answer> post(std::string path, std::string body) {
    outbound::HttpRequest made = request("POST", config.base_url + path);
    made.headers.emplace_back("Content-Type", "application/vnd.api+json");
    made.body = std::move(body);
    co_return co_await call(std::move(made));
  }

  // path with its query, or a link of an earlier answer. Only the path of a link is followed: the
  // credentials go to base_url and nowhere else.
  Task<Answer> get(std::string path, std::string link,
                   std::optional<Duration> within = std::nullopt) {
    if (!link.empty()) {
      const std::size_t at = link.find("/api/");
      if (at == std::string::npos) co_return not_sent("the next page's link is none of the API's");
      path = link.substr(at);
    }
    outbound::HttpRequest made = request("GET", config.base_url + path);
    if (within) {
      made.total_time_max = std::min(made.total_time_max, *within);
      made.connect_time_max = std::min(made.connect_time_max, *within);
    }
    Answer answer = co_await call(std::move(made));
    // Reading twice does no harm: an unknown outcome is nothing to settle.
    if (answer.outcome.kind == Kind::ambiguous) answer.outcome.kind = Kind::transient;
    co_return answer;
  }

  outbound::Transport& transport;
  const Clock& clock;
  Config config;
  TokenSource tokens;
  Secret key;
};

Client::Client(outbound::Transport& transport, const Clock& clock, Config config) {
  while (config.base_url.ends_with('/')) config.base_url.pop_back();
  state_ = std::make_unique<State>(transport, clock, std::move(config));
}

Client::~Client() = default;

void Client::on_refresh_token(std::function<void(const Secret& refresh_token)> keep) {
  state_->tokens.on_refresh_token = std::move(keep);
}

Task<Answer> Client::create_event(std::string body) {
  co_return co_await state_->post("/api/events", std::move(body));
}

Task<Answer> Client::create_events(std::string body) {
  co_return co_await state_->post("/api/event-bulk-create-jobs", std::move(body));
}

Task<Page<Profile>> Client::find_profiles(ProfileKey key, std::vector<std::string> values,
                                          bool with_consent) {
  Page<Profile> page;
  if (values.size() > keys_per_call_max) {
    page.answer = not_sent("more than 100 keys in one search for profiles");
    co_return page;
  }
  if (values.empty()) {
    page.answer.outcome.kind = Kind::delivered;
    co_return page;
  }
  Query query;
  query.with("filter", any_of(key, values)).with("page[size]", "100");
  if (with_consent) query.with("additional-fields[profile]", "subscriptions");
  Answer answer = co_await state_->get("/api/profiles" + query.text(), "");
  co_return profile_page(std::move(answer));
}

Task<Page<Profile>> Client::find_person(ProfileKey key, std::string value, Duration within) {
  const std::vector<std::string> values{std::move(value)};
  Query query;
  query.with("filter", any_of(key, values))
      .with("additional-fields[profile]", "subscriptions")
      .with("page[size]", "10");
  Answer answer = co_await state_->get("/api/profiles" + query.text(), "", within);
  co_return person_page(std::move(answer));
}

Task<Client::Imported> Client::import_profile(std::string body) {
  Answer answer = co_await state_->post("/api/profile-import", std::move(body));
  co_return imported(std::move(answer));
}

Task<Answer> Client::merge_profiles(std::string body) {
  co_return co_await state_->post("/api/profile-merge", std::move(body));
}

Task<Answer> Client::delete_person(std::string email) {
  return delete_person(ProfileKey::email, std::move(email));
}

Task<Answer> Client::delete_person(ProfileKey key, std::string value) {
  TB_ASSERT(key != ProfileKey::external_id);
  co_return co_await state_->post("/api/data-privacy-deletion-jobs",
                                  deletion_body(field_of(key), value));
}

Task<Answer> Client::subscribe(std::string body) {
  co_return co_await state_->post("/api/profile-subscription-bulk-create-jobs", std::move(body));
}

Task<Answer> Client::unsubscribe(std::string body) {
  co_return co_await state_->post("/api/profile-subscription-bulk-delete-jobs", std::move(body));
}

Task<Client::Membership> Client::list_membership(std::string profile_id, std::string list_id) {
  constexpr int pages_max = 10;  // LIMIT: a person on more lists than these hold is an error
  const std::string path = "/api/profiles/" + url_encoded(profile_id) + "/lists";
  Membership membership;
  std::string next;
  for (int i = 0; i < pages_max; ++i) {
    Answer answer = co_await state_->get(path, next);
    Page<std::string> page = id_page(std::move(answer));
    membership.answer = std::move(page.answer);
    for (const std::string& id : page.items)
      membership.on_list = membership.on_list || id == list_id;
    next = std::move(page.next);
    if (membership.on_list || next.empty()) co_return membership;
  }
  membership.answer = not_sent("a profile on more lists than can be looked through");
  co_return membership;
}

Task<Page<Profile>> Client::changed_since(Instant after, std::string next) {
  Query query;
  query.with("filter", "greater-than(updated," + time_text(after) + ")")
      .with("sort", "updated")
      .with("additional-fields[profile]", "subscriptions")
      .with("page[size]", "100");
  Answer answer = co_await state_->get("/api/profiles" + query.text(), std::move(next));
  co_return person_page(std::move(answer));
}

Task<Page<Profile>> Client::left_since(Instant after, std::string next) {
  Query query;
  query.with("filter", "greater-than(" + std::string(left_field) + "," + time_text(after) + ")")
      .with("sort", left_field)
      .with("additional-fields[profile]", "subscriptions")
      .with("page[size]", "100");
  Answer answer = co_await state_->get("/api/profiles" + query.text(), std::move(next));
  co_return profile_page(std::move(answer));
}

Task<Page<Client::Metric>> Client::metrics(std::string next) {
  Answer answer = co_await state_->get("/api/metrics", std::move(next));
  co_return metric_page(std::move(answer), !state_->uses_oauth());
}

Task<Page<Event>> Client::events(std::string metric_id, Instant from, Instant until,
                                 std::string next) {
  // Klaviyo keeps whole seconds, cut: the window is widened to them at both ends.
  std::string filter = "equals(metric_id,";
  json::append_quoted(filter, metric_id);
  filter += "),greater-or-equal(datetime," + time_text(from) + "),less-than(datetime," +
            time_text(up_to_second(until)) + ")";
  Query query;
  query.with("filter", filter)
      .with("sort", "datetime")
      .with("include", "profile")
      .with("page[size]", "200");
  Answer answer = co_await state_->get("/api/events" + query.text(), std::move(next));
  co_return event_page(std::move(answer));
}

Task<Client::Account> Client::account() {
  Answer answer = co_await state_->get("/api/accounts", "");
  co_return account_of(std::move(answer));
}

}  // namespace tillbridge::connectors::klaviyo
