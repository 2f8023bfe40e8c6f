// Power cuts, full disks and failed syncs under the SQLite store. The oracle: what apply()
// acknowledged is there, whole; what it did not acknowledge is there whole or not at all; nothing
// is damaged.

#include <filesystem>
#include <random>

#include <gmock/gmock.h>
#include <stdlib.h>

#include "fault_vfs.h"
#include "journal/sqlite/sqlite_store.h"

namespace tillbridge::journal {
namespace {

namespace fs = std::filesystem;
using testing::IsEmpty;
using testing::Not;

constexpr int steps_in_workload = 24;

std::string bytes_for(std::uint64_t n, std::size_t size) {
  std::mt19937_64 noise(n);
  std::string out(size, '\0');
  for (auto& c : out) c = static_cast<char>(noise());
  return out;
}

// Step n touches every kind of row, and moves on what step n-1 left.
Step scripted_step(std::uint64_t n) {
  const auto id = [n](std::uint64_t of) { return n * 100 + of; };
  const std::string key = std::to_string(n);
  Step step;
  AddArrival a;
  a.id = ArrivalId{id(1)};
  a.workspace = "shop";
  a.connection = "sitoo";
  a.external_id = "event-" + key;
  a.subject = "order/" + key;
  a.payload = bytes_for(n, 300 + n % 7 * 900);
  step.arrivals = {a};
  PutRecord r;
  r.id = RecordId{id(2)};
  r.workspace = "shop";
  r.kind = "sale";
  r.key = "order/" + key;
  r.state = RecordState::planned;
  r.search_keys = {"order:" + key, "email:somebody-" + key + "@example.com"};
  r.payload = bytes_for(n + 1000, 700);
  step.records = {r};
  AddDelivery d;
  d.id = DeliveryId{id(3)};
  d.workspace = "shop";
  d.record = r.id;
  d.connection = "crm";
  d.effect = "sale/" + key;
  d.lane = "customer/1";
  d.parts = {bytes_for(n + 2000, 200), bytes_for(n + 3000, n % 3 * 4000)};
  step.deliveries = {d};
  step.cursors = {{"shop", "poll", key}};
  OpenCase c;
  c.id = CaseId{id(4)};
  c.workspace = "shop";
  c.type = "rejected_delivery";
  c.group = std::to_string(n % 3);
  c.record = r.id;
  step.cases = {c};
  AddAudit audit;
  audit.id = AuditId{id(5)};
  audit.act = "test";
  step.audits = {audit};
  PutRecord person = r;
  person.id = RecordId{id(6)};
  person.key = "person/" + key;
  person.search_keys = {"secret:~" + key + "~"};
  step.records.push_back(person);
  if (n == 0) return step;
  step.erased = {{RecordId{id(6) - 100}, {}, "erased"}};
  step.closed_cases = {{CaseId{id(4) - 100}, Instant{}, "somebody", ""}};
  UpdateDelivery done;
  done.id = DeliveryId{id(3) - 100};
  done.state = DeliveryState::delivered;
  done.attempts = 1;
  step.delivery_updates = {done};
  AddAttempt attempt;
  attempt.delivery = done.id;
  attempt.outcome = "delivered";
  step.attempts = {attempt};
  return step;
}

class JournalCrashTest : public testing::Test {
 protected:
  JournalCrashTest() {
    std::string pattern = fs::temp_directory_path() / "journal-crash-XXXXXX";
    folder_ = ::mkdtemp(pattern.data());
  }
  ~JournalCrashTest() override { fs::remove_all(folder_); }

  Result<std::unique_ptr<Store>> open(const FaultDisk& disk) {
    // Only the lock file is on the real disk, and each disk has its own.
    // A step has two records: the search index takes up those of two steps together.
    return sqlite::open(
        {.file = folder_ + "/" + file_name_, .vfs = disk.vfs_name(), .search_batch = 4}, true);
  }

