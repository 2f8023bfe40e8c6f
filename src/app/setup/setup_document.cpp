// Answers -> the text of a configuration, held against the reader of configurations.
#include <algorithm>

#include <fmt/format.h>

#include "app/config.h"
#include "app/setup/setup_answers.h"

namespace tillbridge::app {
namespace {

using Kind = SetupField::Kind;

// TOML's basic strings take everything that JSON's do.
std::string quoted(std::string_view text) {
  std::string out;
  json::append_quoted(out, text);
  return out;
}

std::string quoted_list(const std::vector<std::string>& texts) {
  std::string out = "[";
  for (const std::string& text : texts) out += (out.size() > 1 ? ", " : "") + quoted(text);
  return out + "]";
}

bool is_whole(std::string_view text) {
  constexpr std::size_t digits_max = 18;
  return !text.empty() && text.size() <= digits_max &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

std::string secret_file(const SetupAnswers& answers, const std::string& folder,
                        std::string_view field) {
  return fmt::format("{}/{}.{}.secret", folder, answers.text("workspace"), field);
}

class Writer {
 public:
  Writer(const SetupAnswers& answers, const std::string& folder)
      : answers_(answers), folder_(folder) {}

  std::string write() {
    out_ =
        "# Written by tillbridge setup. What else can be set: packaging/tillbridge.sample.toml.\n"
        "[hub]\n";
    member("data_dir", "data_dir");
    out_ += "\n[hub.listen]\n";
    member("port", "port");
    out_ += "\n[hub.control]\n";
    member("port", "control_port");
    out_ += "\n[[workspace]]\n";
    member("name", "workspace");
    member("zone", "zone");
    sitoo();
    if (answers_.yes("bloomreach")) bloomreach();
    if (answers_.yes("klaviyo")) {
      out_ += "\n[workspace.klaviyo]\n";
      member("api_key", "klaviyo_api_key");
    }
    if (answers_.yes("crm")) crm();
    return std::move(out_);
  }

 private:
  void member(std::string_view key, std::string_view field) {
    const auto fields = setup_fields();
    const auto known = std::find_if(fields.begin(), fields.end(),
                                    [&](const SetupField& one) { return one.name == field; });
    const std::string text = answers_.text(field);
    if (known->kind == Kind::secret) {
      out_ +=
          fmt::format("{} = {{ file = {} }}\n", key, quoted(secret_file(answers_, folder_, field)));
    } else if (known->kind == Kind::whole && is_whole(text)) {
      // Leading zeros would make it no TOML.
      out_ += fmt::format("{} = {}\n", key, std::stoll(text));
    } else {
      out_ += fmt::format("{} = {}\n", key, quoted(text));
    }
  }

  void sitoo() {
    out_ += "\n[workspace.sitoo]\n";
    member("base_url", "sitoo_base_url");
    member("account_id", "sitoo_account_id");
    member("site_id", "sitoo_site_id");
    member("api_id", "sitoo_api_id");
    member("api_password", "sitoo_api_password");
    member("events_user", "events_user");
    member("events_password", "events_password");
    member("country", "country");
  }

  void bloomreach() {
    out_ += "\n[workspace.bloomreach]\n";
    member("base_url", "bloomreach_base_url");
    member("project_token", "bloomreach_project_token");
    member("key_id", "bloomreach_key_id");
    member("key_secret", "bloomreach_key_secret");
    member("reference_currency", "reference_currency");
    member("hard_id", "hard_id");
    // With rules, the hard ID's rule says it.
    if (answers_.mapping.empty()) member("hard_id_from", "hard_id_from");
    for (const SetupAnswers::Mapping& rule : answers_.mapping) {
      out_ += "\n[[workspace.bloomreach.mapping]]\n";
      if (rule.from.size() == 1) out_ += fmt::format("from = {}\n", quoted(rule.from.front()));
      if (rule.from.size() > 1) out_ += fmt::format("from = {}\n", quoted_list(rule.from));
      if (!rule.constant.empty()) out_ += fmt::format("constant = {}\n", quoted(rule.constant));
      out_ += fmt::format("to = {}\n", quoted(rule.to));
      if (!rule.transforms.empty())
        out_ += fmt::format("transform = {}\n", quoted_list(rule.transforms));
    }
  }

  void crm() {
    out_ += "\n[workspace.crm]\n";
    member("user", "crm_user");
    member("password", "crm_password");
    if (answers_.consents.empty()) return;
    out_ += "consents = [\n";
    for (const SetupAnswers::Consent& consent : answers_.consents) {
      out_ += fmt::format("  {{ id = {}, label = {}", quoted(consent.id),
                          quoted(consent.label.empty() ? consent.id : consent.label));
      const auto add = [&](const char* key, const std::string& text) {
        if (!text.empty()) out_ += fmt::format(", {} = {}", key, quoted(text));
      };
      add("channel", consent.channel);
      out_ += fmt::format(", default = \"{}\"", consent.by_default ? "yes" : "no");
      add("bloomreach", consent.bloomreach);
      add("klaviyo", consent.klaviyo);
      out_ += " },\n";
    }
    out_ += "]\n";
  }

  const SetupAnswers& answers_;
  const std::string& folder_;
  std::string out_;
};

// The question that a problem of the configuration is about.
SetupProblem problem_of(const Problem& problem) {
  const auto made = [&](std::string_view step, std::string_view field) {
    return SetupProblem{std::string(step), std::string(field), problem.what, problem.fix};
  };
  for (const SetupField& field : setup_fields()) {
    if (!field.key.empty() && field.key == problem.key) return made(field.step, field.name);
  }
  if (problem.key.starts_with("workspace.bloomreach.mapping")) return made("mapping", "mapping");
  if (problem.key.starts_with("workspace.crm.consents")) return made("consents", "consents");
  if (problem.key.starts_with("workspace.crm")) return made("webhooks", "crm");
  if (problem.key.starts_with("hub.control")) return made("company", "control_port");
  return made("company", problem.key.empty() ? "configuration" : problem.key);
}

// What the reader of configurations cannot see.
void check_answers(const SetupAnswers& answers, std::vector<SetupProblem>& problems) {
  const auto add = [&](std::string_view step, std::string_view field, std::string what,
                       std::string fix) {
    problems.push_back({std::string(step), std::string(field), std::move(what), std::move(fix)});
  };
  for (const SetupField& field : setup_fields()) {
    const std::string text = answers.text(field.name);
    if (field.kind == Kind::yes_no && text != "yes" && text != "no")
      add(field.step, field.name, "is neither yes nor no", "answer yes or no");
  }
  const std::string url = answers.text("public_url");
  const bool has_scheme = url.starts_with("https://") || url.starts_with("http://");
  if (!has_scheme || url.find_first_of(" ?#@\"") != std::string::npos ||
      url.find("://") + 3 >= url.size()) {
    add("company", "public_url", url.empty() ? "is missing" : "is no address",
        "write https://host, as Sitoo shall call it");
  }
  if (!answers.consents.empty() && !answers.yes("crm"))
    add("webhooks", "crm", "consents are asked at the till, which needs the register",
        "answer yes, or leave the consents out");
}

}  // namespace

SetupDocument setup_document(const SetupAnswers& answers, const std::string& folder) {
  SetupDocument document;
  document.toml = Writer(answers, folder).write();
  for (const SetupField& field : setup_fields()) {
    const auto secret = answers.secrets.find(field.name);
    if (field.kind == Kind::secret && answers.asked(field) && secret != answers.secrets.end())
      document.secrets.push_back({secret_file(answers, folder, field.name), secret->second});
  }
  const SecretSource fetch = [&](const secrets::Reference& reference) -> Result<Secret> {
    for (const SetupDocument::SecretFile& one : document.secrets) {
      if (one.file == reference.where) return one.secret;
    }
    return fail(Error::Kind::not_found, "it is not given yet");
  };
  check_answers(answers, document.problems);
  for (const Problem& problem : read_config(document.toml, "tillbridge.toml", fetch).problems) {
    if (!problem.warning) document.problems.push_back(problem_of(problem));
  }
  return document;
}

}  // namespace tillbridge::app
