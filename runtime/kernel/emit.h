// From kernels to C: the printing of scalar bodies, and the emitter that fills skeletons with them.
//
// Text is keyed by structure alone: strides above 8, extents of axes that are neither windows nor
// short, and offsets are entries of `KernelArgs::ints`, so equal text means that compiled code can
// be shared. The skeletons (device/cpu/skeletons/) hold the loops; everything here is straight-line
// code for one point.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "kernel/kernel.h"

namespace axon {

/// The runtime integers of one kernel, in the order they were met.
class Ints {
 public:
  /// The C name of the integer `key`. The first call with a key adds it; `slots` are added when the
  /// plan is replayed. A key names a place of the kernel, never a value: two equal strides stay two
  /// integers.
  std::string name(const std::string& key, int64_t value, const std::vector<Term>& slots = {});

  /// `const int64_t n3 = args->ints[3];` for the integers met since `first`.
  std::string declarations(size_t first) const;

  size_t size() const { return values.size(); }

  std::vector<int64_t> values;
  std::vector<Emitted::SlotInt> slots;

 private:
  std::map<std::string, size_t> by_key_;
};

/// Prints instructions of one phase as C statements for one point. A loop over the point's axes is
/// the caller's: it sets the C text of each coordinate in `axes` and places the statements at the
/// depth it likes.
///
/// Names in the printed text: `v7` the value of instruction 7; `b2` buffer slot 2; `s1` scalar slot
/// 1; `n5` runtime integers; `args` the KernelArgs.
class BodyPrinter {
 public:
  /// `number` tells the phase's keys from those of other phases.
  BodyPrinter(const Kernel& kernel, int number, Ints& ints);

  /// C text of each coordinate: parallel axes, then reduced.
  std::vector<std::string> axes;
  /// Instructions whose bounds hold in the loop being printed: loads without checks.
  std::vector<bool> inside;

  /// `text`, the line of an instruction, with #line directives around it that name its formula.
  std::string placed(int32_t instr, const std::string& text) const;
  /// `const float v7 = ...;`, without a newline. Empty for `result` and `scan`, which the loops
  /// declare.
  std::string statement(int32_t instr);
  /// The statements of `instrs`, each on a line of its own behind `indent`.
  std::string statements(const std::vector<int32_t>& instrs, const std::string& indent);
  /// `b2[...] = v7;`, combined as the store says.
  std::string store(const Store& store, const std::string& key);
  /// C text of an affine form. `key` names the place that the form stands at.
  std::string affine(const Affine& form, const std::string& key);
  /// C text of `0 <= index < extent` for all bounds of a load.
  std::string bounds(int32_t instr);
  /// The `key` of the form of one bound, and C text of its extent.
  std::string place(int32_t instr, size_t bound) const;
  std::string extent(int32_t instr, size_t bound);

  /// The instructions that `roots` depend on and themselves, in evaluation order.
  std::vector<int32_t> closure(const std::vector<int32_t>& roots) const;
  /// The instructions that `instr` reads directly.
  std::vector<int32_t> operands(int32_t instr) const;

  /// Buffers and scalars that the phase uses: pointers, then numbers. Print after the body, place
  /// before it.
  std::string declarations() const;

  /// The C type that holds a value of dtype: float for 16-bit floats, _Bool for bool.
  static std::string register_type(DType t);
  /// "v7"
  static std::string value_name(int32_t instr) { return "v" + std::to_string(instr); }
  /// `old` and `fresh` combined, both registers of dtype t.
  static std::string combined(Combine combine, DType t, const std::string& old,
                              const std::string& fresh);
  /// What a reduction starts from.
  static std::string identity(Combine combine, DType t);
  /// A constant, exactly.
  static std::string constant(DType t, double number, int64_t integer);
  /// `text` of dtype `from` as a register of dtype `to`.
  static std::string convert(const std::string& text, DType from, DType to);
  /// A register as it is stored, and back.
  static std::string to_memory(const std::string& text, DType t);
  static std::string from_memory(const std::string& text, DType t);

  const Kernel& kernel() const { return kernel_; }
  const Phase& phase() const { return phase_; }
  Ints& ints() { return ints_; }
  int number() const { return number_; }

 private:
  std::string load(int32_t instr);
  std::string primitive(const Instr& in);
  std::string key(int32_t instr) const;
  int32_t gather_number(int32_t instr) const;

  const Kernel& kernel_;
  const Phase& phase_;
  int number_;
  Ints& ints_;
  std::vector<bool> buffers_used_;
  std::vector<bool> scalars_used_;
};

/// `template_text` with each `@NAME@` replaced by its value; lines that become empty go.
std::string fill(const std::string& template_text,
                 const std::map<std::string, std::string>& values);

/// Makes the #line directives of a kernel's text true: those after an instruction name the place in
/// the text without directives, the file "kernel", and none stands where another follows.
std::string with_true_lines(const std::string& source);
/// The text without #line directives: what it means, and what equal kernels have in common.
std::string without_lines(const std::string& source);

/// C source of a kernel, with the integers and work units of its extents. Depends on nothing but
/// the kernel: neither the machine nor the number of threads. Throws Error for kind `call`, which
/// has no source.
Emitted emit(const Kernel& kernel);

/// What one phase contributes: `static void NAME(const KernelArgs* args, int64_t begin, int64_t
/// end) {...}`.
struct EmittedPhase {
  std::string source;
  int64_t units = 1;
  size_t scratch_bytes = 0;
};
/// Loop and scatter phases. (Contract phases: kernel/contract.h.)
EmittedPhase emit_loops(const Kernel& kernel, int number, const std::string& name, Ints& ints);

}  // namespace axon
