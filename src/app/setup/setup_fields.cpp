// The questions of a set-up: the steps of docs/setup.md as data.
#include "app/setup/setup_answers.h"

namespace tillbridge::app {
namespace {

using Kind = SetupField::Kind;

constexpr SetupStep steps[] = {
    {"company", "1. Company and market",
     "One workspace is one retailer in one market. Further ones are added to the file by hand."},
    {"authentication", "2. Accounts at Sitoo, Bloomreach and Klaviyo",
     "Secrets are written to files of their own that only you can read."},
    {"matching", "3. Customer matching",
     "One hard ID connects a customer of the till with one at Bloomreach. It cannot be changed "
     "later without making everybody a second time."},
    {"mapping", "4. Property mapping",
     "Which field of a customer is which property or ID at Bloomreach, in both directions."},
    {"consents", "5. Consents",
     "What customers are asked about marketing at the till, and what holds for new customers of "
     "whom the till says nothing."},
    {"webhooks", "6. What Sitoo sends here",
     "Sitoo tells about each order, and its tills ask for customers. Both use credentials that are "
     "made here, never the API's."},
};

constexpr SetupField fields[] = {
    {"workspace", "company", Kind::text, "Short name of the workspace",
     "Up to 32 of a-z, 0-9 and '-'; part of addresses, so it stays.", "", "workspace.name", ""},
    {"zone", "company", Kind::text, "Time zone", "IANA name; business days end at its midnight.",
     "Europe/Stockholm", "workspace.zone", ""},
    {"country", "company", Kind::text, "Country",
     "Two capital letters; phones without + are read as this country's.", "SE",
     "workspace.sitoo.country", ""},
    {"public_url", "company", Kind::text,
     "Address of this hub for Sitoo, as https://hub.example.se",
     "What the outside calls: usually a reverse proxy with a certificate in front of the port.", "",
     "", ""},
    {"port", "company", Kind::whole, "Port for the platforms",
     "Where the reverse proxy reaches Tillbridge on this machine.", "8080", "hub.listen.port", ""},
    {"control_port", "company", Kind::whole, "Port for operators",
     "For the command line and metrics; never open it to the internet.", "8081", "hub.control.port",
     ""},
    {"data_dir", "company", Kind::text, "Folder for the journal",
     "A local disk, never a network file system.", "/var/lib/tillbridge", "hub.data_dir", ""},

    {"sitoo_base_url", "authentication", Kind::text, "Sitoo's API address",
     "The back office shows it under Settings, Sitoo REST API: https://.../v2/accounts/1500.", "",
     "workspace.sitoo.base_url", ""},
    {"sitoo_account_id", "authentication", Kind::whole, "Sitoo account",
     "The number at the end of the address.", "", "workspace.sitoo.account_id", ""},
    {"sitoo_site_id", "authentication", Kind::whole, "Sitoo site",
     "Orders of other sites are ignored.", "1", "workspace.sitoo.site_id", ""},
    {"sitoo_api_id", "authentication", Kind::text, "Sitoo API ID", "Looks like 1500-142.", "",
     "workspace.sitoo.api_id", ""},
    {"sitoo_api_password", "authentication", Kind::secret, "Sitoo API password",
     "Generated in the back office; a new one ends the old one.", "",
     "workspace.sitoo.api_password", ""},
    {"bloomreach", "authentication", Kind::yes_no, "Send to Bloomreach?", "", "yes", "", ""},
    {"bloomreach_base_url", "authentication", Kind::text, "Bloomreach API address",
     "Project settings, Access management, API shows it.", "https://api.exponea.com",
     "workspace.bloomreach.base_url", "bloomreach"},
    {"bloomreach_project_token", "authentication", Kind::text, "Project token", "On the same page.",
     "", "workspace.bloomreach.project_token", "bloomreach"},
    {"bloomreach_key_id", "authentication", Kind::text, "API Key ID",
     "Of a private API group with the rights of docs/setup.md.", "", "workspace.bloomreach.key_id",
     "bloomreach"},
    {"bloomreach_key_secret", "authentication", Kind::secret, "API Secret",
     "Bloomreach shows it once.", "", "workspace.bloomreach.key_secret", "bloomreach"},
    {"reference_currency", "authentication", Kind::text, "Currency of the Bloomreach project",
     "Amounts are converted into it; rates of other currencies are added to the file.", "SEK",
     "workspace.bloomreach.reference_currency", "bloomreach"},
    {"klaviyo", "authentication", Kind::yes_no, "Send to Klaviyo?", "", "no", "workspace", ""},
    {"klaviyo_api_key", "authentication", Kind::secret, "Klaviyo private API key",
     "Begins with pk_; the scopes it needs are in docs/setup.md.", "", "workspace.klaviyo.api_key",
     "klaviyo"},

    {"hard_id", "matching", Kind::text, "Hard ID type of the Bloomreach project",
     "Project settings, Customer IDs; case counts.", "registered", "workspace.bloomreach.hard_id",
     "bloomreach"},
    {"hard_id_from", "matching", Kind::text, "Its value at the till",
     "crm_customer_id, crm_member_number, email or phone. E-mail is the most common choice; a "
     "number "
     "that never changes is the safest.",
     "crm_customer_id", "workspace.bloomreach.hard_id_from", "bloomreach"},

    {"events_user", "webhooks", Kind::text, "User that Sitoo sends with its events", "",
     "sitoo-events", "workspace.sitoo.events_user", ""},
    {"events_password", "webhooks", Kind::secret, "Its password (empty: one is made)",
     "Not the API's.", "", "workspace.sitoo.events_password", ""},
    {"crm", "webhooks", Kind::yes_no, "Shall tills search and keep customers here?",
     "Sitoo's CRM SPI: the tills' customer register, with the consents.", "yes", "", ""},
    {"crm_user", "webhooks", Kind::text, "User that tills send", "", "sitoo-tills",
     "workspace.crm.user", "crm"},
    {"crm_password", "webhooks", Kind::secret, "Its password (empty: one is made)", "", "",
     "workspace.crm.password", "crm"},
};

}  // namespace

std::span<const SetupStep> setup_steps() {
  return steps;
}

std::span<const SetupField> setup_fields() {
  return fields;
}

}  // namespace tillbridge::app
