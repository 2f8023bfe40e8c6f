#include "journal/memory/transaction.h"

namespace tillbridge::journal::memory {
namespace {

class MemoryWriter final : public Writer {
 public:
  explicit MemoryWriter(std::shared_ptr<Data> data) : data_(std::move(data)) {}

  Result<std::vector<Receipt>> apply(std::span<const Step> steps) override {
    const std::lock_guard lock(data_->mutex);
    std::vector<Receipt> receipts;
    Transaction transaction(*data_);
    for (const auto& step : steps) {
      TB_TRY(auto receipt, transaction.apply(step));
      receipts.push_back(std::move(receipt));
    }
    transaction.commit();
    return receipts;
  }

  void maintain() override {}

  Result<std::uint64_t> retire(const Retention& retention, Instant now,
                               std::uint64_t rows_max) override {
    const std::lock_guard lock(data_->mutex);
    Transaction transaction(*data_);
    const auto gone = transaction.retire(retention, now, rows_max);
    transaction.commit();
    return gone;
  }

  Result<void> backup(const std::string&, std::function<void(double)>) override {
    return fail(Error::Kind::unavailable, "a journal in memory has nothing to back up");
  }

 private:
  std::shared_ptr<Data> data_;
};

}  // namespace

std::unique_ptr<Writer> make_writer(std::shared_ptr<Data> data) {
  return std::make_unique<MemoryWriter>(std::move(data));
}

}  // namespace tillbridge::journal::memory
