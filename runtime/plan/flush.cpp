#include <pthread.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstring>
#include <deque>
#include <list>
#include <mutex>
#include <optional>
#include <unordered_map>
#include <utility>

#include "core/error.h"
#include "core/fork.h"
#include "core/interrupt.h"
#include "graph/record.h"
#include "plan/plan.h"

namespace axon {

namespace {

// Plans kept; the one unused for longest goes first.
constexpr size_t kMaxPlans = 256;
// Reasons kept of plans that were made.
constexpr size_t kMaxMisses = 128;
constexpr char kHere[] = "between two kernels";

/// Launches of this process while it is on.
struct Profile {
  std::atomic<bool> on{false};
  ForkSafeMutex mutex;
  std::vector<LaunchTime> times;
};

Profile& profile() {
  static Profile& instance = *new Profile;
  return instance;
}

/// Plans by signature.
class PlanCache {
 public:
  std::shared_ptr<const Plan> find(const std::vector<int64_t>& signature) {
    const std::lock_guard<std::mutex> lock(mutex_);
    auto [first, last] = by_hash_.equal_range(hash_of(signature));
    for (auto it = first; it != last; ++it) {
      if ((*it->second)->signature != signature) continue;
      plans_.splice(plans_.begin(), plans_, it->second);
      ++replayed;
      return plans_.front();
    }
    return nullptr;
  }

  /// The plan whose signature is equal for longest; nullptr if none begins alike.
  std::shared_ptr<const Plan> nearest(const std::vector<int64_t>& signature) {
    const std::lock_guard<std::mutex> lock(mutex_);
    std::shared_ptr<const Plan> best;
    std::ptrdiff_t longest = 0;
    for (const auto& plan : plans_) {
      const auto& known = plan->signature;
      const auto parted =
          std::mismatch(signature.begin(), signature.end(), known.begin(), known.end());
      const std::ptrdiff_t length = parted.first - signature.begin();
      if (length <= longest) continue;
      longest = length;
      best = plan;
    }
    return best;
  }

  /// `why` no known one served.
  void add(std::shared_ptr<const Plan> plan, std::string why) {
    std::shared_ptr<const Plan> dropped;  // outlives the lock: a plan's end takes other locks
    const std::lock_guard<std::mutex> lock(mutex_);
    misses_.push_back(std::move(why));
    if (misses_.size() > kMaxMisses) misses_.pop_front();
    plans_.push_front(std::move(plan));
    by_hash_.emplace(hash_of(plans_.front()->signature), plans_.begin());
    ++built;
    if (plans_.size() > kMaxPlans) dropped = take_last();
  }

  std::vector<std::string> misses() {
    const std::lock_guard<std::mutex> lock(mutex_);
    return {misses_.begin(), misses_.end()};
  }

  std::atomic<int64_t> built{0}, replayed{0}, launches{0};

 private:
  using Plans = std::list<std::shared_ptr<const Plan>>;

  static size_t hash_of(const std::vector<int64_t>& signature) {
    uint64_t hash = 0xcbf29ce484222325ull;
    for (int64_t word : signature) {
      hash = (hash ^ static_cast<uint64_t>(word)) * 0x9e3779b97f4a7c15ull;
      hash ^= hash >> 29;
    }
    return hash;
  }

  std::shared_ptr<const Plan> take_last() {
    auto last = std::prev(plans_.end());
    auto [first, end] = by_hash_.equal_range(hash_of((*last)->signature));
    for (auto it = first; it != end; ++it) {
      if (it->second == last) {
        by_hash_.erase(it);
        break;
      }
    }
    std::shared_ptr<const Plan> plan = std::move(*last);
    plans_.erase(last);
    return plan;
  }

  ForkSafeMutex mutex_;
  Plans plans_;
  std::deque<std::string> misses_;
  std::unordered_multimap<size_t, Plans::iterator> by_hash_;
};

PlanCache& cache() {
  static PlanCache* instance = new PlanCache;  // lives as long as any thread may flush
  return *instance;
}

/// What became of a result when a run ended early: it depends on what failed, was not reached, or
/// is there.
enum class Fate : uint8_t { lost, open, computed };

/// One run of a plan over the leaves and numbers of one graph.
class Replay {
 public:
  Replay(std::shared_ptr<const Plan> plan, const Snapshot& snapshot, Device& device)
      : plan_(std::move(plan)), snapshot_(snapshot) {
    for (ValueId leaf : snapshot.leaves) leaves_.push_back(snapshot.values[leaf]->buffer);
    // All memory first: nothing has been computed if there is not enough.
    for (const FreshBuffer& fresh : plan_->fresh) {
      fresh_.push_back(fresh.donor >= 0 ? leaves_[fresh.donor]
                                        : std::make_shared<Buffer>(device, fresh.bytes));
    }
    if (plan_->arena_bytes > 0) arena_ = std::make_unique<Buffer>(device, plan_->arena_bytes);
    scalars_ = read_scalars(*plan_, snapshot_);
  }

