// The plain table, and the choice among the tables.
#define AXON_TILE_TABLE fill_tile_ops_plain
#include "kernel/tile_ops_impl.h"

namespace axon {

#if defined(__x86_64__)
void fill_tile_ops_v3(TileOps& t);
void fill_tile_ops_v4(TileOps& t);
#endif

namespace {

struct Tables {
  TileOps tables[3] = {};
  int count = 1;

  Tables() {
    tables[0].name = "plain";
    fill_tile_ops_plain(tables[0]);
#if defined(__x86_64__)
    __builtin_cpu_init();
    if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma") ||
        !__builtin_cpu_supports("bmi2") || !__builtin_cpu_supports("f16c")) {
      return;
    }
    tables[count].name = "x86-64-v3";
    fill_tile_ops_v3(tables[count++]);
    if (!__builtin_cpu_supports("avx512f") || !__builtin_cpu_supports("avx512bw") ||
        !__builtin_cpu_supports("avx512cd") || !__builtin_cpu_supports("avx512dq") ||
        !__builtin_cpu_supports("avx512vl")) {
      return;
    }
    tables[count].name = "x86-64-v4";
    fill_tile_ops_v4(tables[count++]);
#endif
  }
};

const Tables& all() {
  static const Tables* const made = new Tables;
  return *made;
}

}  // namespace

const TileOps& tile_ops() { return all().tables[all().count - 1]; }

int all_tile_ops(const TileOps* tables[3]) {
  for (int i = 0; i < all().count; ++i) tables[i] = &all().tables[i];
  return all().count;
}

}  // namespace axon
