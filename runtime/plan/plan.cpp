#include "plan/plan.h"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "core/error.h"
#include "plan/build.h"
#include "plan/fuse.h"
#include "plan/memory.h"
#include "plan/note.h"
#include "plan/simplify.h"

namespace axon {

namespace {

/// The leaf of `kernel` whose elements are read only where the element of `output` with the same
/// number is written, or -1.
template <class CanTake>
ValueId find_donor(const Kernel& kernel, int output, CanTake can_take) {
  if (kernel.phases.size() != 1 || kernel.kind != KernelKind::map) return -1;
  const Phase& phase = kernel.phases.front();
  const Affine* written = nullptr;
  for (const Store& store : phase.stores) {
    if (store.slot == output) written = &store.address;
  }
  if (written == nullptr) return -1;
  for (size_t slot = 0; slot < kernel.buffers.size(); ++slot) {
    const ValueId leaf = kernel.buffers[slot].value;
    if (kernel.buffers[slot].written || !can_take(leaf)) continue;
    const bool same_points =
        std::all_of(phase.body.begin(), phase.body.end(), [&](const Instr& instr) {
          return instr.kind != InstrKind::load || instr.index != static_cast<int32_t>(slot) ||
                 (instr.address == *written && instr.bounds.empty());
        });
    if (same_points) return leaf;
  }
  return -1;
}

class Planner {
 public:
  Planner(const Snapshot& snapshot, Device& device) : snapshot_(snapshot), device_(device) {}

  std::shared_ptr<const Plan> make() {
    bind_nodes();
    simplify(bound_, snapshot_.held);
    wanted_ = snapshot_.held;
    wanted_.resize(bound_.values.size(), false);
    dying_ = snapshot_.dying;
    dying_.resize(bound_.values.size(), false);
    for (size_t v = 0; v < snapshot_.held.size(); ++v) {
      if (wanted_[v]) dying_[root_of(bound_.values, static_cast<ValueId>(v))] = false;
    }
    fused_ = fuse(bound_, wanted_, dying_);
    const std::vector<bool> stored = find_stored(fused_, bound_, wanted_);
    for (const Group& group : fused_.groups) {
      kernels_.push_back(build_kernel(group, fused_, bound_, stored));
    }
    for (size_t i = 0; i < snapshot_.leaves.size(); ++i) {
      leaf_number_[snapshot_.leaves[i]] = static_cast<int32_t>(i);
    }
    place_outputs();
    place_temporaries();
    make_launches();
    plan_->scalars = bound_.scalars;
    plan_->ranges = bound_.ranges;
    plan_->signature = snapshot_.signature;
    return plan_;
  }

 private:
  void bind_nodes() {
    for (Value* value : snapshot_.values) {
      bound_.values.push_back({value->dtype, value->elements, value});
    }
    for (size_t i = 0; i < snapshot_.nodes.size(); ++i) {
      try {
        axon::bind(*snapshot_.nodes[i], static_cast<int32_t>(i), snapshot_.inputs[i],
                   snapshot_.outputs[i], bound_);
      } catch (const Error&) {
        throw NodeFault{snapshot_.nodes[i], std::current_exception()};
      }
    }
  }

  size_t bytes_of(ValueId v) const {
    const BoundValue& value = bound_.values[v];
    return static_cast<size_t>(value.elements) * size_of(value.dtype);
  }

  /// Buffers of held values: new ones, or those of leaves that they equal or overwrite.
  void place_outputs() {
    find_donors();
    for (size_t i = 0; i < snapshot_.nodes.size(); ++i) {
      for (size_t o = 0; o < snapshot_.outputs[i].size(); ++o) {
        const ValueId v = snapshot_.outputs[i][o];
        if (!wanted_[v]) continue;
        const ValueId root = root_of(bound_.values, v);
        const auto leaf = leaf_number_.find(root);
        const int32_t source = leaf != leaf_number_.end() ? ~leaf->second : fresh_buffer(root);
        plan_->outputs.push_back({static_cast<int32_t>(i), static_cast<int32_t>(o), source});
      }
    }
  }

  int32_t fresh_buffer(ValueId root) {
    auto [it, is_new] = fresh_.emplace(root, static_cast<int32_t>(plan_->fresh.size()));
    if (is_new) {
      const auto donor = donor_of_.find(root);
      plan_->fresh.push_back(
          {bytes_of(root), donor == donor_of_.end() ? -1 : leaf_number_.at(donor->second)});
    }
    return it->second;
  }

