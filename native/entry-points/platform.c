/* The few things that Linux and Windows do differently apart from sockets and string allocation. */
#ifndef _WIN32
#define _GNU_SOURCE
#endif
#include "wire.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifdef _WIN32

#include <windows.h>
#include <ntsecapi.h>

static SRWLOCK lock = SRWLOCK_INIT;

void platform_lock(void) { AcquireSRWLockExclusive(&lock); }
void platform_unlock(void) { ReleaseSRWLockExclusive(&lock); }

bool platform_environment(const char *name, char *value, size_t size) {
  const DWORD length = GetEnvironmentVariableA(name, value, (DWORD)size);
  return length > 0 && length < size;
}

void platform_executable(char *name, size_t size) {
  WCHAR path[MAX_PATH];
  const DWORD length = GetModuleFileNameW(NULL, path, MAX_PATH);
  const WCHAR *base = path;
  for (DWORD i = 0; i < length && i < MAX_PATH; i++) {
    if (path[i] == L'\\' || path[i] == L'/') base = path + i + 1;
  }
  if (length == 0 || WideCharToMultiByte(CP_UTF8, 0, base, -1, name, (int)size, NULL, NULL) == 0) name[0] = 0;
}

uint32_t platform_process_id(void) { return GetCurrentProcessId(); }

void platform_random(uint8_t *bytes, size_t size) { RtlGenRandom(bytes, (ULONG)size); }

void platform_die(int code) {
  TerminateProcess(GetCurrentProcess(), (UINT)code);
  for (;;) Sleep(INFINITE);
}

#else

#include <errno.h>
#include <pthread.h>
#include <sys/random.h>
#include <unistd.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

void platform_lock(void) { pthread_mutex_lock(&lock); }
void platform_unlock(void) { pthread_mutex_unlock(&lock); }

bool platform_environment(const char *name, char *value, size_t size) {
  const char *set = getenv(name);
  if (set == NULL || strlen(set) >= size) return false;
  strcpy(value, set);
  return true;
}

void platform_executable(char *name, size_t size) { snprintf(name, size, "%s", program_invocation_short_name); }

uint32_t platform_process_id(void) { return (uint32_t)getpid(); }

void platform_random(uint8_t *bytes, size_t size) {
  if (getrandom(bytes, size, 0) != (ssize_t)size) abort();
}

void platform_die(int code) { _exit(code); }

#endif
