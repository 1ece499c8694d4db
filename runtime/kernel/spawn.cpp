#include "kernel/spawn.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <sstream>
#include <thread>

extern char** environ;

namespace axon {

namespace {

/// A file without a name: a child may read or write it at its own speed, no pipe can fill up.
class ScratchFile {
 public:
  ScratchFile() {
    std::error_code error;
    std::string path = (std::filesystem::temp_directory_path(error) / "axon-XXXXXX").string();
    fd_ = mkostemp(path.data(), O_CLOEXEC);
    if (fd_ >= 0) unlink(path.c_str());
  }
  ~ScratchFile() {
    if (fd_ >= 0) close(fd_);
  }
  ScratchFile(const ScratchFile&) = delete;
  ScratchFile& operator=(const ScratchFile&) = delete;

  int fd() const { return fd_; }

  bool write(const std::string& text) {
    size_t done = 0;
    while (done < text.size()) {
      const ssize_t n = ::write(fd_, text.data() + done, text.size() - done);
      if (n < 0 && errno == EINTR) continue;
      if (n <= 0) return false;
      done += static_cast<size_t>(n);
    }
    return lseek(fd_, 0, SEEK_SET) == 0;
  }

  std::string read() {
    std::string text;
    char block[4096];
    lseek(fd_, 0, SEEK_SET);
    for (ssize_t n; (n = ::read(fd_, block, sizeof block)) > 0;) text.append(block, n);
    return text;
  }

 private:
  int fd_ = -1;
};

/// As exec takes them: pointers, then a null pointer.
std::vector<char*> pointers_to(const std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (const std::string& text : texts) pointers.push_back(const_cast<char*>(text.c_str()));
  pointers.push_back(nullptr);
  return pointers;
}

/// Starts the command in a process group of its own, so that Ctrl-C does not reach it. 0 or an
/// errno.
int spawn(const std::vector<std::string>& command, const std::vector<std::string>& environment,
          int in, int out, pid_t* pid) {
  const std::vector<char*> argv = pointers_to(command);
  const std::vector<char*> envp = pointers_to(environment);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, in, 0);
  posix_spawn_file_actions_adddup2(&actions, out, 1);
  posix_spawn_file_actions_adddup2(&actions, out, 2);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  posix_spawnattr_setpgroup(&attributes, 0);
  sigset_t none;
  sigemptyset(&none);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK);
  const int error = posix_spawn(pid, argv[0], &actions, &attributes, argv.data(), envp.data());
  posix_spawn_file_actions_destroy(&actions);
  posix_spawnattr_destroy(&attributes);
  return error;
}

}  // namespace

std::vector<std::string> environment_now() {
  std::vector<std::string> entries;
  for (char** entry = environ; *entry != nullptr; ++entry) entries.emplace_back(*entry);
  return entries;
}

Outcome run_command(const std::vector<std::string>& command,
                    const std::vector<std::string>& environment, const std::string& input,
                    double seconds, const std::atomic<bool>& stop) {
  ScratchFile in;
  ScratchFile out;
  if (in.fd() < 0 || out.fd() < 0 || !in.write(input)) {
    return {false, "no temporary file: " + std::string(std::strerror(errno))};
  }
  pid_t pid = 0;
  if (const int error = spawn(command, environment, in.fd(), out.fd(), &pid); error != 0) {
    return {false, command[0] + ": " + std::strerror(error)};
  }
  const auto start = std::chrono::steady_clock::now();
  int status = 0;
  for (;;) {
    const pid_t done = waitpid(pid, &status, WNOHANG);
    if (done == pid) break;
    if (done < 0 && errno != EINTR) return {false, "another part of the program reaped the child"};
    const std::chrono::duration<double> spent = std::chrono::steady_clock::now() - start;
    if (stop || spent.count() > seconds) {
      kill(-pid, SIGKILL);
      while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
      }
      return {false,
              stop ? "stopped"
                   : "took longer than " + std::to_string(int(seconds)) + " s (AXON_CC_TIMEOUT)"};
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  if (WIFSIGNALED(status)) {
    return {false, "killed by signal " + std::to_string(WTERMSIG(status)) + "\n" + out.read()};
  }
  return {WEXITSTATUS(status) == 0, out.read()};
}

std::string find_program_path(const std::string& name) {
  if (name.find('/') != std::string::npos) return access(name.c_str(), X_OK) == 0 ? name : "";
  const char* path = std::getenv("PATH");
  std::istringstream folders(path ? path : "/usr/local/bin:/usr/bin:/bin");
  for (std::string folder; std::getline(folders, folder, ':');) {
    const std::string candidate = (folder.empty() ? "." : folder) + "/" + name;
    if (access(candidate.c_str(), X_OK) == 0) return candidate;
  }
  return "";
}

}  // namespace axon
