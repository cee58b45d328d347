/* Preloaded into a process: ends it at its n-th call that changes files below a folder, before or after the effect. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* What a shell sees of a process ended by signal 9. */
enum { EXIT_KILLED = 137 };
enum { DESCRIPTORS = 1024 };

/* By descriptor: the path below the folder, NULL when it is of something else. */
static char *opened[DESCRIPTORS];
static long calls;

static const char *setting(const char *name) {
  const char *value = getenv(name);
  return value == NULL ? "" : value;
}

/* The part of a path below the folder; NULL when it is not in there. */
static const char *below(const char *path) {
  const char *folder = setting("FILE_FAULTS_FOLDER");
  const size_t length = strlen(folder);
  if (length == 0 || path == NULL || strncmp(path, folder, length) != 0 || path[length] != '/') return NULL;
  return path + length + 1;
}

static const char *below_of(int file) { return file >= 0 && file < DESCRIPTORS ? opened[file] : NULL; }

/* Past the functions of this file. */
static void note(const char *call, const char *path) {
  const char *log = setting("FILE_FAULTS_LOG");
  if (*log == 0) return;
  char line[PATH_MAX + 64];
  const int length = snprintf(line, sizeof line, "%s %s\n", call, path);
  const long file = syscall(SYS_openat, AT_FDCWD, log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (file < 0 || syscall(SYS_write, file, line, (size_t)length) != length) abort();
  syscall(SYS_close, file);
}

/* Counts a call; whether it is the one after whose effect the process ends. Does not come back where it ends before. */
static bool is_last(const char *call, const char *path) {
  if (path == NULL) return false;
  note(call, path);
  if (++calls != atol(setting("FILE_FAULTS_NTH"))) return false;
  if (strcmp(setting("FILE_FAULTS_WHEN"), "after") != 0) _exit(EXIT_KILLED);
  return true;
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

/* Defines `name` as itself with the count before and the end after it. */
#define GUARDED(result, name, parameters, arguments, path) \
  result name parameters {                                 \
    const bool last = is_last(#name, path);                \
    const result answer = REAL(name) arguments;            \
    if (last) _exit(EXIT_KILLED);                          \
    return answer;                                         \
  }

GUARDED(int, rename, (const char *from, const char *to), (from, to), below(to))
GUARDED(int, link, (const char *from, const char *to), (from, to), below(to))
GUARDED(int, symlink, (const char *from, const char *to), (from, to), below(to))
GUARDED(int, unlink, (const char *path), (path), below(path))
GUARDED(int, rmdir, (const char *path), (path), below(path))
GUARDED(int, mkdir, (const char *path, mode_t mode), (path, mode), below(path))
GUARDED(int, utimensat, (int at, const char *path, const struct timespec times[2], int flags), (at, path, times, flags),
        below(path))
GUARDED(int, futimens, (int file, const struct timespec times[2]), (file, times), below_of(file))
GUARDED(int, ftruncate64, (int file, off64_t size), (file, size), below_of(file))
GUARDED(int, fsync, (int file), (file), below_of(file))
GUARDED(int, fdatasync, (int file), (file), below_of(file))
GUARDED(ssize_t, write, (int file, const void *bytes, size_t size), (file, bytes, size), below_of(file))
GUARDED(ssize_t, pwrite64, (int file, const void *bytes, size_t size, off64_t at), (file, bytes, size, at),
        below_of(file))

/* An opening counts where it makes a file or empties one; every file below the folder is known by its descriptor from then on. */
static int open_known(int (*real)(const char *, int, ...), const char *path, int flags, mode_t mode) {
  const char *name = below(path);
  const bool last = (flags & (O_CREAT | O_TRUNC)) != 0 && is_last("open", name);
  const int file = real(path, flags, mode);
  if (last) _exit(EXIT_KILLED);
  if (file >= 0 && file < DESCRIPTORS) {
    free(opened[file]);
    opened[file] = name == NULL ? NULL : strdup(name);
  }
  return file;
}

static mode_t mode_in(int flags, va_list rest) { return (flags & O_CREAT) != 0 ? va_arg(rest, mode_t) : 0; }

#define OPENING(name)                                       \
  int name(const char *path, int flags, ...) {              \
    va_list rest;                                           \
    va_start(rest, flags);                                  \
    const mode_t mode = mode_in(flags, rest);               \
    va_end(rest);                                           \
    return open_known(REAL(name), path, flags, mode);       \
  }

OPENING(open)
OPENING(open64)

int close(int file) {
  if (file >= 0 && file < DESCRIPTORS) {
    free(opened[file]);
    opened[file] = NULL;
  }
  return REAL(close)(file);
}