  // Applies the script; answer n is marked in the log when apply() said yes. Two checkpoints are
  // forced on the way by closing and opening again.
  void run_script(FaultDisk& disk) {
    for (std::uint64_t n = 0; n < steps_in_workload;) {
      auto store = open(disk);
      ASSERT_TRUE(store) << store.error().what;
      auto writer = std::move(*(*store)->open_writer());
      auto reader = std::move(*(*store)->open_reader());
      for (int at = 0; at < steps_in_workload / 3; ++at, ++n) {
        const auto step = scripted_step(n);
        const auto receipts = writer->apply({&step, 1});
        ASSERT_TRUE(receipts) << receipts.error().what;
        disk.mark(n + 1);
        writer->maintain();
      }
    }
  }

  // "" or what is wrong. acknowledged: steps whose apply() had returned.
  std::string check(const Image& image, std::uint64_t acknowledged) {
    FaultDisk disk(image);
    auto store = open(disk);
    if (!store) return "does not open: " + store.error().what;
    auto writer = std::move(*(*store)->open_writer());
    auto opened = (*store)->open_reader();
    if (!opened) return "cannot be read: " + opened.error().what;
    auto& reader = **opened;
    const auto findings = reader.verify(nullptr);
    if (!findings) return findings.error().what;
    if (!findings->empty()) return "verify: " + findings->front();
    const auto highest = reader.highest_id();
    if (!highest) return highest.error().what;
    const std::uint64_t present = *highest == 0 ? 0 : *highest / 100 + 1;
    if (present < acknowledged) {
      return std::to_string(acknowledged) + " steps were acknowledged, " + std::to_string(present) +
             " are there";
    }
    if (present > acknowledged + 1) return "more steps than were ever begun";
    for (std::uint64_t n = 0; n < present; ++n) {
      if (auto wrong = check_step(reader, n, n + 1 == present); !wrong.empty()) return wrong;
    }
    const auto next = scripted_step(present);
    const auto goes_on = writer->apply({&next, 1});
    return goes_on ? "" : "does not go on: " + goes_on.error().what;
  }

  static std::string check_step(Reader& reader, std::uint64_t n, bool last) {
    const auto expected = scripted_step(n);
    const auto where = "step " + std::to_string(n) + ": ";
    const auto journey = reader.journey(expected.records[0].id);
    if (!journey) return where + journey.error().what;
    if (!*journey) return where + "record missing";
    if ((*journey)->record.payload != expected.records[0].payload)
      return where + "record body differs";
    if ((*journey)->deliveries.size() != 1) return where + "delivery missing";
    const auto& delivery = (*journey)->deliveries[0];
    if (delivery.parts != expected.deliveries[0].parts) return where + "delivery body differs";
    const auto state = last ? DeliveryState::waiting : DeliveryState::delivered;
    if (delivery.state != state || delivery.tries.size() != (last ? 0U : 1U))
      return where + "half a step";
    const auto arrivals = reader.search_arrivals("shop", expected.arrivals[0].external_id, 100);
    if (!arrivals) return where + arrivals.error().what;
    bool found = false;
    for (const auto& a : *arrivals) {
      if (a.id == expected.arrivals[0].id) found = a.payload == expected.arrivals[0].payload;
    }
    if (!found) return where + "arrival missing or different";
    const auto hits = reader.search("shop", "somebody-" + std::to_string(n) + "@", 5);
    if (!hits || hits->size() != 1) return where + "not found by search";
    const auto person = reader.journey(expected.records[1].id);
    if (!person || !*person) return where + "second record missing";
    const auto secrets = reader.search("shop", "~" + std::to_string(n) + "~", 5);
    if (!secrets || secrets->size() != (last ? 1U : 0U) ||
        (*person)->record.payload.empty() == last)
      return where + "erased too early or not at all";
    const auto& cases = (*journey)->cases;
    if (cases.size() != 1 || cases[0].closed_at.has_value() == last) return where + "case differs";
    if (reader.audits({}, AuditId{n * 100 + 6}, 1)->at(0).id.value != n * 100 + 5)
      return where + "audit missing";
    if (last && reader.cursor("shop", "poll")->value_or("") != std::to_string(n))
      return where + "cursor differs";
    return "";
  }

