#pragma once
// Metrics: counters, gauges and histograms by name and closed label sets, written as Prometheus
// text for /metrics. A façade over prometheus-cpp-core; get a handle once, use it on the hot path.
// Any thread.

#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tillbridge::telemetry {

using Labels = std::vector<std::pair<std::string, std::string>>;

class Counter {
 public:
  void add(double by = 1.0);
  double value() const;

 private:
  friend class Metrics;
  void* impl_ = nullptr;  // owned by Metrics
};

class Gauge {
 public:
  void set(double value);
  double value() const;

 private:
  friend class Metrics;
  void* impl_ = nullptr;
};

class Histogram {
 public:
  void observe(double value);

 private:
  friend class Metrics;
  void* impl_ = nullptr;
};

class Metrics {
 public:
  Metrics();
  ~Metrics();
  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;

  // Names start with "tillbridge_" and end with a unit or "_total". Asking again gives the same
  // series.
  Counter counter(const std::string& name, const std::string& help, const Labels& labels = {});
  Gauge gauge(const std::string& name, const std::string& help, const Labels& labels = {});
  Histogram histogram(const std::string& name, const std::string& help, std::vector<double> bounds,
                      const Labels& labels = {});

  std::string prometheus_text() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace tillbridge::telemetry
