// A workspace's settings as canonical TOML: fixed order, every key, defaults included, no secrets.
#include <iterator>

#include <fmt/format.h>

#include "app/config.h"
#include "base/json.h"

namespace tillbridge::app {
namespace {

using Out = std::back_insert_iterator<std::string>;

// JSON's quoting is valid in TOML except for DEL.
std::string quoted(std::string_view text) {
  std::string out;
  json::append_quoted(out, text);
  for (auto at = out.find('\x7f'); at != std::string::npos; at = out.find('\x7f', at))
    out.replace(at, 1, "\\u007f");
  return out;
}

std::string in(Duration unit, Duration time) {
  if (time.count() % unit.count() == 0) return fmt::format("{}", time.count() / unit.count());
  return fmt::format("{}", static_cast<double>(time.count()) / static_cast<double>(unit.count()));
}
std::string in_seconds(Duration time) {
  return in(std::chrono::seconds{1}, time);
}
std::string in_ms(Duration time) {
  return in(std::chrono::milliseconds{1}, time);
}

std::string_view word(model::IdentitySource source) {
  switch (source) {
    case model::IdentitySource::crm_customer_id:
      return "crm_customer_id";
    case model::IdentitySource::crm_member_number:
      return "crm_member_number";
    case model::IdentitySource::email:
      return "email";
    case model::IdentitySource::phone:
      return "phone";
  }
  return "";
}
std::string_view word(flows::BloomreachSettings::Cancelled cancelled) {
  using Cancelled = flows::BloomreachSettings::Cancelled;
  return cancelled == Cancelled::status  ? "status"
         : cancelled == Cancelled::event ? "event"
                                         : "none";
}
std::string_view word(flows::BloomreachSettings::PurchaseId from) {
  using From = flows::BloomreachSettings::PurchaseId;
  return from == From::order ? "order" : from == From::receipt ? "receipt" : "external";
}

std::string_view word(flows::KlaviyoSettings::RefundIds ids) {
  using Ids = flows::KlaviyoSettings::RefundIds;
  return ids == Ids::order ? "order" : ids == Ids::refund ? "refund" : "first";
}

std::string list_of(const std::vector<std::string>& texts) {
  std::string list;
  for (const std::string& text : texts) list += (list.empty() ? "" : ", ") + quoted(text);
  return "[" + list + "]";
}

void write_mapping(Out out, std::string_view platform, const model::CustomerMapping& mapping) {
  for (const model::MappingRule& rule : mapping) {
    std::vector<std::string> transforms;
    for (const model::Transform transform : rule.transforms)
      transforms.emplace_back(model::name(transform));
    fmt::format_to(out, "\n[[workspace.{}.mapping]]\n", platform);
    fmt::format_to(out, "from = {}\nto = {}\ntransform = {}\nconstant = {}\nseparator = {}\n",
                   list_of(rule.from), quoted(rule.to), list_of(transforms), quoted(rule.constant),
                   quoted(rule.separator));
  }
}

void write_sitoo(Out out, const Workspace& w) {
  const auto& s = w.sitoo;
  fmt::format_to(
      out, "\n[workspace.sitoo]\nmode = \"{}\"\nbase_url = {}\naccount_id = {}\nsite_id = {}\n",
      name(w.sitoo_mode), quoted(s.base_url), s.account_id, s.site_id);
  fmt::format_to(out, "api_id = {}\nevents_user = {}\ncountry = {}\ncookie_from = {}\n",
                 quoted(s.api_id), quoted(s.events_user), quoted(s.country), quoted(s.cookie_key));
  fmt::format_to(
      out, "orders_per_list_max = {}\nrequests_per_second = {}\nrequests_in_flight_max = {}\n",
      s.orders_per_list_max, s.requests_per_second, s.requests_in_flight_max);
  fmt::format_to(out, "connect_time_max_s = {}\ntotal_time_max_s = {}\n",
                 in_seconds(s.connect_time_max), in_seconds(s.total_time_max));
  fmt::format_to(out, "stores = {}\n", list_of(s.stores));
  fmt::format_to(out, "\n[workspace.sitoo.store_countries]\n");
  for (const auto& [store, country] : s.store_countries)
    fmt::format_to(out, "{} = {}\n", quoted(store), quoted(country));
}

void write_bloomreach_flows(Out out, const Workspace& w) {
  const auto& f = w.bloomreach_flows;
  fmt::format_to(out, "hard_id = {}\nhard_id_from = \"{}\"\nsoft_ids = [", quoted(f.hard_id),
                 word(f.hard_id_from));
  for (const auto& [id, from] : f.soft_ids) {
    fmt::format_to(out, "{}{{ id = {}, from = \"{}\" }}",
                   &id == &f.soft_ids.front().first ? "" : ", ", quoted(id), word(from));
  }
  fmt::format_to(
      out, "]\ncookie_id = {}\nreturns = \"{}\"\ncancelled = \"{}\"\npurchase_id_from = \"{}\"\n",
      quoted(f.cookie_id),
      f.returns == flows::BloomreachSettings::Returns::event ? "event" : "status",
      word(f.cancelled), word(f.purchase_id_from));
  fmt::format_to(out, "reference_currency = \"{}\"\nprofile_window = \"{}\"\n",
                 f.reference_currency.code(), w.profile_window ? w.profile_window->to_text() : "");
  fmt::format_to(out, "\n[workspace.bloomreach.rates]\n");
  for (const auto& [code, rate] : f.rates)
    fmt::format_to(out, "{} = \"{}\"\n", code, rate.to_text());
  fmt::format_to(out, "\n[workspace.bloomreach.events]\n");
  for (const auto& [documented, renamed] : f.names)
    fmt::format_to(out, "{} = {}\n", quoted(documented), quoted(renamed));
  write_mapping(out, "bloomreach", f.mapping);
}

void write_bloomreach(Out out, const Workspace& w) {
  const auto& b = w.bloomreach;
  fmt::format_to(
      out,
      "\n[workspace.bloomreach]\nmode = \"{}\"\nbase_url = {}\nproject_token = {}\nkey_id = {}\n",
      name(w.bloomreach_mode), quoted(b.base_url), quoted(b.project_token), quoted(b.key_id));
  fmt::format_to(out, "requests_per_second = {}\nrequests_in_flight_max = {}\n",
                 b.requests_per_second, b.requests_in_flight_max);
  fmt::format_to(out, "commands_per_batch_max = {}\nbatch_bytes_max = {}\n",
                 b.commands_per_batch_max, b.batch_bytes_max);
  fmt::format_to(out, "connect_time_max_s = {}\ntotal_time_max_s = {}\n",
                 in_seconds(b.connect_time_max), in_seconds(b.total_time_max));
  write_bloomreach_flows(out, w);
}

void write_klaviyo_flows(Out out, const Workspace& w) {
  const auto& f = w.klaviyo_flows;
  fmt::format_to(out, "key_from = \"{}\"\nexternal_id_from = \"{}\"\nid_prefix = {}\n",
                 word(f.key_from), f.external_id_from ? word(*f.external_id_from) : "",
                 quoted(f.id_prefix));
  fmt::format_to(
      out, "cancelled_metric = {}\nrefund_ids = \"{}\"\nvalue = \"{}\"\nsource_name = {}\n",
      quoted(f.cancelled_metric), word(f.refund_ids),
      f.value == flows::KlaviyoSettings::Value::gross ? "gross" : "net", quoted(f.source_name));
  fmt::format_to(out, "purchased_skus_property = {}\npurchased_skus_max = {}\n",
                 quoted(f.purchased_skus_property), f.purchased_skus_max);
  fmt::format_to(out, "test_domains = {}\nshared_addresses = {}\n", list_of(f.test_domains),
                 list_of(f.shared_addresses));
  fmt::format_to(out, "opt_in = \"{}\"\nconsent_fresh_min = {}\nconsent_poll_every_s = {}\n",
                 w.klaviyo_double_opt_in ? "double" : "single",
                 in(std::chrono::minutes{1}, w.klaviyo_consent_fresh),
                 in_seconds(w.klaviyo_consent_poll_every));
  fmt::format_to(out, "profile_window = \"{}\"\n",
                 w.klaviyo_profile_window ? w.klaviyo_profile_window->to_text() : "");
}

void write_klaviyo(Out out, const Workspace& w) {
  const auto& k = w.klaviyo;
  fmt::format_to(
      out, "\n[workspace.klaviyo]\nmode = \"{}\"\nbase_url = {}\nrevision = {}\nlist_id = {}\n",
      name(w.klaviyo_mode), quoted(k.base_url), quoted(k.revision), quoted(k.list_id));
  fmt::format_to(out, "quota_factor = {}\nrequests_in_flight_max = {}\n", k.quota_factor,
                 k.requests_in_flight_max);
  fmt::format_to(out, "events_per_job_max = {}\njob_bytes_max = {}\n", k.events_per_job_max,
                 k.job_bytes_max);
  fmt::format_to(out, "connect_time_max_s = {}\ntotal_time_max_s = {}\n",
                 in_seconds(k.connect_time_max), in_seconds(k.total_time_max));
  write_klaviyo_flows(out, w);
  if (!k.oauth.client_id.empty())
    fmt::format_to(out, "\n[workspace.klaviyo.oauth]\nclient_id = {}\n", quoted(k.oauth.client_id));
  const auto& c = w.klaviyo_comparison;
  fmt::format_to(out, "\n[workspace.klaviyo.comparison]\nevery_h = {}\nsample_profiles = {}\n",
                 in(std::chrono::hours{1}, c.every), c.sample_profiles);
  fmt::format_to(out, "repair = {}\nvisible_after_min = {}\n", c.repair,
                 in(std::chrono::minutes{1}, c.visible_after));
  write_mapping(out, "klaviyo", w.klaviyo_flows.mapping);
}

void write_engine(Out out, const Workspace& w) {
  fmt::format_to(
      out,
      "\n[workspace.timing]\nsettling_ms = {}\nincomplete_again_s = {}\ncomplete_within_s = {}\n",
      in_ms(w.settling), in_seconds(w.incomplete_again), in_seconds(w.complete_within));
  fmt::format_to(out, "sequencer_wait_s = {}\nlate_event_grace_s = {}\n",
                 in_seconds(w.sequencer_wait), in_seconds(w.late_event_grace));
  fmt::format_to(out, "\n[workspace.lag]\nalert_s = {}\nrecover_s = {}\n", in_seconds(w.lag_alert),
                 in_seconds(w.lag_recover));
  fmt::format_to(out, "\n[workspace.poll]\nevery_s = {}\noverlap = {}\nopen_orders_every_s = {}\n",
                 in_seconds(w.poll.every), w.poll.overlap, in_seconds(w.poll.open_orders_every));
  fmt::format_to(out, "\n[workspace.backfill]\norders_per_second = {}\nopen_orders_max = {}\n",
                 w.backfill.orders_per_second, w.backfill.open_orders_max);
  fmt::format_to(out, "\n[workspace.retry]\npatience_days = {}\nfirst_ms = {}\nmax_s = {}\n",
                 in(std::chrono::hours{24}, w.retry.patience), in_ms(w.retry.pause_first),
                 in_seconds(w.retry.pause_max));
  fmt::format_to(out, "\n[workspace.breaker]\nfailures = {}\nopen_min_s = {}\nopen_max_s = {}\n",
                 w.breaker.failures, in_seconds(w.breaker.open_first),
                 in_seconds(w.breaker.open_max));
}

void write_crm(Out out, const Workspace& w) {
  const crm::CrmSettings& c = w.crm;
  fmt::format_to(out, "\n[workspace.crm]\nuser = {}\nsource = {}\nreads_per_second = {}\n",
                 quoted(c.user), quoted(w.crm_source), w.crm_reads_per_second);
  fmt::format_to(
      out,
      "till_share = {}\npatience_ms = {}\nown_changes_win_min = {}\n"
      "double_press_min = {}\nadded_status = {}\nduplicates = \"{}\"\n"
      "unknown_while_down = \"{}\"\nsync_every_min = {}\nsync_segmentation = {}\n",
      w.crm_till_share, in_ms(c.patience), in(std::chrono::minutes{1}, c.own_changes_win_for),
      in(std::chrono::minutes{1}, c.double_press_within), c.added_status,
      c.refuse_duplicates ? "refuse" : "join", c.unknown_while_down_is_error ? "error" : "nobody",
      in(std::chrono::minutes{1}, w.crm_sync_every), quoted(w.crm_sync_segmentation));
  fmt::format_to(out, "history_max = {}\nredeem_unused_h = {}\nconsents = [\n", c.history_max,
                 in(std::chrono::hours{1}, c.unused_after));
  for (const model::ConsentCategory& category : c.categories) {
    fmt::format_to(out,
                   "  {{ id = {}, label = {}, channel = {}, default = \"{}\", bloomreach = {}, "
                   "klaviyo = {} }},\n",
                   quoted(category.id), quoted(category.label),
                   quoted(category.channel.value_or("")), category.by_default ? "yes" : "no",
                   quoted(category.bloomreach),
                   quoted(category.klaviyo ? model::name(*category.klaviyo) : ""));
  }
  fmt::format_to(out, "]\npromotions = [\n");
  for (const crm::Promotion& promotion : c.promotions) {
    fmt::format_to(out, "  {{ id = {}, name = {}, type = {}, value = {}, kind = \"{}\" }},\n",
                   quoted(promotion.id), quoted(promotion.name), quoted(promotion.type),
                   promotion.value, promotion.bonus_check ? "bonus_check" : "promotion");
  }
  fmt::format_to(out, "]\n\n[workspace.crm.routes]\n");
  for (const auto& [operation, route] : c.routes) {
    fmt::format_to(out, "{} = {}\n", crm::name(operation),
                   quoted(fmt::format("{} {}", route.method, route.path)));
  }
}

std::string list_of(const std::set<std::string>& texts) {
  std::string list;
  for (const std::string& text : texts) list += (list.empty() ? "" : ", ") + quoted(text);
  return "[" + list + "]";
}

void write_stock(Out out, const StockSettings& s) {
  fmt::format_to(out, "\n[workspace.stock]\nunlisted = \"{}\"\nplaces = [\n",
                 s.places.unlisted_by_store ? "store" : "case");
  for (const flows::StockPlaceRule& place : s.places.places) {
    fmt::format_to(out, "  {{ code = {}, warehouses = {}, channels = {} }},\n", quoted(place.code),
                   list_of(std::set<std::string>(place.warehouses.begin(), place.warehouses.end())),
                   list_of(place.channels));
  }
  fmt::format_to(out, "]\nbuffers = [\n");
  for (const flows::BufferRule& rule : s.buffers.rules) {
    fmt::format_to(out,
                   "  {{ units = {}, channels = {}, skus = {}, tags = {}, "
                   "sells_per_day_at_least = {} }},\n",
                   rule.units.to_text(), list_of(rule.channels), list_of(rule.skus),
                   list_of(rule.tags), rule.sells_per_day_at_least.value_or(0));
  }
  const std::int64_t at_min = s.compare_at ? *s.compare_at / Duration{std::chrono::minutes{1}} : 0;
  fmt::format_to(
      out,
      "]\nreads_per_second = {}\nreads_in_flight_max = {}\nchanges_every_ms = {}\n"
      "poll_every_s = {}\nvirtual_every_s = {}\nlevels_every_s = {}\ncompare_at = \"{}\"\nrepair = "
      "{}\n"
      "visible_after_s = {}\ncompare_after_load = {}\n",
      s.reads_per_second, s.reads_in_flight_max, in_ms(s.changes_every), in_seconds(s.poll_every),
      in_seconds(s.virtual_every), in_seconds(s.levels_every),
      s.compare_at ? fmt::format("{:02}:{:02}", at_min / 60, at_min % 60) : std::string{}, s.repair,
      in_seconds(s.visible_after), s.compare_after_load);
  std::map<std::string, std::set<std::string>> skus_of;
  for (const auto& [sku, tags] : s.buffers.tags_of) {
    for (const std::string& tag : tags) skus_of[tag].insert(sku);
  }
  fmt::format_to(out, "\n[workspace.stock.tags]\n");
  for (const auto& [tag, skus] : skus_of)
    fmt::format_to(out, "{} = {}\n", quoted(tag), list_of(skus));
  const flows::StockToBloomreachSettings& b = s.bloomreach;
  fmt::format_to(
      out,
      "\n[workspace.stock.bloomreach]\ninventory_catalog = {}\nvariants_catalog = {}\n"
      "store_column = {}\nsku_column = {}\nquantity_column = {}\nupdated_column = {}\n"
      "sum_column = {}\nactive_column = {}\nactive_from_stock = {}\ncreate_catalog = {}\n"
      "call_every_ms = {}\nrows_per_call = {}\ncalls_per_second = {}\nconfirm_after_s = {}\n",
      quoted(b.inventory_catalog), quoted(b.variants_catalog), quoted(b.store_column),
      quoted(b.sku_column), quoted(b.quantity_column), quoted(b.updated_column),
      quoted(b.sum_column), quoted(b.active_column), b.active_from_stock, s.create_catalog,
      in_ms(s.call_every), s.rows_per_call, s.calls_per_second, in_seconds(s.confirm_after));
}

void write_feed_and_relays(Out out, const Workspace& w) {
  fmt::format_to(out, "\n[workspace.feed]\nbody_bytes_max = {}\n", w.feed.body_bytes_max);
  for (const RelaySettings& relay : w.relays) {
    const auto& endpoint = relay.endpoint;
    fmt::format_to(out, "\n[workspace.relay.{}]\nmode = \"{}\"\nurl = {}\nallow_private = {}\n",
                   endpoint.name, name(relay.mode), quoted(endpoint.url), endpoint.allow_private);
    fmt::format_to(out, "calls_per_second = {}\ncalls_in_flight_max = {}\npatience_days = {}\n",
                   relay.calls_per_second, relay.calls_in_flight_max,
                   in(std::chrono::hours{24}, relay.patience));
    fmt::format_to(out, "connect_time_max_s = {}\ntotal_time_max_s = {}\n",
                   in_seconds(endpoint.connect_time_max), in_seconds(endpoint.total_time_max));
  }
}

}  // namespace

std::string effective_document(const Workspace& workspace) {
  std::string document;
  Out out = std::back_inserter(document);
  fmt::format_to(out, "[[workspace]]\nname = {}\nevents_from = {}\nzone = {}\n",
                 quoted(workspace.name), quoted(workspace.events_from),
                 quoted(workspace.zone.name()));
  write_sitoo(out, workspace);
  if (workspace.bloomreach_connected) write_bloomreach(out, workspace);
  if (workspace.klaviyo_connected) write_klaviyo(out, workspace);
  if (workspace.crm_served) write_crm(out, workspace);
  if (workspace.stock.on) write_stock(out, workspace.stock);
  if (workspace.feed.on) write_feed_and_relays(out, workspace);
  write_engine(out, workspace);
  return document;
}

}  // namespace tillbridge::app
