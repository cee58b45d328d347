/* The parts of an entry point: a call becomes a frame, a frame goes to the service, its answer becomes out values.
   Layout of the frames: native/README.md. */
#ifndef WIRE_H
#define WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* HRESULTs that an entry point answers by itself (winerror.h). */
#define HR_OK ((int32_t)0)
#define HR_INVALID_PARAMETER ((int32_t)0x80070057)
#define HR_OUT_OF_MEMORY ((int32_t)0x8007000E)
#define HR_RPC_UNAVAILABLE ((int32_t)0x800706BA)

/* ---- forward.c ---- */

enum argument_type { ARGUMENT_TEXT = 1, ARGUMENT_GUID = 2, ARGUMENT_HANDLE = 3 };

/* One argument by the name the trace knows it by. `value` is a UTF-16 string, 16 bytes, or the handle itself. */
struct argument {
  const char *name;
  enum argument_type type;
  const void *value;
};

/* Where a call leaves what comes back. A null member: the export has no such parameter, or its caller passed NULL. */
struct results {
  void **handle;
  uint16_t **document;
  uint16_t **error;
};

/* Carries one call to the service and answers its HRESULT; ends the process when the service says so. */
int32_t forward(const char *function, const struct argument *arguments, size_t count, const struct results *results);

/* ---- transport.c ---- */

/* Sends a whole frame over a connection, which is this thread's from then on. */
bool transport_send(const void *frame, size_t size);
/* Receives exactly `size` bytes over that connection. */
bool transport_receive(void *bytes, size_t size);
/* Gives the connection to the next call; one with anything left to be read on it is closed. */
void transport_end(bool is_intact);

/* ---- strings.c ---- */

/* A NUL-terminated copy of `units` UTF-16 code units from CoTaskMemAlloc, counted as the caller's to free; NULL when
   there is no memory. `counted` is false for strings that the service has not counted. */
uint16_t *string_out(const void *text, size_t units, bool counted);

/* ---- platform.c ---- */

/* The value of an environment variable, cut to `size`; false when it is not set. */
bool platform_environment(const char *name, char *value, size_t size);
/* The base name of this process's executable. */
void platform_executable(char *name, size_t size);
uint32_t platform_process_id(void);
/* Random bytes that no other process will have. */
void platform_random(uint8_t *bytes, size_t size);
/* Ends the process without any clean-up, as a killed one ends. */
_Noreturn void platform_die(int code);
void platform_lock(void);
void platform_unlock(void);

#endif
