// Compiled kernels on disk: $AXON_CACHE_DIR, else $XDG_CACHE_HOME/axon, else ~/.cache/axon.
//
// An entry is a shared object with a checksum behind its end (loaders ignore trailing bytes).
// Kernels that were compiled together are hard links to one file. Entries appear by rename, so
// readers see whole files or none.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace axon {

/// 32 hexadecimal digits of a 128-bit hash.
std::string digest(std::string_view text);

class DiskCache {
 public:
  /// Creates the directory. Without one that can be written to, a private temporary directory
  /// serves this process.
  DiskCache();
  ~DiskCache();

  /// The path of a sound entry, empty if there is none. An entry that is damaged is removed.
  std::string find(const std::string& key) const;
  /// A path in the cache directory that nobody else uses.
  std::string temporary() const;
  /// Seals the file at `path` and makes it the entry of every key. False if the disk refuses.
  bool add(const std::string& path, const std::vector<std::string>& keys) const;
  /// Removes the entries that were not used for longest until the rest fits the limit.
  void trim() const;

  const std::string& directory() const { return directory_; }

 private:
  std::string directory_;
  int owner_ = 0;  // the process that removes a temporary directory; 0: it is not temporary
};

}  // namespace axon
