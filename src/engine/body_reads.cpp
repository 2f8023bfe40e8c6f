#include "engine/body_reads.h"

#include <utility>

#include "base/task_group.h"

namespace tillbridge::engine {
namespace {

constexpr std::size_t deliveries_per_query_max = 64;
// The journal answers each read, also while it stops; this only bounds how long a lost wake-up
// would last.
constexpr Duration wake_up_max = std::chrono::seconds{5};

}  // namespace

struct BodyReads::Group {
  explicit Group(Loop& loop) : answered(loop) {}
  std::vector<DeliveryId> ids;
  bool done = false;
  Result<std::vector<journal::DeliveryBody>> bodies =
      fail(Error::Kind::unavailable, "the bytes of deliveries were not read");
  Signal answered;
};

// Those who wait learn of the end, whatever it is.
class BodyReads::Answering {
 public:
  explicit Answering(Group& group) : group_(group) {}
  ~Answering() {
    group_.done = true;
    group_.answered.notify();
  }
  Answering(const Answering&) = delete;
  Answering& operator=(const Answering&) = delete;

 private:
  Group& group_;
};

Task<Result<std::vector<journal::DeliveryBody>>> BodyReads::read(std::vector<DeliveryId> ids) {
  const bool first = !gathering_;
  if (first) gathering_ = std::make_shared<Group>(loop_);
  const std::shared_ptr<Group> group = gathering_;
  const auto begins = static_cast<std::ptrdiff_t>(group->ids.size());
  group->ids.insert(group->ids.end(), ids.begin(), ids.end());
  if (group->ids.size() >= deliveries_per_query_max) gathering_.reset();
  if (first) {
    co_await yield_now(loop_);
    if (gathering_ == group) gathering_.reset();
    const Answering answering(*group);
    auto bodies = co_await query(group->ids);
    group->bodies = std::move(bodies);
  }
  while (!group->done) co_await group->answered.wait(wake_up_max);
  if (!group->bodies) {
    // One that cannot be read must not fail its neighbours.
    const bool may_be_others =
        group->bodies.error().kind == Error::Kind::corrupt && group->ids.size() > ids.size();
    if (may_be_others) co_return co_await query(std::move(ids));
    co_return fail(group->bodies.error());
  }
  const auto mine = group->bodies->begin() + begins;
  const auto end = mine + static_cast<std::ptrdiff_t>(ids.size());
  co_return std::vector<journal::DeliveryBody>(std::move_iterator(mine), std::move_iterator(end));
}

Task<Result<std::vector<journal::DeliveryBody>>> BodyReads::query(std::vector<DeliveryId> ids) {
  std::function<Result<std::vector<journal::DeliveryBody>>(journal::Reader&)> work =
      [ids = std::move(ids)](journal::Reader& reader) { return reader.delivery_bodies(ids); };
  co_return co_await journal_.read<std::vector<journal::DeliveryBody>>(std::move(work));
}

}  // namespace tillbridge::engine
