#include "journal/memory/memory_store.h"

#include "journal/memory/data.h"

namespace tillbridge::journal::memory {
namespace {

class MemoryStore final : public Store {
 public:
  Result<std::unique_ptr<Writer>> open_writer() override {
    if (writer_taken_)
      return fail(Error::Kind::unavailable, "the store has its one writer already");
    writer_taken_ = true;
    return make_writer(data_);
  }
  Result<std::unique_ptr<Reader>> open_reader() override { return make_reader(data_); }

 private:
  std::shared_ptr<Data> data_ = std::make_shared<Data>();
  bool writer_taken_ = false;
};

}  // namespace

std::unique_ptr<Store> open() {
  return std::make_unique<MemoryStore>();
}

}  // namespace tillbridge::journal::memory
