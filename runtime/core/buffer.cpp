#include "core/buffer.h"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <mutex>
#include <string>
#include <vector>

#include "core/error.h"
#include "core/fork.h"
#include "device/device.h"

// Blocks are rounded up to a size class, eight classes a doubling, and released blocks are kept in
// a list a class. A streaming kernel that gets a block it has touched before needs no page faults,
// which is worth a factor of two. Blocks from 2 MiB up are mapped on their own, on a 2 MiB
// boundary, so that the kernel can back them with huge pages.

namespace axon {

Buffer::Buffer(Device& owner, size_t size)
    : device(&owner), data(owner.allocate(size)), bytes(size) {}

Buffer::~Buffer() { device->release(data, bytes); }

namespace host_memory {
namespace {

constexpr size_t kAlign = 64;
constexpr size_t kHuge = size_t{2} << 20;
constexpr size_t kLargest = size_t{1} << 62;

struct SizeClass {
  int number;
  size_t bytes;
};

/// The class of a request: eight steps a doubling, none finer than the alignment.
SizeClass class_of(size_t bytes) {
  const size_t units = std::max<size_t>((bytes + kAlign - 1) / kAlign, 1);
  if (units <= 8) return {static_cast<int>(units), units * kAlign};
  const int shift = 63 - __builtin_clzll(units - 1) - 3;  // units - 1 in [8, 15] << shift
  const size_t steps = ((units - 1) >> shift) + 1;        // in [9, 16]
  return {shift * 8 + static_cast<int>(steps), (steps << shift) * kAlign};
}

std::string in_words(size_t bytes) {
  if (bytes < 1024) return std::to_string(bytes) + " bytes";
  static const char* const kUnits[] = {"KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
  double amount = static_cast<double>(bytes) / 1024;
  int unit = 0;
  for (; amount >= 1024 && unit < 5; ++unit) amount /= 1024;
  const std::string digits = std::to_string(amount);
  return digits.substr(0, digits.find('.') + 2) + " " + kUnits[unit];
}

/// A block on a 2 MiB boundary; null if there is no memory.
void* map_huge(size_t bytes) {
  const size_t length = bytes + kHuge;
  void* mapped = mmap(nullptr, length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (mapped == MAP_FAILED) return nullptr;
  char* const start = static_cast<char*>(mapped);
  const size_t lead = (kHuge - reinterpret_cast<uintptr_t>(start) % kHuge) % kHuge;
  if (lead > 0) munmap(start, lead);
  if (lead < kHuge) munmap(start + lead + bytes, kHuge - lead);
#ifdef MADV_HUGEPAGE
  madvise(start + lead, bytes, MADV_HUGEPAGE);
#endif
  return start + lead;
}

void* from_system(size_t bytes) {
  return bytes >= kHuge ? map_huge(bytes) : std::aligned_alloc(kAlign, bytes);
}

void to_system(void* block, size_t bytes) {
  if (bytes >= kHuge) {
    munmap(block, bytes);
  } else {
    std::free(block);
  }
}

/// Cached blocks beyond a quarter of the machine's memory go back to the system.
size_t cache_limit() {
  const long pages = sysconf(_SC_PHYS_PAGES);
  const long page = sysconf(_SC_PAGESIZE);
  return pages > 0 && page > 0 ? static_cast<size_t>(pages) * static_cast<size_t>(page) / 4
                               : size_t{1} << 30;
}

class Allocator {
 public:
  void* allocate(size_t bytes) {
    if (bytes > kLargest) fail(bytes);
    const SizeClass size = class_of(bytes);
    std::lock_guard<std::mutex> lock(mutex_);
    std::vector<void*>& free = free_[size.number];
    void* block = nullptr;
    if (!free.empty()) {
      block = free.back();
      free.pop_back();
      counters_.cached_bytes -= size.bytes;
    } else {
      block = ask_system(size.bytes);
      if (block == nullptr) fail(bytes);
    }
    counters_.bytes_in_use += bytes;
    counters_.peak_bytes = std::max(counters_.peak_bytes, counters_.bytes_in_use);
    return block;
  }

  void release(void* block, size_t bytes) {
    const SizeClass size = class_of(bytes);
    std::lock_guard<std::mutex> lock(mutex_);
    counters_.bytes_in_use -= bytes;
    if (counters_.cached_bytes + size.bytes > limit_) {
      to_system(block, size.bytes);
      return;
    }
    free_[size.number].push_back(block);
    sizes_[size.number] = size.bytes;
    counters_.cached_bytes += size.bytes;
  }

  Counters counters() {
    std::lock_guard<std::mutex> lock(mutex_);
    return counters_;
  }

  void reset_peak() {
    std::lock_guard<std::mutex> lock(mutex_);
    counters_.peak_bytes = counters_.bytes_in_use;
  }

  void trim() {
    std::lock_guard<std::mutex> lock(mutex_);
    drop_cache();
  }

 private:
  /// A new block; cached ones are given up before memory is said to be out.
  void* ask_system(size_t bytes) {
    ++counters_.system_requests;
    void* block = from_system(bytes);
    if (block == nullptr && counters_.cached_bytes > 0) {
      drop_cache();
      block = from_system(bytes);
    }
    return block;
  }

  void drop_cache() {
    for (size_t number = 0; number < free_.size(); ++number) {
      for (void* block : free_[number]) to_system(block, sizes_[number]);
      free_[number].clear();
    }
    counters_.cached_bytes = 0;
  }

  [[noreturn]] void fail(size_t bytes) const {
    throw MemoryError(
        "axon: out of memory: " + in_words(bytes) + " asked for, " +
        in_words(counters_.bytes_in_use) +
        " in use by tensors; use smaller batches, or release tensors that are still held");
  }

  ForkSafeMutex mutex_;
  std::array<std::vector<void*>, 512> free_;  // by class: released blocks, latest last
  std::array<size_t, 512> sizes_{};           // by class: bytes of a block
  Counters counters_{};
  const size_t limit_ = cache_limit();
};

Allocator& allocator() {
  // Never destroyed: tensors of static storage may be released later than any destructor here would
  // run.
  static Allocator* const instance = new Allocator;
  return *instance;
}

}  // namespace

void* allocate(size_t bytes) { return bytes == 0 ? nullptr : allocator().allocate(bytes); }

void release(void* block, size_t bytes) noexcept {
  if (block != nullptr) allocator().release(block, bytes);
}

Counters counters() { return allocator().counters(); }

void reset_peak() { allocator().reset_peak(); }

void trim() { allocator().trim(); }

}  // namespace host_memory
}  // namespace axon
