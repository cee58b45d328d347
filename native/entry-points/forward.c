/* A call as frames: arguments out, answer in. */
#include "wire.h"

#include <stdlib.h>
#include <string.h>

enum { FRAME_CALL = 2, FRAME_REPLY = 4 };
enum { CALL_WANTS_ERROR = 1 };
enum { REPLY_HANDLE = 1, REPLY_DOCUMENT = 2, REPLY_ERROR = 4, REPLY_DIE = 8 };
enum { REPLY_HEAD = 4 + 1 + 4 + 1 + 8 };
/* What a shell sees of a process ended by signal 9. */
enum { EXIT_KILLED = 137 };

static size_t length_of(const uint16_t *text) {
  size_t units = 0;
  while (text[units] != 0) units++;
  return units;
}

/* Writes one value after the other; all numbers little-endian, as both platforms have them. */
struct cursor {
  uint8_t *at;
};

static void put(struct cursor *to, const void *bytes, size_t size) {
  memcpy(to->at, bytes, size);
  to->at += size;
}
static void put_u8(struct cursor *to, uint8_t value) { put(to, &value, sizeof value); }
static void put_u32(struct cursor *to, uint32_t value) { put(to, &value, sizeof value); }
static void put_name(struct cursor *to, const char *name) {
  const uint16_t size = (uint16_t)strlen(name);
  put(to, &size, sizeof size);
  put(to, name, size);
}

static size_t size_of_argument(const struct argument *argument) {
  const size_t head = 2 + strlen(argument->name) + 1;
  if (argument->type == ARGUMENT_HANDLE) return head + 8;
  if (argument->value == NULL) return head;
  if (argument->type == ARGUMENT_GUID) return head + 16;
  return head + 4 + 2 * length_of(argument->value);
}

static void put_argument(struct cursor *to, const struct argument *argument) {
  const bool is_null = argument->value == NULL && argument->type != ARGUMENT_HANDLE;
  put_name(to, argument->name);
  put_u8(to, is_null ? 0 : (uint8_t)argument->type);
  if (is_null) return;
  if (argument->type == ARGUMENT_HANDLE) {
    const uint64_t handle = (uint64_t)(uintptr_t)argument->value;
    put(to, &handle, sizeof handle);
  } else if (argument->type == ARGUMENT_GUID) {
    put(to, argument->value, 16);
  } else {
    const size_t bytes = 2 * length_of(argument->value);
    put_u32(to, (uint32_t)bytes);
    put(to, argument->value, bytes);
  }
}

static bool send_call(const char *function, const struct argument *arguments, size_t count, bool wants_error) {
  size_t size = 4 + 1 + 1 + 2 + strlen(function) + 1;
  for (size_t i = 0; i < count; i++) size += size_of_argument(&arguments[i]);
  uint8_t *frame = malloc(size);
  if (frame == NULL) return false;
  struct cursor to = {frame};
  put_u32(&to, (uint32_t)(size - 4));
  put_u8(&to, FRAME_CALL);
  put_u8(&to, wants_error ? CALL_WANTS_ERROR : 0);
  put_name(&to, function);
  put_u8(&to, (uint8_t)count);
  for (size_t i = 0; i < count; i++) put_argument(&to, &arguments[i]);
  const bool sent = transport_send(frame, size);
  free(frame);
  return sent;
}

/* Receives one text of the answer into `*out`; a text that nobody asked for is read and dropped. */
static bool receive_text(uint16_t **out) {
  uint32_t bytes = 0;
  if (!transport_receive(&bytes, sizeof bytes)) return false;
  uint8_t *text = malloc(bytes + 1u);
  if (text == NULL) return false;
  const bool received = transport_receive(text, bytes);
  if (received && out != NULL) *out = string_out(text, bytes / 2, true);
  free(text);
  return received;
}

static bool receive_reply(int32_t *hresult, const struct results *results) {
  uint8_t head[REPLY_HEAD];
  if (!transport_receive(head, sizeof head) || head[4] != FRAME_REPLY) return false;
  const uint8_t flags = head[9];
  if (flags & REPLY_DIE) platform_die(EXIT_KILLED);
  memcpy(hresult, head + 5, sizeof *hresult);
  if ((flags & REPLY_HANDLE) && results->handle != NULL) {
    uint64_t handle = 0;
    memcpy(&handle, head + 10, sizeof handle);
    *results->handle = (void *)(uintptr_t)handle;
  }
  if ((flags & REPLY_DOCUMENT) && !receive_text(results->document)) return false;
  if ((flags & REPLY_ERROR) && !receive_text(results->error)) return false;
  return true;
}

/* What the RPC runtime answers when nobody serves the endpoint. */
static int32_t unavailable(const struct results *results) {
  static const char text[] =
      "{\"Success\":false,\"Error\":\"The RPC server is unavailable. \",\"ErrorCode\":2147944122}";
  uint16_t wide[sizeof text];
  for (size_t i = 0; i < sizeof text; i++) wide[i] = (uint16_t)text[i];
  if (results->error != NULL && *results->error == NULL) *results->error = string_out(wide, sizeof text - 1, false);
  return HR_RPC_UNAVAILABLE;
}

int32_t forward(const char *function, const struct argument *arguments, size_t count, const struct results *results) {
  int32_t hresult = HR_OK;
  const bool answered =
      send_call(function, arguments, count, results->error != NULL) && receive_reply(&hresult, results);
  transport_end(answered);
  return answered ? hresult : unavailable(results);
}