  void run() {
    for (size_t i = 0; i < plan_->launches.size(); ++i) {
      const Launch& launch = plan_->launches[i];
      // Past this point leaves are overwritten: stop now or not at all.
      if (launch.update && !updating_) {
        check_interrupt(kHere);
        check_indices();
        updating_ = true;
      } else if (!launch.update) {
        check_interrupt(kHere);
      }
      run(launch, static_cast<int32_t>(i));
    }
    if (updating_) return;
    check_interrupt(kHere);
    check_indices();
  }

  const std::shared_ptr<Buffer>& source(int32_t number) const {
    return number >= 0 ? fresh_[number] : leaves_[~number];
  }

  /// By fresh buffer, after an exception ended the run.
  std::vector<Fate> fates() const {
    std::vector<Fate> result(fresh_.size(), Fate::open);
    std::unordered_map<size_t, Fate> arena;  // by offset
    for (size_t i = 0; i < plan_->launches.size(); ++i) {
      const Fate own = i >= succeeded_.size() ? Fate::open
                       : succeeded_[i]        ? Fate::computed
                                              : Fate::lost;
      for (const Part& part : plan_->launches[i].parts) {
        Fate fate = own;
        for (const BufferRef& ref : part.buffers) {
          if (ref.written || ref.kind == BufferRef::Kind::leaf) continue;
          fate = std::min(
              fate, ref.kind == BufferRef::Kind::output ? result[ref.index] : arena[ref.offset]);
        }
        for (const BufferRef& ref : part.buffers) {
          if (!ref.written) continue;
          if (ref.kind == BufferRef::Kind::output) result[ref.index] = fate;
          if (ref.kind == BufferRef::Kind::arena) arena[ref.offset] = fate;
        }
      }
    }
    return result;
  }

 private:
  void* address(const BufferRef& ref) const {
    switch (ref.kind) {
      case BufferRef::Kind::leaf:
        return leaves_[ref.index]->data;
      case BufferRef::Kind::output:
        return fresh_[ref.index]->data;
      case BufferRef::Kind::arena:
        if (arena_ == nullptr) return nullptr;  // all that it would hold is empty
        return static_cast<char*>(arena_->data) + ref.offset;
    }
    return nullptr;
  }

  void run(const Launch& launch, int32_t number) {
    const auto start = std::chrono::steady_clock::now();
    int32_t status = 0;
    for (const Part& part : launch.parts) {
      pointers_.clear();
      numbers_.clear();
      for (const BufferRef& ref : part.buffers) pointers_.push_back(address(ref));
      for (int32_t scalar : part.scalars) numbers_.push_back(scalars_[scalar]);
      part.code->run(pointers_.data(), numbers_.data(), &status);
    }
    if (status != 0 && failed_ == nullptr) failed_ = &launch;
    succeeded_.push_back(status == 0);
    ++cache().launches;
    if (!profile().on) return;
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
    const std::lock_guard<std::mutex> lock(profile().mutex);
    profile().times.push_back({plan_, number, seconds.count()});
  }

  void check_indices() const {
    if (failed_ == nullptr) return;
    std::string ops;
    for (const std::string& op : failed_->note.ops) ops += (ops.empty() ? "" : ", ") + op;
    throw IndexError(
        "axon: an index is out of range in the kernel of [" + ops + "] over " +
        failed_->note.shape +
        "; check labels and index tensors against the size of the axis they select from" +
        origins_of(failed_->note.ops));
  }

  /// Where nodes of these ops were recorded, as far as that is known.
  std::string origins_of(const std::vector<std::string>& ops) const {
    std::vector<std::string> lines;
    for (const Node* node : snapshot_.nodes) {
      if (node->origin == kNoOrigin ||
          std::find(ops.begin(), ops.end(), node->program->name) == ops.end()) {
        continue;
      }
      std::string line =
          "\n  " + node->program->name + " was recorded at " + interned(node->origin);
      if (std::find(lines.begin(), lines.end(), line) == lines.end()) lines.push_back(line);
    }
    std::string text;
    for (const std::string& line : lines) text += line;
    return text;
  }

