// Vector bytecode: what BodyRunner and Executor compile phases to. Internal to the executor.
//
// A value is a tile of up to kTile elements, or a single element if it does not vary along the runs
// (`splat` widens it where it meets tiles). Values that never change within a launch are evaluated
// when a frame is bound, those of a row once a row; the code is a list of sections, and its owner
// says which section runs when.
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <vector>

#include "kernel/executor.h"
#include "kernel/kernel.h"
#include "kernel/tile_ops.h"

namespace axon {

/// An affine form over coordinates and values: its number at the first point of a run, and how it
/// goes on.
struct AddressForm {
  int64_t constant = 0;
  int64_t step = 0;           // coefficient of the axis of the runs
  std::vector<Term> axes;     // var: axis, that of the runs included
  std::vector<Term> slots;    // var: scalar slot
  std::vector<Term> uniform;  // var: int64 value of one element
  std::vector<Term> varying;  // var: int64 value, a tile
};

/// 0 <= form < extent
struct TileBound {
  int32_t form;
  int64_t extent;
};

enum class OpCode : uint8_t {
  constant,
  scalar,
  affine,
  floordiv,
  load,
  prim,
  cast,
  gather,
  uniform,
  splat,
  store,
  fold,
  scan,
};

struct TileOp {
  OpCode code;
  DType dtype{};                   // of the result; of the stored element; of the accumulator
  bool varying = false;            // true iff it works on tiles
  bool indexed = false;            // load, store: true iff addresses do not go in even steps
  int32_t dst = -1;                // value
  int32_t args[3] = {-1, -1, -1};  // values; load: args[0] is the fallback
  int32_t form = -1;               // address, or row-major number of a fold of pairs
  int32_t slot = -1;               // buffer, scalar slot or accumulator
  int32_t number = 0;              // gather: what it sets the status word to
  Combine combine = Combine::set;
  TileFn fn = nullptr;                      // prim, cast
  void (*round)(void*, int64_t) = nullptr;  // prim in a 16-bit float
  int64_t integer = 0;                      // constant, divisor or extent; scan: 1 if exclusive
  double real = 0;                          // constant
  std::vector<TileBound> bounds;            // load
};

/// Accumulators of one reduction or scan, values of the frame.
struct Accumulator {
  Combine combine;
  DType dtype;
  int32_t sums;     // value
  int32_t numbers;  // value of row-major numbers; -1: none
};

/// Immutable bytecode.
struct BodyCode {
  int32_t axis = -1;                          // of the runs
  int64_t width = 1;                          // elements of the longest run
  std::vector<std::vector<TileOp>> sections;  // 0: evaluated once a launch
  std::vector<AddressForm> forms;
  std::vector<size_t> offsets;            // by value: of its storage in the frame
  size_t bytes = 0;                       // of all storage
  std::vector<Accumulator> accumulators;  // by reduction, then those of scans
  bool lanes = false;                     // how folds run
  bool backwards = false;                 // how scans run
  std::vector<int32_t> results;           // by reduction: the value read by `result`; -1: none
  std::vector<int32_t> wanted;            // BodyRunner: values asked for
  std::vector<DType> scalars;             // by slot: float64 or int64
  std::vector<bool> written;              // by buffer: true iff the kernel stores to it
  int32_t buffers = 0;
};

/// A thread's registers. TileBound to a launch, then run section by section.
struct BodyFrame {
  explicit BodyFrame(const BodyCode& code);

  /// Takes the arguments of a launch and evaluates section 0.
  void bind(void* const* buffers, const int64_t* scalars, int32_t* status);
  /// Evaluates a section over the n points from `coords` on. Values that do not vary are widened to
  /// `span` elements, as many as later sections may need.
  void run(int32_t section, const int64_t* coords, int64_t n, int64_t span);
  /// Starts, and ends, reduction r over runs of n points. (A scan, too, starts.)
  void begin_reduction(int32_t r, int64_t n);
  void end_reduction(int32_t r);

  template <class T>
  T* value(int32_t id) {
    return reinterpret_cast<T*>(pointers[id]);
  }

  const BodyCode& code;
  std::vector<char*> pointers;  // by value: its elements, in storage_ or in a buffer

 private:
  struct Free {
    void operator()(char* p) const;
  };

