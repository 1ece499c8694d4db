// Kernels: what fusion hands to the emitter (source for a compiler) and to the executor
// (no compiler needed).
//
// A kernel is a list of phases that run one after the other under one launch. A loop phase is
//
//     for p in parallel axes                      (divided among threads)
//       for level = 0, 1, ..., levels-1
//         for r in reduced axes              (only if some reduction or point store has this level)
//           evaluate the point instructions that this level's reductions and point stores need;
//           accumulate; store
//         finish the reductions of that level: their `result` instructions become available
//       row stores
//
// An instruction is a *point* instruction iff it depends on a reduced axis, directly or through its
// operands; else a *row* instruction, evaluated once a p. Both tiers evaluate exactly the
// instructions listed, in dtype arithmetic without contraction (no fused multiply-add unless `fma`
// is written), so their results are equal bit for bit. Point instructions may be recomputed at each
// level that needs them, or kept in a scratch row: that changes nothing.
//
// A map is a phase without reduced axes. Reductions follow docs/ir.md, section 3, `lanes` or
// `sequential`. In lanes order the "innermost reduced axis" is reduced.back() and rows restart the
// lanes: element q of the innermost run goes to lane q mod 16. argmax/argmin: (value, row-major
// number) pairs, strictly greater wins, then the smaller number; NaN wins over all (first NaN).
// max/min propagate NaN. any/all give bool.
//
// A `scan` instruction is a point instruction with a memory: it starts anew with each row and each
// level that evaluates it, and its points run strictly in the order of the reduced axis, of which
// its phase has one. `backwards` says from which end; all scans of a phase agree with it.
//
// A contract phase is  C[b, m, n] = Σ_k A[b, m, k] · B[b, k, n]  followed by an epilogue, evaluated
// for each (b, m, n) with the sum as `result` 0. Its order of summation is free.
//
// A scatter phase is a loop phase whose stores have data-dependent addresses and combine; points
// run in row-major order of all axes for each destination, so that it is deterministic.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "graph/statement.h"

namespace axon {

enum class KernelKind : uint8_t { map, row, column, nest, contract, scatter, scan, call };
const char* name_of(KernelKind k);

/// A buffer argument.
struct BufferSlot {
  DType dtype;
  ValueId value;         // in the plan
  bool written = false;  // true iff some phase stores to it
  bool read = false;     // true iff some phase loads from it
};

/// A scalar argument: 8 bytes, a double or an int64 as `dtype` says, filled when the plan
/// is replayed.
struct ScalarSlot {
  DType dtype;
  int32_t source;  // >= 0: entry of the graph's scalar table; -1: `number`/`integer`
  double number = 0;
  int64_t integer = 0;
};

struct Reduction {
  Combine combine;
  int32_t value;   // point instruction to be combined
  int32_t result;  // the `result` instruction that stands for it
  int32_t level;   // 0, 1, ...: runs in that pass over the reduced axes
  DType dtype;     // of the accumulator
};

struct Store {
  int32_t slot;  // buffer
  /// over the phase's axes: parallel axes first (0 .. P-1), then reduced (P .. P+R-1)
  Affine address;
  int32_t value;                   // instruction
  bool point;                      // true iff the address or the value depends on a reduced axis
  Combine combine = Combine::set;  // other than set only in scatter phases
  int32_t level;                   // point stores: the pass over the reduced axes that stores it
};

struct Phase {
  std::vector<Axis> parallel;  // outermost first; may be empty (one point)
  std::vector<Axis> reduced;   // outermost first; may be empty
  bool lanes = false;          // order of reductions
  bool backwards = false;      // true iff loops over the reduced axes run from their ends
  bool scatter = false;
  /// loads name buffers by slot, scalars by scalar slot; axes as in Store::address
  std::vector<Instr> body;
  std::vector<Reduction> reductions;
  std::vector<Store> stores;
  int32_t levels = 0;  // passes over the reduced axes (>= 1 if there are reduced axes)

  // contract only: the roles of the parallel axes; the reduced axes are k.
  bool contract = false;
  std::vector<int32_t> batch, m, n;  // indices of parallel axes
  int32_t a = -1, b = -1;            // instructions of the operands; `result` 0 is the sum
};

/// True iff the body has a `scan` instruction.
bool has_scan(const Phase& phase);

/// What an opaque kernel (sort, ...) is told: the attributes of the op by name in their order, and
/// the names and shapes of its buffers. A dtype is its name.
struct OpaqueCall {
  using Attr = std::variant<bool, int64_t, std::vector<int64_t>, std::string>;
  struct Operand {
    std::string name;
    std::vector<int64_t> dims;
    bool operator==(const Operand& o) const { return name == o.name && dims == o.dims; }
  };
  std::string kind;  // a name known to the device
  std::string op;    // whose kernel it is, for errors
  std::vector<std::pair<std::string, Attr>> attrs;
  std::vector<Operand> inputs, outputs;

  const Attr* find(const std::string& attr) const {
    for (const auto& [name, value] : attrs) {
      if (name == attr) return &value;
    }
    return nullptr;
  }
  bool operator==(const OpaqueCall& o) const {
    return kind == o.kind && op == o.op && attrs == o.attrs && inputs == o.inputs &&
           outputs == o.outputs;
  }
};

struct Kernel {
  KernelKind kind = KernelKind::map;
  std::vector<BufferSlot> buffers;
  std::vector<ScalarSlot> scalars;
  std::vector<Phase> phases;
  std::vector<int32_t> statements;  // of the plan, for explain
  OpaqueCall call;                  // kind == call; the buffers are its inputs, then its outputs
};

/// What a compiled kernel is called with. Extents, strides and offsets that are not baked into the
/// source are in `ints`, in the order the emitter met them.
struct KernelArgs {
  void* const* buffers;
  const int64_t* ints;
  const int64_t* scalars;  // bits of a double or an int64
  void* scratch;           // this thread's, at least `Emitted::scratch_bytes`
  int32_t* status;         // set to 1 + the gather's number when an index is out of range
};
/// Runs phase `phase` for the work units [begin, end).
using KernelFn = void (*)(const KernelArgs* args, int32_t phase, int64_t begin, int64_t end);

/// The emitter's answer for one kernel.
struct Emitted {
  /// C text of the function, its name replaced by AXON_KERNEL; equal text but for #line = equal
  /// kernel
  std::string source;
  std::vector<int64_t> ints;  // constant in replay, except those patched by slots
  struct SlotInt {
    int32_t at;  // ints[at] += coef * scalar slot
    int32_t slot;
    int64_t coef;
  };
  std::vector<SlotInt> slot_ints;
  struct PhaseInfo {
    int64_t units;  // work units, each at least ~16 KiB of work if there is enough
  };
  std::vector<PhaseInfo> phases;
  size_t scratch_bytes = 0;  // per thread
};

}  // namespace axon
