#include "shopping_day/customers.h"

#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/format.h>

#include "base/assert.h"

namespace sandbox::shopping_day {

using tillbridge::Entropy;

namespace {

struct Name {
  std::string_view written, in_mail;
};
constexpr std::array first_names = {
    Name{"Vera", "vera"},         Name{"Åsa", "asa"},         Name{"Jörgen", "jorgen"},
    Name{"Zoë", "zoe"},           Name{"Bjørn", "bjorn"},     Name{"Håkon", "hakon"},
    Name{"Søren", "soren"},       Name{"Ingrid", "ingrid"},   Name{"Aino", "aino"},
    Name{"Väinö", "vaino"},       Name{"Łukasz", "lukasz"},   Name{"Ngọc", "ngoc"},
    Name{"Maja", "maja"},         Name{"Oskar", "oskar"},     Name{"Élise", "elise"},
    Name{"Mohammed", "mohammed"}, Name{"Þóra", "thora"},      Name{"Anna-Karin", "anna-karin"},
    Name{"Siiri", "siiri"},       Name{"Γιώργος", "giorgos"}, Name{"小春", "koharu"}};
constexpr std::array last_names = {Name{"Lind", "lind"},
                                   Name{"Öberg", "oberg"},
                                   Name{"Sjöström", "sjostrom"},
                                   Name{"Hansen", "hansen"},
                                   Name{"Bjørnstad", "bjornstad"},
                                   Name{"Mäkinen", "makinen"},
                                   Name{"Äijälä", "aijala"},
                                   Name{"O'Brien", "obrien"},
                                   Name{"Nguyễn", "nguyen"},
                                   Name{"Wiśniewska", "wisniewska"},
                                   Name{"Berg", "berg"},
                                   Name{"Virtanen", "virtanen"},
                                   Name{"af Ekenstam", "ekenstam"},
                                   Name{"Dahl", "dahl"},
                                   Name{"García", "garcia"}};

constexpr double zipf_exponent = 0.9;

// One in a hundred is known under a test address, which Klaviyo drops in silence.
std::string_view mail_domain(std::size_t index) {
  constexpr std::size_t every = 100;
  constexpr std::size_t with_test_address = 37;
  return index % every == with_test_address ? "example.org" : "kund.tillbridge.dev";
}

std::string phone_in(std::size_t market, std::size_t index) {
  switch (market) {
    case 0:
      return fmt::format("+4670{:07}", index + 1);
    case 1:
      return fmt::format("+479{:07}", index + 1);
    default:
      return fmt::format("+35840{:07}", index + 1);
  }
}

}  // namespace

Customers::Customers(std::size_t count, std::uint64_t seed) {
  TB_ASSERT(count > 0);
  Entropy entropy(seed);
  double total = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const Name& first = first_names[entropy.below(first_names.size())];
    const Name& last = last_names[entropy.below(last_names.size())];
    Customer customer;
    customer.market = i % 3;
    sitoo::Shopper& shopper = customer.shopper;
    shopper.customer_id = fmt::format("c-{}", 90'000 + i);
    shopper.member_number = std::to_string(70'000 + i);
    shopper.name_first = first.written;
    shopper.name_last = last.written;
    if (!entropy.chance(0.05)) {
      shopper.email = fmt::format("{}.{}{}@{}", first.in_mail, last.in_mail, i, mail_domain(i));
      // As some people type it.
      if (entropy.chance(0.03)) shopper.email[0] = static_cast<char>(shopper.email[0] - 'a' + 'A');
    }
    if (!entropy.chance(0.1)) shopper.phone = phone_in(customer.market, i);
    const std::uint64_t cookie_high = entropy.next();
    const std::uint64_t cookie_low = entropy.next();
    if (entropy.chance(0.05))
      shopper.cookie = fmt::format("{:016x}{:016x}", cookie_high, cookie_low);
    customers_.push_back(std::move(customer));
    total += 1.0 / std::pow(static_cast<double>(i + 1), zipf_exponent);
    cumulative_.push_back(total);
  }
}

const Customer& Customers::draw(Entropy& entropy) const {
  const double drawn = entropy.unit() * cumulative_.back();
  const auto at = std::upper_bound(cumulative_.begin(), cumulative_.end(), drawn);
  const auto index = static_cast<std::size_t>(at - cumulative_.begin());
  return customers_[std::min(index, customers_.size() - 1)];
}

const Customer* Customers::find(std::string_view customer_id) const {
  const auto found = std::find_if(
      customers_.begin(), customers_.end(),
      [customer_id](const Customer& one) { return one.shopper.customer_id == customer_id; });
  return found == customers_.end() ? nullptr : &*found;
}

}  // namespace sandbox::shopping_day