  int64_t at(int32_t form, const int64_t* coords) const;
  int64_t* indices(int32_t form, const int64_t* coords, int64_t n);
  void execute(const TileOp& op, const int64_t* coords, int64_t n, int64_t span);
  void constant(const TileOp& op);
  void load(const TileOp& op, const int64_t* coords, int64_t n);
  void load_masked(const TileOp& op, const int64_t* coords, int64_t n);
  void store(const TileOp& op, const int64_t* coords, int64_t n);
  void fold(const TileOp& op, const int64_t* coords, int64_t n);
  void scan(const TileOp& op, int64_t n);

  const TileOps& ops_;
  std::unique_ptr<char, Free> storage_;
  std::vector<int64_t> bases_;  // by form: constant and slots
  std::vector<bool> in_place_;  // by buffer: true iff loads may point into it
  std::vector<int64_t> index_;  // scratch: one tile of addresses
  std::vector<uint8_t> mask_;   // scratch: one tile
  void* const* buffers_ = nullptr;
  const int64_t* scalars_ = nullptr;
  int32_t* status_ = nullptr;
};

/// Compiles parts of one phase, section by section.
class BodyCompiler {
 public:
  BodyCompiler(const Kernel& kernel, const Phase& phase, int32_t axis, bool results_vary);

  /// Reductions fold into lanes; before the first section.
  void set_lanes() { code_->lanes = true; }
  /// The longest run; before the first section. Without it, the extent of the axis up to kTile.
  void set_width(int64_t width) { code_->width = width; }

  bool is_point(int32_t instr) const { return point_[instr]; }
  /// 1 + the last level whose results it depends on; 0: none.
  int32_t ready(int32_t instr) const { return ready_[instr]; }
  /// The instructions that `roots` depend on and themselves.
  std::vector<bool> closure(const std::vector<int32_t>& roots) const;
  /// The instructions that a store reads.
  static std::vector<int32_t> roots_of(const Store& store);

  /// Ops are added to a new section from now on.
  void begin_section();
  /// Evaluates instructions that have no value yet, in their order; those that are the same for all
  /// points in section 0.
  void evaluate(const std::vector<bool>& instrs);
  void store(const Store& store);
  /// Accumulates the value of a reduction.
  void fold(int32_t reduction);
  /// The accumulators of the scans that were evaluated since the last call.
  std::vector<int32_t> take_scans() { return std::move(scans_); }
  /// Gives the `result` instruction of a reduction its value, in this section and later ones.
  void reduce(int32_t reduction);
  /// Makes a `result` instruction an input of the frame; returns its value.
  int32_t input(int32_t instr);
  /// Makes the value of `instr` a full tile that outlives the section.
  int32_t keep(int32_t instr);
  /// Forgets the values of point instructions: they are evaluated again when needed.
  void forget_points();

  std::shared_ptr<BodyCode> finish();

 private:
  struct ValueInfo {
    DType dtype;
    bool varying;
    int64_t elements;
    int32_t section;  // that defines it
    int32_t first;    // op of that section that defines it
    int32_t last;     // op of that section that reads it last
    bool pinned;      // true iff it outlives the section
  };

  void analyse();
  int32_t gather_number(int32_t instr) const;
  int32_t new_value(DType dtype, bool varying, int32_t section);
  void use(int32_t value, int32_t section);
  void emit(TileOp op, int32_t section);
  int32_t convert(int32_t value, DType from, DType to);
  int32_t widen(int32_t value);
  int32_t read(int32_t instr, DType as, bool tile);
  int32_t form(const Affine& affine);
  int32_t compile_load(const Instr& in, bool varying);
  int32_t compile_prim(const Instr& in, bool varying);
  int32_t compile_scan(const Instr& in);
  int32_t new_accumulator(DType dtype);
  int32_t compile(int32_t instr);
  void assign_storage();

  const Kernel& kernel_;
  const Phase& phase_;
  std::shared_ptr<BodyCode> code_;
  bool results_vary_;
  int32_t section_ = 0;         // that ops are added to
  std::vector<bool> point_;     // by instruction: depends on a reduced axis
  std::vector<bool> varying_;   // by instruction: differs along a run
  std::vector<bool> fixed_;     // by instruction: the same for the whole launch
  std::vector<int32_t> ready_;  // by instruction
  std::vector<int32_t> value_;  // by instruction: its value; -1: not evaluated yet
  std::vector<int32_t> wide_;   // by value: the same as a tile; -1: none yet
  std::vector<ValueInfo> values_;
  std::vector<int32_t> scans_;  // accumulators
};

}  // namespace axon