  /// Which leaf's buffer each result of an update takes over. Updates run last, so only other
  /// updates may still read the leaf.
  void find_donors() {
    std::unordered_map<ValueId, int> readers;
    for (size_t k = fused_.first_update; k < kernels_.size(); ++k) {
      for (const BufferSlot& slot : kernels_[k].buffers) readers[slot.value] += slot.read;
    }
    for (size_t k = fused_.first_update; k < kernels_.size(); ++k) {
      const Kernel& kernel = kernels_[k];
      for (size_t slot = 0; slot < kernel.buffers.size(); ++slot) {
        const ValueId result = kernel.buffers[slot].value;
        if (!kernel.buffers[slot].written || !wanted_[result]) continue;
        const ValueId leaf = find_donor(kernel, static_cast<int>(slot), [&](ValueId v) {
          return dying_[v] && readers[v] == 1 && bytes_of(v) == bytes_of(result) &&
                 bound_.values[v].dtype == bound_.values[result].dtype;
        });
        if (leaf < 0) continue;
        donor_of_[result] = leaf;
        dying_[leaf] = false;
      }
    }
  }

  /// Offsets of what is neither leaf nor output, by the kernels between which it is alive.
  void place_temporaries() {
    std::unordered_map<ValueId, size_t> last_use;
    for (size_t k = 0; k < kernels_.size(); ++k) {
      for (const BufferSlot& slot : kernels_[k].buffers) last_use[slot.value] = k;
    }
    Arena arena;
    std::vector<std::vector<ValueId>> ends(kernels_.size());
    for (size_t k = 0; k < kernels_.size(); ++k) {
      for (const BufferSlot& slot : kernels_[k].buffers) {
        const ValueId v = slot.value;
        if (leaf_number_.count(v) || fresh_.count(v) || arena_.count(v)) continue;
        arena_[v] = arena.take(bytes_of(v));
        // Updates are regrouped later, so what they read stays to the end.
        if (last_use[v] < static_cast<size_t>(fused_.first_update)) ends[last_use[v]].push_back(v);
      }
      for (ValueId v : ends[k]) arena.give_back(arena_[v], bytes_of(v));
    }
    plan_->arena_bytes = arena.size();
  }

  BufferRef reference(const BufferSlot& slot) const {
    if (auto it = leaf_number_.find(slot.value); it != leaf_number_.end()) {
      return {BufferRef::Kind::leaf, it->second, 0, slot.written};
    }
    if (auto it = fresh_.find(slot.value); it != fresh_.end()) {
      return {BufferRef::Kind::output, it->second, 0, slot.written};
    }
    return {BufferRef::Kind::arena, 0, arena_.at(slot.value), slot.written};
  }

  void make_launches() {
    auto code = device_.prepare(kernels_);
    std::unordered_map<std::string, size_t> by_structure;  // updates that one launch can do
    std::unordered_set<ValueId> written;                   // by updates
    for (size_t k = 0; k < kernels_.size(); ++k) {
      const Kernel& kernel = kernels_[k];
      Part part;
      part.code = std::move(code[k]);
      for (const BufferSlot& slot : kernel.buffers) part.buffers.push_back(reference(slot));
      for (const ScalarSlot& slot : kernel.scalars) part.scalars.push_back(slot.source);
      KernelNote note = note_of(kernel, fused_.groups[k], fused_, bound_, snapshot_);
      const bool update = k >= static_cast<size_t>(fused_.first_update);
      const bool movable = update && may_move_up(kernel, written);
      for (const BufferSlot& slot : kernel.buffers) {
        if (update && slot.written) written.insert(slot.value);
      }
      if (movable) {
        auto [it, is_new] = by_structure.emplace(structure_of(kernel), plan_->launches.size());
        if (!is_new) {
          add_part(plan_->launches[it->second], std::move(part), note);
          continue;
        }
      }
      Launch launch;
      launch.update = update;
      launch.note = std::move(note);
      launch.parts.push_back(std::move(part));
      plan_->launches.push_back(std::move(launch));
    }
  }

  /// True iff the kernel is one map that reads nothing of what earlier updates compute: it may run
  /// together with one of them.
  static bool may_move_up(const Kernel& kernel, const std::unordered_set<ValueId>& written) {
    return kernel.kind == KernelKind::map && kernel.phases.size() == 1 &&
           std::none_of(kernel.buffers.begin(), kernel.buffers.end(), [&](const BufferSlot& slot) {
             return slot.read && written.count(slot.value) > 0;
           });
  }

  static void add_part(Launch& launch, Part part, const KernelNote& note) {
    launch.note.bytes_read += note.bytes_read;
    launch.note.bytes_written += note.bytes_written;
    launch.note.flops += note.flops;
    launch.note.shape += ", " + note.shape;
    launch.note.nodes.insert(launch.note.nodes.end(), note.nodes.begin(), note.nodes.end());
    launch.parts.push_back(std::move(part));
  }

  const Snapshot& snapshot_;
  Device& device_;
  Bound bound_;
  Fused fused_;
  std::vector<bool> wanted_, dying_;
  std::vector<Kernel> kernels_;
  std::unordered_map<ValueId, int32_t> leaf_number_, fresh_;
  std::unordered_map<ValueId, size_t> arena_;
  std::unordered_map<ValueId, ValueId> donor_of_;
  std::shared_ptr<Plan> plan_ = std::make_shared<Plan>();
};

}  // namespace

std::shared_ptr<const Plan> make_plan(const Snapshot& snapshot, Device& device) {
  return Planner(snapshot, device).make();
}

}  // namespace axon
