#pragma once
// The examples of sitoo.md 4.4, 4.11 and 10.2 as they stand there, and lists in the form of 5.1 to
// 5.3 and 8, for tests and fuzzing.

#include <string_view>

namespace tillbridge::connectors::sitoo::examples {

constexpr std::string_view sale_4_4 = R"({
  "orderid": 20417, "eshopid": 1, "externalid": null, "creditorderid": null,
  "ordertypeid": 10, "orderstateid": 10, "paymentstateid": 20,
  "orderdate": 1718200341, "datereserved": null, "currencycode": "SEK",
  "warehouseid": 7, "registerid": "{5D0E2B11-7C1A-4F0B-9E55-0C7B1A2D3E4F}",
  "userid_staff": "{0B1F6A52-2C9D-4E1E-8B36-6F0A9D7C1122}",
  "email": "vera.lind@example.org", "namefirst": "Vera", "namelast": "Lind",
      "phone": "+46700000001",
  "moneytotal_net": "638.40", "moneytotal_vat": "159.60",
  "moneyfinal_net": "638.40", "moneyfinal_vat": "159.60", "moneyfinal_salestax": "0.00",
  "moneytotal_gross_roundoff": "0.00", "moneytotal_gross_all": "798.00",
  "additionaldata": {
    "crm-customerid": "c-90112", "crm-membernumber": "70015",
    "pos-receiptid": "SII00000015000074812", "pos-staff-externalid": "E17",
    "store-externalid": "STO-01", "store-name": "Example Street",
      "pos-timezone": "Europe/Stockholm" },
  "orderitems": [
    { "orderitemid": 0, "orderitemtype": 10, "productid": 881, "sku": "TEE-WHT-M",
      "productname": "Tee white M",
      "quantity": 2, "decimalunitquantity": null, "vatvalue": 25,
      "moneynetpriceperunit": "199.20", "moneyoriginalprice": "199.20",
      "moneydiscountedprice": "0.00", "moneydiscount": "0.00",
      "moneyitemtotal_net": "398.40", "moneyitemtotal_vat": "99.60",
      "decimalquantitytotal": "2.000", "salestaxes": [], "additionaldata": {} },
    { "orderitemid": 1, "orderitemtype": 10, "productid": 902, "sku": "CAP-BLK",
      "productname": "Cap black",
      "quantity": 1, "decimalunitquantity": null, "vatvalue": 25,
      "moneynetpriceperunit": "240.00", "moneyoriginalprice": "279.20",
      "moneydiscountedprice": "240.00", "moneydiscount": "39.20",
      "moneyitemtotal_net": "240.00", "moneyitemtotal_vat": "60.00",
      "decimalquantitytotal": "1.000", "salestaxes": [],
      "additionaldata": { "crm-promotionid": "promo-5" } } ],
  "payments": [ { "name": "Card", "moneyamount": "798.00", "externalid": "000123",
      "reftype": "adyen",
                  "refid": "AB12", "cardissuer": "Visa",
                  "additionaldata": { "adyen-pspreference": "XYZ000000000001" } } ],
  "reservedpayments": []
})";

constexpr std::string_view refund_4_11 = R"({ "orderid": 20533, "creditorderid": 20417,
      "ordertypeid": 10, "orderstateid": 10, "paymentstateid": 20,
  "moneytotal_gross_all": "-249.00", "moneyfinal_net": "-199.20", "moneyfinal_vat": "-49.80",
  "additionaldata": { "pos-originalsales-orderid": "20417", "refundreasoncode-reasoncode": "R-SIZE",
                      "pos-receiptid": "SII00000015000074901" },
  "orderitems": [ { "orderitemid": 0, "sku": "TEE-WHT-M", "quantity": -1, "vatvalue": 25,
                    "moneynetpriceperunit": "199.20", "moneyitemtotal_net": "-199.20",
      "moneyitemtotal_vat": "-49.80",
                    "additionaldata": { "pos-originalsales-orderitemid": "0",
      "reasoncode-return": "R-SIZE" } } ],
  "payments": [ { "name": "Card", "moneyamount": "-249.00",
                  "additionaldata": { "pos-originalsales-payment-index": "0" } } ] })";

constexpr std::string_view events_10_2 = R"([ { "event_id": "0a4c1f6e2b7d4c0f9a51c3d7e8f90b12",
      "event_type": "order", "event_date": 1718200350,
    "account_id": 1500, "data": { "eshop_id": 1, "order_id": 20417, "warehouse_id": 7,
                                   "order_event_type": "add",
      "order_state_changed": "closed" } } ])";

constexpr std::string_view stores_8 = R"({"totalcount":2,"items":[
  {"storeid":4,"externalid":"STO-01"}, {"storeid":5,"externalid":null}]})";
constexpr std::string_view warehouses_5_1 = R"({"totalcount":4,"items":[
  {"warehouseid":7,"warehousetype":10,"storeid":4,"sellable":true,"name":"Example Street",
   "externalid":"WH-7"},
  {"warehouseid":8,"warehousetype":20,"storeid":5,"sellable":true,"name":"Depot","externalid":""},
  {"warehouseid":9,"warehousetype":10,"storeid":null,"sellable":false,"name":"Reclaims",
   "externalid":null},
  {"name":"no number"}]})";
constexpr std::string_view levels_5_2 = R"({"totalcount":3,"items":[
  {"sku":"CAP-BLK","decimaltotal":"9.000","decimalreserved":"2.000","decimalavailable":"7.000",
   "datelastmodified":1718200350},
  {"sku":"SILK","decimaltotal":"-1.000","decimalreserved":"0.500","decimalavailable":null,
   "datelastmodified":null},
  {"sku":"TEE","decimaltotal":"many"}]})";
constexpr std::string_view movements_5_3 = R"({"totalcount":5,"items":[
  {"warehousetransactionid":81,"warehouseid":3,"datecreated":1718200350,"transactiontype":20,
   "items":[{"sku":"CAP-BLK","decimalquantity":"-5.000","decimaltotal":"4.000"},
            {"sku":"ANKLE","decimalquantity":"-1.000","decimaltotal":"0.000"}]},
  {"warehousetransactionid":82,"warehouseid":7,"datecreated":1718200351,"transactiontype":30,
   "items":[{"sku":"CAP-BLK","decimalquantity":"-1.000","decimaltotal":"6.000"}]}]})";

}  // namespace tillbridge::connectors::sitoo::examples