  static std::uint64_t acknowledged_before(const std::vector<DiskOperation>& log, std::size_t cut) {
    std::uint64_t n = 0;
    for (std::size_t at = 0; at < cut; ++at) {
      if (log[at].kind == DiskOperation::Kind::mark) n = log[at].offset;
    }
    return n;
  }

  std::string folder_;
  std::string file_name_ = "crash.journal";
};

TEST_F(JournalCrashTest, EverySyncBoundaryKeepsWhatWasAcknowledged) {
  FaultDisk disk;
  run_script(disk);
  const auto log = disk.log();
  std::mt19937_64 random(7);
  int cuts = 0;
  for (std::size_t at = 0; at <= log.size(); ++at) {
    const bool boundary = at == log.size() || log[at].kind == DiskOperation::Kind::sync ||
                          log[at].kind == DiskOperation::Kind::mark ||
                          (at > 0 && log[at - 1].kind == DiskOperation::Kind::sync);
    if (!boundary) continue;
    for (const auto unsynced : {Unsynced::nothing, Unsynced::all, Unsynced::some}) {
      ++cuts;
      const auto wrong = check(cut_power(log, at, unsynced, random), acknowledged_before(log, at));
      ASSERT_EQ(wrong, "") << "cut before operation " << at << ", unsynced "
                           << static_cast<int>(unsynced);
    }
  }
  EXPECT_GT(cuts, 150);
}

// SQLite writes header and page of each frame apart.
TEST_F(JournalCrashTest, ACommitIsAFewLargeWritesToTheLogAndASync) {
  FaultDisk disk;
  auto store = std::move(*open(disk));
  auto writer = std::move(*store->open_writer());
  std::vector<Step> steps;
  for (std::uint64_t n = 0; n < 20; ++n) steps.push_back(scripted_step(n));
  ASSERT_TRUE(writer->apply(std::span(steps).first(1)));  // begins the log: its header is synced
  const auto before = disk.log().size();
  ASSERT_TRUE(writer->apply(std::span(steps).subspan(1)));
  const auto log = disk.log();
  std::size_t bytes = 0;
  for (std::size_t at = before; at + 1 < log.size(); ++at) {
    EXPECT_EQ(log[at].kind, DiskOperation::Kind::write);
    bytes += log[at].bytes.size();
  }
  EXPECT_GT(bytes, 20U * 4096U);
  EXPECT_LE(log.size() - before, bytes / (60U << 10) + 2);
  EXPECT_EQ(log.back().kind, DiskOperation::Kind::sync);
}

TEST_F(JournalCrashTest, ACutAnywhereWithAnySubsetOfWritesKeepsWhatWasAcknowledged) {
  FaultDisk disk;
  run_script(disk);
  const auto log = disk.log();
  for (std::uint64_t seed = 1; seed <= 120; ++seed) {
    std::mt19937_64 random(seed);
    const auto at = static_cast<std::size_t>(random() % (log.size() + 1));
    const auto unsynced = random() % 3 == 0 ? Unsynced::prefix : Unsynced::some;
    const auto wrong = check(cut_power(log, at, unsynced, random), acknowledged_before(log, at));
    ASSERT_EQ(wrong, "") << "seed " << seed << ", cut before operation " << at << " of "
                         << log.size();
  }
}

// A cut during recovery from a cut.
TEST_F(JournalCrashTest, ASecondCutDuringRecoveryLosesNothing) {
  FaultDisk disk;
  run_script(disk);
  const auto log = disk.log();
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    std::mt19937_64 random(seed);
    const auto at = static_cast<std::size_t>(random() % (log.size() + 1));
    const auto acknowledged = acknowledged_before(log, at);
    const auto image = cut_power(log, at, Unsynced::some, random);
    FaultDisk again(image);
    {
      const auto store = open(again);
    }
    // What was on the disk counts as synced; on top of it, a part of what recovery did.
    std::vector<DiskOperation> both;
    for (const auto& [file, content] : image) {
      both.push_back({DiskOperation::Kind::write, file, 0, content});
      both.push_back({DiskOperation::Kind::sync, file, 0});
    }
    const auto head = both.size();
    const auto recovery = again.log();
    both.insert(both.end(), recovery.begin(), recovery.end());
    const auto cut = head + static_cast<std::size_t>(random() % (recovery.size() + 1));
    const auto wrong = check(cut_power(both, cut, Unsynced::some, random), acknowledged);
    ASSERT_EQ(wrong, "") << "seed " << seed;
  }
}

TEST_F(JournalCrashTest, TheOracleNoticesADiskThatLiesAboutSync) {
  FaultDisk disk;
  disk.lie_about_sync(true);
  run_script(disk);
  const auto log = disk.log();
  std::mt19937_64 random(7);
  int losses = 0;
  for (std::size_t at = 0; at <= log.size(); ++at) {
    if (at != log.size() && log[at].kind != DiskOperation::Kind::mark) continue;
    const auto acknowledged = acknowledged_before(log, at);
    if (acknowledged == 0) continue;
    if (!check(cut_power(log, at, Unsynced::nothing, random), acknowledged).empty()) ++losses;
  }
  EXPECT_GT(losses, steps_in_workload / 2);
}

TEST_F(JournalCrashTest, TheOracleNoticesAHalfStep) {
  FaultDisk disk;
  {
    auto store = std::move(*open(disk));
    auto writer = std::move(*store->open_writer());
    auto step = scripted_step(0);
    step.deliveries.clear();
    ASSERT_TRUE(writer->apply({&step, 1}));
  }
  std::mt19937_64 random(1);
  EXPECT_THAT(check(cut_power(disk.log(), disk.log().size(), Unsynced::all, random), 1),
              Not(IsEmpty()));
}

TEST_F(JournalCrashTest, AFullDiskRefusesAndRecovers) {
  for (std::uint64_t seed = 1; seed <= 8; ++seed) {
    file_name_ = "full-" + std::to_string(seed);
    FaultDisk disk;
    auto store = std::move(*open(disk));
    auto writer = std::move(*store->open_writer());
    std::mt19937_64 random(seed);
    int refused = 0;
    for (std::uint64_t n = 0; n < steps_in_workload; ++n) {
      const auto step = scripted_step(n);
      disk.fail_writes([&random] { return random() % 4 == 0; });
      for (int tries = 0;; ++tries) {
        if (tries == 20) disk.fail_writes(nullptr);  // space returns
        const auto receipts = writer->apply({&step, 1});
        writer->maintain();
        if (receipts) break;
        ++refused;
        ASSERT_EQ(receipts.error().kind, Error::Kind::unavailable) << receipts.error().what;
        ASSERT_LE(tries, 20) << "did not recover when space returned";
      }
      disk.fail_writes(nullptr);
      disk.mark(n + 1);
    }
    EXPECT_GT(refused, 0) << "seed " << seed;
    const auto log = disk.log();  // before closing, which would move everything out of the log
    writer.reset();
    store.reset();
    ASSERT_EQ(check(cut_power(log, log.size(), Unsynced::nothing, random), steps_in_workload), "")
        << "seed " << seed;
  }
}

TEST_F(JournalCrashTest, AFailedSyncStopsTheProcess) {
  testing::FLAGS_gtest_death_test_style = "threadsafe";
  EXPECT_DEATH(
      {
        FaultDisk disk;
        auto store = std::move(*open(disk));
        auto writer = std::move(*store->open_writer());
        disk.fail_sync(true);
        const auto step = scripted_step(0);
        (void)writer->apply({&step, 1});
      },
      "a sync failed");
}

TEST_F(JournalCrashTest, OneApplyIsOneSyncHoweverManySteps) {
  FaultDisk disk;
  auto store = std::move(*open(disk));
  auto writer = std::move(*store->open_writer());
  std::vector<Step> steps;
  for (std::uint64_t n = 0; n < 20; ++n) steps.push_back(scripted_step(n));
  ASSERT_TRUE(writer->apply({steps.data(), 1}));  // the first write to a log also syncs its head
  const auto before = disk.syncs();
  ASSERT_TRUE(writer->apply({steps.data() + 1, 19}));
  EXPECT_EQ(disk.syncs() - before, 1U);
}

}  // namespace
}  // namespace tillbridge::journal
