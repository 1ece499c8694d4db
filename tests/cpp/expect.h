// What a test expects; main returns whether anything failed.
#pragma once

#include <cstdio>
#include <string>

namespace axon::testing {

inline int failures = 0;

inline void expect(bool condition, const std::string& what) {
  if (condition) return;
  ++failures;
  std::printf("FAILED %s\n", what.c_str());
}

}  // namespace axon::testing
