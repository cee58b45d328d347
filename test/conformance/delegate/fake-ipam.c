/*
 * A delegated plugin for the conformance suite: it keeps what it was given in calls/, and answers what answers/ says, both
 * beside the executable. Without a file for a verb it prints nothing and exits with 0.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#ifdef _WIN32
#include <io.h>
#include <windows.h>
#define CREATE(path) _open(path, _O_CREAT | _O_EXCL | _O_WRONLY | _O_BINARY, 0600)
#define TO_FILE(fd) _fdopen(fd, "wb")
#else
#include <unistd.h>
#define CREATE(path) open(path, O_CREAT | O_EXCL | O_WRONLY, 0600)
#define TO_FILE(fd) fdopen(fd, "wb")
#endif

enum { MAX_PATH_BYTES = 4096, MAX_CALLS = 1000, CHUNK = 65536 };

static char folder[MAX_PATH_BYTES];

static void find_folder(void) {
#ifdef _WIN32
  GetModuleFileNameA(NULL, folder, sizeof folder - 1);
#else
  if (readlink("/proc/self/exe", folder, sizeof folder - 1) < 0) exit(99);
#endif
  char *slash = strrchr(folder, '/'), *backslash = strrchr(folder, '\\');
  char *last = backslash > slash ? backslash : slash;
  if (last != NULL) *last = '\0';
}

static void copy(FILE *from, FILE *to) {
  static char bytes[CHUNK];
  for (size_t read; (read = fread(bytes, 1, sizeof bytes, from)) > 0;) fwrite(bytes, 1, read, to);
}

/* The environment, NUL after each variable. The first free number is taken by making its file. */
static int keep_environment(char **environment) {
  static char path[MAX_PATH_BYTES + 32];
  for (int number = 1; number < MAX_CALLS; number++) {
    snprintf(path, sizeof path, "%s/calls/%03d.env", folder, number);
    int fd = CREATE(path);
    if (fd < 0) continue;
    FILE *file = TO_FILE(fd);
    for (; *environment != NULL; environment++) fwrite(*environment, 1, strlen(*environment) + 1, file);
    fclose(file);
    return number;
  }
  return 0;
}

static void keep_stdin(int number) {
  static char path[MAX_PATH_BYTES + 32];
  snprintf(path, sizeof path, "%s/calls/%03d.stdin", folder, number);
  FILE *file = fopen(path, "wb");
  if (file == NULL) exit(98);
  copy(stdin, file);
  fclose(file);
}

static FILE *answer(const char *verb, const char *what) {
  static char path[MAX_PATH_BYTES + 64];
  snprintf(path, sizeof path, "%s/answers/%.16s.%s", folder, verb, what);
  return fopen(path, "rb");
}

static void print(const char *verb, const char *what, FILE *to) {
  FILE *file = answer(verb, what);
  if (file == NULL) return;
  copy(file, to);
  fclose(file);
  fflush(to);
}

int main(int count, char **arguments, char **environment) {
  (void)count, (void)arguments;
#ifdef _WIN32
  _setmode(0, _O_BINARY), _setmode(1, _O_BINARY), _setmode(2, _O_BINARY);
#endif
  find_folder();
  keep_stdin(keep_environment(environment));
  const char *verb = getenv("CNI_COMMAND");
  if (verb == NULL) return 97;
  print(verb, "stderr", stderr);
  print(verb, "stdout", stdout);
  int code = 0;
  FILE *file = answer(verb, "code");
  if (file != NULL && fscanf(file, "%d", &code) != 1) code = 96;
  return code;
}