  std::shared_ptr<const Plan> plan_;
  const Snapshot& snapshot_;
  std::vector<std::shared_ptr<Buffer>> leaves_, fresh_;
  std::unique_ptr<Buffer> arena_;
  std::vector<int64_t> scalars_;
  std::vector<void*> pointers_;
  std::vector<int64_t> numbers_;
  bool updating_ = false;
  const Launch* failed_ = nullptr;  // the first that met an index out of range
  std::vector<bool> succeeded_;     // by launch, of those that ran
};

void hand_over(const Plan& plan, const Snapshot& snapshot, const Replay& replay) {
  for (const OutputPlan& output : plan.outputs) {
    materialise(*snapshot.nodes[output.node]->outputs[output.output], replay.source(output.source));
  }
}

/// After a failure: results that are computed, or equal a leaf, are handed over; what was not
/// reached is `open`, a backup of itself, if it would have taken over a leaf that nobody else has;
/// the rest is lost. `replay` is null when nothing ran.
void salvage(const Plan& plan, const Snapshot& snapshot, const Replay* replay,
             std::vector<Value*>& open) {
  const std::vector<Fate> fates =
      replay == nullptr ? std::vector<Fate>(plan.fresh.size(), Fate::open) : replay->fates();
  for (const OutputPlan& output : plan.outputs) {
    Value& value = *snapshot.nodes[output.node]->outputs[output.output];
    if (output.source < 0) {
      materialise(value, snapshot.values[snapshot.leaves[~output.source]]->buffer);
    } else if (fates[output.source] == Fate::computed) {
      materialise(value, replay->source(output.source));
    } else if (fates[output.source] == Fate::open && plan.fresh[output.source].donor >= 0) {
      open.push_back(&value);
      keep_backup(&value);
    }
  }
}

}  // namespace

std::mutex& flush_turn() {
  // A child of fork() has no other thread, so none that flushes.
  static std::mutex* turn = [] {
    pthread_atfork(nullptr, nullptr, [] { turn = new std::mutex; });
    return new std::mutex;
  }();
  return *turn;
}

std::shared_ptr<const Plan> plan_for(const Snapshot& snapshot, Device& device) {
  std::shared_ptr<const Plan> plan = cache().find(snapshot.signature);
  if (plan == nullptr) {
    const std::shared_ptr<const Plan> nearest = cache().nearest(snapshot.signature);
    std::string why = nearest == nullptr ? "no plan of a graph that begins like this one is known"
                                         : difference(snapshot, nearest->signature);
    plan = make_plan(snapshot, device);
    cache().add(plan, std::move(why));
  }
  return plan;
}

std::vector<int64_t> read_scalars(const Plan& plan, const Snapshot& snapshot) {
  std::vector<int64_t> bits;
  for (const Bound::Scalar& scalar : plan.scalars) {
    bits.push_back(scalar.node < 0 ? scalar.constant
                                   : snapshot.nodes[scalar.node]->scalars[scalar.entry].bits);
  }
  for (const Bound::Range& range : plan.ranges) {
    try {
      check_range(range, bits);
    } catch (const Error&) {
      const int32_t node = plan.scalars[range.slots.front().var].node;
      throw NodeFault{snapshot.nodes[node], std::current_exception()};
    }
  }
  return bits;
}

namespace {

void compute(Graph& graph, std::vector<Value*>& open) {
  const Snapshot snapshot = take_snapshot(graph);
  Device& cpu = device("cpu");
  const std::shared_ptr<const Plan> plan = plan_for(snapshot, cpu);
  std::optional<Replay> replay;
  try {
    replay.emplace(plan, snapshot, cpu);
    replay->run();
  } catch (const NodeFault&) {
    throw;
  } catch (...) {
    salvage(*plan, snapshot, replay ? &*replay : nullptr, open);
    throw;
  }
  hand_over(*plan, snapshot, *replay);
}

}  // namespace

void flush() {
  Graph& graph = current_graph();
  if (graph.nodes.empty()) return;
  const std::lock_guard<std::mutex> turn(flush_turn());
  std::vector<Value*> open;
  try {
    compute(graph, open);
  } catch (const NodeFault& fault) {
    drop_with_readers(graph, fault.node);
    std::rethrow_exception(fault.cause);
  } catch (...) {
    clear_but_backups(graph);
    for (Value* value : open) drop_backup(value);
    throw;
  }
  clear(graph);
}

PlanStats plan_stats() { return {cache().built, cache().replayed, cache().launches}; }

std::vector<std::string> plan_misses() { return cache().misses(); }

void set_profiling(bool on) { profile().on = on; }

std::vector<LaunchTime> take_profile() {
  const std::lock_guard<std::mutex> lock(profile().mutex);
  return std::exchange(profile().times, {});
}

}  // namespace axon
