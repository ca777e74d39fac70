#include "station/core/device_trials.hpp"

#include <algorithm>

namespace loa::station::core {

DeviceTrials::DeviceTrials(TrialSettings settings, MonoTime born) : settings_(std::move(settings)) {
  for (const v1::Medium medium : settings_.outputs) outputs_.push_back({medium, born + settings_.first});
}

DeviceTrials::Output* DeviceTrials::find(v1::Medium medium) {
  const auto output =
      std::find_if(outputs_.begin(), outputs_.end(), [&](const Output& one) { return one.medium == medium; });
  return output == outputs_.end() ? nullptr : &*output;
}

std::vector<v1::Medium> DeviceTrials::take_due(MonoTime now, const std::function<bool(v1::Medium)>& busy) {
  std::vector<v1::Medium> due;
  for (Output& output : outputs_) {
    if (output.under_way || now < output.due) continue;
    if (busy(output.medium)) {
      output.due = now + settings_.postpone;
      continue;
    }
    output.under_way = true;
    due.push_back(output.medium);
  }
  return due;
}

std::optional<bool> DeviceTrials::judge(v1::Medium medium, bool works, MonoTime now) {
  Output* output = find(medium);
  if (output == nullptr) return std::nullopt;
  output->under_way = false;
  output->failures = works ? 0 : output->failures + 1;
  const bool first = output->failures == 1;
  output->due = now + (works ? settings_.while_working : first ? settings_.confirm : settings_.while_failing);
  return first ? std::nullopt : std::optional{!works};
}

void DeviceTrials::used(v1::Medium medium, bool works, MonoTime now) {
  Output* output = find(medium);
  if (output == nullptr) return;
  output->failures = works ? 0 : std::max(output->failures, 1);  // what fails in use needs no second proof
  output->due = now + (works ? settings_.while_working : settings_.while_failing);
}

std::optional<MonoTime> DeviceTrials::next_deadline() const {
  std::optional<MonoTime> next;
  for (const Output& output : outputs_) {
    if (!output.under_way && (!next || output.due < *next)) next = output.due;
  }
  return next;
}

}  // namespace loa::station::core
