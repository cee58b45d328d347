/* A caller of the entry points for tests: one call a line on stdin, its outcome on stdout. It knows the exports'
   parameter lists as computenetwork.h and hcsshim have them, and frees what it is given.

   caller LIBRARY    (on Windows the folder-less names of computenetwork.dll and vmcompute.dll are used instead)
   in:  FUNCTION ARGUMENT...      handles in decimal, GUIDs as 32 and texts as any number of hex digits of their bytes
                                  in memory; `-` is NULL
   out: HRESULT HANDLE DOCUMENT ERROR    likewise; HRESULT as 8 hex digits */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifdef _WIN32
#include <windows.h>
static void *find(const char *library, const char *function) {
  (void)library;
  const char *dll = "computenetwork.dll";
  if (strcmp(function, "HNSCall") == 0 || strncmp(function, "Hcs", 3) == 0) dll = "vmcompute.dll";
  if (strcmp(function, "CoTaskMemFree") == 0) dll = "ole32.dll";
  HMODULE module = LoadLibraryA(dll);
  return module == NULL ? NULL : (void *)(uintptr_t)GetProcAddress(module, function);
}
static void end(int code) { TerminateProcess(GetCurrentProcess(), (UINT)code); }
#else
#include <dlfcn.h>
#include <unistd.h>
static void *find(const char *library, const char *function) {
  void *module = dlopen(library, RTLD_NOW);
  return module == NULL ? NULL : dlsym(module, function);
}
static void end(int code) { _exit(code); }
#endif

enum { MAX_ARGUMENTS = 4 };
typedef const void *in;
typedef void **out;

static bool starts(const char *text, const char *prefix) { return strncmp(text, prefix, strlen(prefix)) == 0; }

/* The bytes that hex digits stand for, followed by two zero bytes; NULL for `-`. */
static void *bytes_of(const char *digits) {
  if (strcmp(digits, "-") == 0) return NULL;
  const size_t size = strlen(digits) / 2;
  uint8_t *bytes = calloc(size + 2, 1);
  for (size_t i = 0; i < size; i++) {
    unsigned value = 0;
    sscanf(digits + 2 * i, "%2x", &value);
    bytes[i] = (uint8_t)value;
  }
  return bytes;
}

static in handle_of(const char *digits) { return (in)(uintptr_t)strtoull(digits, NULL, 10); }

/* Prints a text that the library gave out and frees it. */
static void print_text(uint16_t *text, void (*release)(void *)) {
  putchar(' ');
  if (text == NULL) putchar('-');
  const uint8_t *bytes = (const uint8_t *)text;
  for (size_t i = 0; text != NULL && text[i] != 0; i++) printf("%02x%02x", bytes[2 * i], bytes[2 * i + 1]);
  release(text);
}

struct outcome {
  int32_t hresult;
  void *handle;
  void *document;
  void *error;
};

/* Nobody is ever called back. */
static void notified(void) {}

/* Calls a function of the Host Compute Service. */
static void call_compute(const char *name, void *code, char **given, struct outcome *to) {
  out handle = &to->handle, document = &to->document, error = &to->error;
  if (starts(name, "HcsOpen")) {
    to->hresult = ((int32_t(*)(in, out, out))code)(bytes_of(given[0]), handle, error);
  } else if (starts(name, "HcsGet")) {
    to->hresult = ((int32_t(*)(in, in, out, out))code)(handle_of(given[0]), bytes_of(given[1]), document, error);
  } else if (starts(name, "HcsModify")) {
    to->hresult = ((int32_t(*)(in, in, out))code)(handle_of(given[0]), bytes_of(given[1]), error);
  } else if (starts(name, "HcsRegister")) {
    to->hresult = ((int32_t(*)(in, void (*)(void), in, out))code)(handle_of(given[0]), notified, NULL, handle);
  } else {
    to->hresult = ((int32_t(*)(in))code)(handle_of(given[0]));
  }
}

/* Calls through the parameter list that the name stands for. */
static void call(const char *name, void *code, char **given, struct outcome *to) {
  out handle = &to->handle, document = &to->document, error = &to->error;
  if (starts(name, "Hcs")) {
    call_compute(name, code, given, to);
  } else if (starts(name, "HcnEnumerate")) {
    to->hresult = ((int32_t(*)(in, out, out))code)(bytes_of(given[0]), document, error);
  } else if (starts(name, "HcnCreateEndpoint")) {
    to->hresult = ((int32_t(*)(in, in, in, out, out))code)(handle_of(given[0]), bytes_of(given[1]), bytes_of(given[2]),
                                                           handle, error);
  } else if (starts(name, "HcnCreate")) {
    to->hresult = ((int32_t(*)(in, in, out, out))code)(bytes_of(given[0]), bytes_of(given[1]), handle, error);
  } else if (starts(name, "HcnOpen")) {
    to->hresult = ((int32_t(*)(in, out, out))code)(bytes_of(given[0]), handle, error);
  } else if (starts(name, "HcnModify")) {
    to->hresult = ((int32_t(*)(in, in, out))code)(handle_of(given[0]), bytes_of(given[1]), error);
  } else if (starts(name, "HcnQuery")) {
    to->hresult = ((int32_t(*)(in, in, out, out))code)(handle_of(given[0]), bytes_of(given[1]), document, error);
  } else if (starts(name, "HcnDelete")) {
    to->hresult = ((int32_t(*)(in, out))code)(bytes_of(given[0]), error);
  } else if (starts(name, "HcnClose")) {
    to->hresult = ((int32_t(*)(in))code)(handle_of(given[0]));
  } else {
    to->hresult = ((int32_t(*)(in, in, in, out))code)(bytes_of(given[0]), bytes_of(given[1]), bytes_of(given[2]), document);
  }
}

/* Memory for arguments is not freed: the process ends with its last line. */
int main(int count, char **arguments) {
  const char *library = count > 1 ? arguments[1] : "";
  void (*release)(void *) = (void (*)(void *))find(library, "CoTaskMemFree");
  static char line[1 << 20];
  while (release != NULL && fgets(line, sizeof line, stdin) != NULL) {
    char *name = strtok(line, " \r\n");
    char *given[MAX_ARGUMENTS] = {"-", "-", "-", "-"};
    for (int i = 0; i < MAX_ARGUMENTS; i++) {
      char *next = strtok(NULL, " \r\n");
      if (next == NULL) break;
      given[i] = next;
    }
    void *code = name == NULL ? NULL : find(library, name);
    if (code == NULL) end(2);
    struct outcome outcome = {0, NULL, NULL, NULL};
    call(name, code, given, &outcome);
    printf("%08x %llu", (unsigned)outcome.hresult, (unsigned long long)(uintptr_t)outcome.handle);
    print_text(outcome.document, release);
    print_text(outcome.error, release);
    putchar('\n');
    fflush(stdout);
  }
  /* As the plugin ends: at once, without any clean-up. */
  end(release == NULL ? 3 : 0);
}
