#include "app/carried_settings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/config.h"

namespace tillbridge::app {
namespace {

using testing::HasSubstr;
using testing::Optional;

Workspace shop() {
  Workspace made;
  made.name = "shop";
  made.bloomreach_connected = true;
  made.bloomreach.base_url = "https://bloomreach.test";
  made.feed.on = true;
  for (const char* name : {"warehouse", "loyalty"}) {
    RelaySettings relay;
    relay.endpoint.name = name;
    relay.endpoint.url = std::string("https://") + name + ".test/orders";
    made.relays.push_back(std::move(relay));
  }
  return made;
}

std::optional<std::string> difference(const Workspace& leaders, const Workspace& own) {
  return difference_in_what_is_carried("shop", effective_document(leaders),
                                       effective_document(own));
}

TEST(CarriedSettings, TheSameConfigurationCarries) {
  EXPECT_EQ(difference(shop(), shop()), std::nullopt);
  EXPECT_EQ(difference_in_what_is_carried("shop", "", ""), std::nullopt);
}

TEST(CarriedSettings, ARelayThatOneOfThemLacksIsNamed) {
  Workspace one = shop();
  one.relays.pop_back();
  EXPECT_THAT(difference(shop(), one), Optional(HasSubstr("shop: relay.loyalty is not in the "
                                                          "configuration of this hub")));
  EXPECT_THAT(difference(one, shop()), Optional(HasSubstr("shop: relay.loyalty is not in the "
                                                          "configuration of the hub that leads")));
  one.feed.on = false;
  EXPECT_THAT(difference(shop(), one), Optional(HasSubstr("relay.loyalty")));
}

TEST(CarriedSettings, AWholeWorkspaceMayBeLacking) {
  const std::string document = effective_document(shop());
  EXPECT_THAT(difference_in_what_is_carried("shop", document, ""),
              Optional(HasSubstr("bloomreach is not in the configuration of this hub")));
  EXPECT_THAT(difference_in_what_is_carried("shop", "", document),
              Optional(HasSubstr("bloomreach is not in the configuration of the hub that leads")));
  Workspace nothing_shared = shop();
  nothing_shared.bloomreach_connected = nothing_shared.feed.on = false;
  EXPECT_EQ(difference_in_what_is_carried("shop", effective_document(nothing_shared), ""),
            std::nullopt);
}

TEST(CarriedSettings, WhatIsKnownOtherwiseIsNotCarried) {
  Workspace other = shop();
  other.relays[0].mode = Mode::shadow;
  EXPECT_THAT(difference(shop(), other), Optional(HasSubstr("relay.warehouse.mode is another")));
  other = shop();
  other.relays[1].endpoint.url = "https://elsewhere.test/orders";
  EXPECT_THAT(difference(shop(), other), Optional(HasSubstr("relay.loyalty.url is another")));
  other = shop();
  other.relays[1].endpoint.allow_private = true;
  EXPECT_THAT(difference(shop(), other), Optional(HasSubstr("relay.loyalty.allow_private")));
  other = shop();
  other.bloomreach.project_token = "another";
  EXPECT_THAT(difference(shop(), other), Optional(HasSubstr("bloomreach.project_token")));
}

TEST(CarriedSettings, WhatTheOthersDoNotSendMayDiffer) {
  Workspace other = shop();
  other.settling *= 2;
  other.klaviyo_connected = true;
  other.stock.on = true;
  EXPECT_EQ(difference(shop(), other), std::nullopt);
}

TEST(CarriedSettings, WhatCannotBeReadIsNotTakenForTheSame) {
  EXPECT_THAT(difference_in_what_is_carried("shop", effective_document(shop()), "= no TOML"),
              Optional(HasSubstr("cannot be compared")));
}

// A version that knows a setting more writes it into its document.
TEST(CarriedSettings, SettingsOfAnotherVersionAreNoDifference) {
  const std::string document = effective_document(shop());
  std::string newer = document;
  newer.insert(newer.find("url = \"https://warehouse.test"), "compressed = true\n");
  EXPECT_EQ(difference_in_what_is_carried("shop", document, newer), std::nullopt);
  EXPECT_EQ(difference_in_what_is_carried("shop", newer, document), std::nullopt);
}

}  // namespace
}  // namespace tillbridge::app
