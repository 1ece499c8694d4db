// Child processes without a shell.
#pragma once

#include <atomic>
#include <string>
#include <vector>

namespace axon {

struct Outcome {
  bool ok = false;
  std::string output;  // stdout and stderr, or what went wrong
};

/// A copy of the environment, since other threads may change it while one is reading.
std::vector<std::string> environment_now();

/// Runs `command`, whose first word is a path, with `input` as its stdin. Its whole process group
/// is killed after `seconds` or once `stop` is set.
Outcome run_command(const std::vector<std::string>& command,
                    const std::vector<std::string>& environment, const std::string& input,
                    double seconds, const std::atomic<bool>& stop);

/// The full path of a program, from $PATH unless it has a slash; empty if there is none.
std::string find_program_path(const std::string& name);

}  // namespace axon
