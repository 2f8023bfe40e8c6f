#include "telemetry/metrics.h"

#include <map>

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

namespace tillbridge::telemetry {
namespace {

std::map<std::string, std::string> label_map(const Labels& labels) {
  return {labels.begin(), labels.end()};
}

}  // namespace

// The registry gives back the same family for the same name and the same series for the same
// labels, and its objects stay where they are until it goes: a handle is a plain pointer.
struct Metrics::State {
  prometheus::Registry registry;
};

Metrics::Metrics() : state_(std::make_unique<State>()) {}
Metrics::~Metrics() = default;

Counter Metrics::counter(const std::string& name, const std::string& help, const Labels& labels) {
  auto& family = prometheus::BuildCounter().Name(name).Help(help).Register(state_->registry);
  Counter handle;
  handle.impl_ = &family.Add(label_map(labels));
  return handle;
}

Gauge Metrics::gauge(const std::string& name, const std::string& help, const Labels& labels) {
  auto& family = prometheus::BuildGauge().Name(name).Help(help).Register(state_->registry);
  Gauge handle;
  handle.impl_ = &family.Add(label_map(labels));
  return handle;
}

Histogram Metrics::histogram(const std::string& name, const std::string& help,
                             std::vector<double> bounds, const Labels& labels) {
  auto& family = prometheus::BuildHistogram().Name(name).Help(help).Register(state_->registry);
  Histogram handle;
  handle.impl_ = &family.Add(label_map(labels), std::move(bounds));
  return handle;
}

std::string Metrics::prometheus_text() const {
  return prometheus::TextSerializer().Serialize(state_->registry.Collect());
}

void Counter::add(double by) {
  if (impl_ != nullptr) static_cast<prometheus::Counter*>(impl_)->Increment(by);
}

double Counter::value() const {
  return impl_ == nullptr ? 0.0 : static_cast<prometheus::Counter*>(impl_)->Value();
}

void Gauge::set(double value) {
  if (impl_ != nullptr) static_cast<prometheus::Gauge*>(impl_)->Set(value);
}

double Gauge::value() const {
  return impl_ == nullptr ? 0.0 : static_cast<prometheus::Gauge*>(impl_)->Value();
}

void Histogram::observe(double value) {
  if (impl_ != nullptr) static_cast<prometheus::Histogram*>(impl_)->Observe(value);
}

}  // namespace tillbridge::telemetry
