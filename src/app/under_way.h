#pragma once
// Says that something is under way for as long as it lives, so that what throws does not stay under
// way for ever. Core thread.

namespace tillbridge::app {

class UnderWay {
 public:
  // flag: outlives this.
  explicit UnderWay(bool& flag) : flag_(flag) { flag_ = true; }
  ~UnderWay() { flag_ = false; }
  UnderWay(const UnderWay&) = delete;
  UnderWay& operator=(const UnderWay&) = delete;

 private:
  bool& flag_;
};

}  // namespace tillbridge::app
