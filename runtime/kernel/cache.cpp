#include "kernel/cache.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <map>
#include <system_error>

namespace axon {

namespace fs = std::filesystem;

namespace {

constexpr uint64_t kLimit = 512ull << 20;  // bytes
constexpr char kMagic[8] = {'a', 'x', 'o', 'n', 's', 'u', 'm', '1'};
constexpr size_t kSeal = sizeof kMagic + sizeof(uint64_t);

uint64_t hash(std::string_view text, uint64_t seed) {
  uint64_t h = seed ^ (text.size() * 0x9E3779B97F4A7C15ull);
  for (const unsigned char c : text) {
    h = (h ^ c) * 0x100000001B3ull;
    h ^= h >> 29;
  }
  h = (h ^ (h >> 32)) * 0xD6E8FEB86659FD93ull;
  return h ^ (h >> 32);
}

std::string configured_directory() {
  if (const char* dir = std::getenv("AXON_CACHE_DIR"); dir && *dir) return dir;
  if (const char* dir = std::getenv("XDG_CACHE_HOME"); dir && *dir) {
    return std::string(dir) + "/axon";
  }
  if (const char* home = std::getenv("HOME"); home && *home) {
    return std::string(home) + "/.cache/axon";
  }
  return "";
}

std::string read_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

bool is_sound(const std::string& content) {
  if (content.size() <= kSeal) return false;
  const size_t size = content.size() - kSeal;
  if (std::memcmp(content.data() + size, kMagic, sizeof kMagic) != 0) return false;
  uint64_t sum = 0;
  std::memcpy(&sum, content.data() + size + sizeof kMagic, sizeof sum);
  return sum == hash(std::string_view(content).substr(0, size), 1);
}

}  // namespace

std::string digest(std::string_view text) {
  char digits[33];
  std::snprintf(digits, sizeof digits, "%016llx%016llx",
                static_cast<unsigned long long>(hash(text, 0xCBF29CE484222325ull)),
                static_cast<unsigned long long>(hash(text, 0x84222325CBF29CE4ull)));
  return digits;
}

DiskCache::DiskCache() : directory_(configured_directory()) {
  std::error_code error;
  if (!directory_.empty()) fs::create_directories(directory_, error);
  if (!directory_.empty() && access(directory_.c_str(), W_OK | X_OK) == 0) return;
  std::string pattern = (fs::temp_directory_path(error) / "axon-XXXXXX").string();
  if (mkdtemp(pattern.data()) == nullptr) return;
  directory_ = pattern;
  owner_ = getpid();
}

DiskCache::~DiskCache() {
  std::error_code error;
  if (owner_ == getpid()) fs::remove_all(directory_, error);
}

std::string DiskCache::find(const std::string& key) const {
  const std::string path = directory_ + "/" + key + ".so";
  if (access(path.c_str(), R_OK) != 0) return "";
  if (!is_sound(read_file(path))) {
    unlink(path.c_str());
    return "";
  }
  utimensat(AT_FDCWD, path.c_str(), nullptr, 0);
  return path;
}

std::string DiskCache::temporary() const {
  static std::atomic<int> count{0};
  return directory_ + "/new-" + std::to_string(getpid()) + "-" + std::to_string(count++) + ".so";
}

bool DiskCache::add(const std::string& path, const std::vector<std::string>& keys) const {
  const std::string content = read_file(path);
  const uint64_t sum = hash(content, 1);
  {
    std::ofstream out(path, std::ios::binary | std::ios::app);
    out.write(kMagic, sizeof kMagic);
    out.write(reinterpret_cast<const char*>(&sum), sizeof sum);
    if (!out.flush()) return false;
  }
  for (size_t i = 0; i < keys.size(); ++i) {
    const std::string entry = directory_ + "/" + keys[i] + ".so";
    const std::string link_path = path + "." + std::to_string(i);
    std::error_code error;
    if (link(path.c_str(), link_path.c_str()) != 0) fs::copy_file(path, link_path, error);
    if (error || rename(link_path.c_str(), entry.c_str()) != 0) return false;
    unlink(link_path.c_str());  // rename leaves it where both were links to one file
  }
  unlink(path.c_str());
  return true;
}

void DiskCache::trim() const {
  struct Entry {
    int64_t used;
    uint64_t bytes;
    std::string path;
  };
  std::vector<Entry> entries;
  uint64_t total = 0;
  std::error_code error;
  for (const fs::directory_entry& file : fs::directory_iterator(directory_, error)) {
    struct stat info;
    if (file.path().extension() != ".so" || stat(file.path().c_str(), &info) != 0) continue;
    const uint64_t links = std::max<uint64_t>(1, info.st_nlink);
    entries.push_back({int64_t(info.st_mtime), uint64_t(info.st_size) / links, file.path()});
    total += entries.back().bytes;
  }
  std::sort(entries.begin(), entries.end(),
            [](const Entry& a, const Entry& b) { return a.used < b.used; });
  for (const Entry& e : entries) {
    if (total <= kLimit) break;
    unlink(e.path.c_str());
    total -= e.bytes;
  }
}

}  // namespace axon
