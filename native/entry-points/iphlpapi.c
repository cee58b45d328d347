/* The exports of iphlpapi.dll, on Linux only: rows go to the service as hexadecimal text and come back so. Signatures as in
   netioapi.h and iphlpapi.h. Under Wine these calls are Wine's own. */
#ifndef _WIN32
#include "wire.h"

#include <string.h>

#define EXPORT __attribute__((visibility("default")))

/* winerror.h */
enum { NO_ERROR_ = 0, INVALID_PARAMETER = 87, BUFFER_OVERFLOW = 111 };
/* Bytes of MIB_IPFORWARD_ROW2, MIB_UNICASTIPADDRESS_ROW, MIB_IPINTERFACE_ROW, SOCKADDR_INET. */
enum { FORWARD_ROW = 104, UNICAST_ROW = 80, INTERFACE_ROW = 168, SOCKADDR = 28, LARGEST_ROW = INTERFACE_ROW };

void CoTaskMemFree(void *memory);

#define NUMBER(name, number) {name, ARGUMENT_HANDLE, (const void *)(uintptr_t)(number)}
#define BYTES(name, hex) {name, ARGUMENT_TEXT, hex}
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* The hexadecimal text of at most LARGEST_ROW bytes. */
static const uint16_t *hex_of(const void *bytes, size_t size, uint16_t text[2 * LARGEST_ROW + 1]) {
  static const char digits[] = "0123456789abcdef";
  const uint8_t *from = bytes;
  for (size_t i = 0; i < size; i++) {
    text[2 * i] = (uint16_t)digits[from[i] >> 4];
    text[2 * i + 1] = (uint16_t)digits[from[i] & 15];
  }
  text[2 * size] = 0;
  return text;
}

static uint8_t digit_of(uint16_t unit) { return (uint8_t)(unit <= '9' ? unit - '0' : unit - 'a' + 10); }

/* Turns hexadecimal text into its bytes, in place; answers how many there are. */
static size_t bytes_in_place(uint16_t *text) {
  uint8_t *to = (uint8_t *)text;
  size_t size = 0;
  for (; text[2 * size] != 0; size++) {
    to[size] = (uint8_t)(digit_of(text[2 * size]) << 4 | digit_of(text[2 * size + 1]));
  }
  return size;
}

/* An HRESULT that wraps a Win32 code, when nobody serves, is that code. */
static uint32_t win32_of(int32_t hresult) { return (uint32_t)hresult >> 16 == 0x8007 ? hresult & 0xffff : (uint32_t)hresult; }

/* A call whose answer is bytes in `*out`, which the caller frees with FreeMibTable; NULL when there are none. */
static uint32_t ask(const char *function, const struct argument *arguments, size_t count, void **out, size_t *size) {
  uint16_t *document = NULL;
  const struct results results = {.document = &document};
  const uint32_t status = win32_of(forward(function, arguments, count, &results));
  *size = document == NULL ? 0 : bytes_in_place(document);
  *out = document;
  return status;
}

/* Tables are counted as strings are, so that one which is never freed shows. */
EXPORT void FreeMibTable(void *table) { CoTaskMemFree(table); }

/* A call on a row of so many bytes; `filled`, when it is not NULL, is where the answer goes. */
static uint32_t call_row(const char *function, const void *row, size_t size, void *filled) {
  uint16_t text[2 * LARGEST_ROW + 1];
  if (row == NULL) return INVALID_PARAMETER;
  const struct argument arguments[] = {BYTES("row", hex_of(row, size, text))};
  void *answer = NULL;
  size_t answered = 0;
  const uint32_t status = ask(function, arguments, COUNT(arguments), &answer, &answered);
  if (filled != NULL && answered == size) memcpy(filled, answer, size);
  FreeMibTable(answer);
  return status;
}

#define WRITE(function, size) \
  EXPORT uint32_t function(const void *row) { return call_row(#function, row, size, NULL); }

WRITE(CreateIpForwardEntry2, FORWARD_ROW)
WRITE(SetIpForwardEntry2, FORWARD_ROW)
WRITE(DeleteIpForwardEntry2, FORWARD_ROW)
WRITE(CreateUnicastIpAddressEntry, UNICAST_ROW)
WRITE(SetIpInterfaceEntry, INTERFACE_ROW)

EXPORT uint32_t GetIpInterfaceEntry(void *row) { return call_row("GetIpInterfaceEntry", row, INTERFACE_ROW, row); }

#define TABLE(function)                                                                        \
  EXPORT uint32_t function(uint16_t family, void **table) {                                    \
    size_t size = 0;                                                                           \
    const struct argument arguments[] = {NUMBER("family", family)};                            \
    if (table == NULL) return INVALID_PARAMETER;                                               \
    return ask(#function, arguments, COUNT(arguments), table, &size);                          \
  }

TABLE(GetIpForwardTable2)
TABLE(GetUnicastIpAddressTable)

/* A wish for an interface or a source address is not modelled. */
EXPORT uint32_t GetBestRoute2(const void *luid, uint32_t index, const void *source, const void *destination,
                              uint32_t sort, void *row, void *best_source) {
  uint16_t text[2 * LARGEST_ROW + 1];
  (void)sort;
  if (luid != NULL || index != 0 || source != NULL || destination == NULL || row == NULL || best_source == NULL) {
    return INVALID_PARAMETER;
  }
  const struct argument arguments[] = {BYTES("destination", hex_of(destination, SOCKADDR, text))};
  void *answer = NULL;
  size_t size = 0;
  const uint32_t status = ask("GetBestRoute2", arguments, COUNT(arguments), &answer, &size);
  if (size == FORWARD_ROW + SOCKADDR) {
    memcpy(row, answer, FORWARD_ROW);
    memcpy(best_source, (const uint8_t *)answer + FORWARD_ROW, SOCKADDR);
  }
  FreeMibTable(answer);
  return status;
}

/* The list is made for the address of the caller's buffer, which it is copied to when it fits. */
EXPORT uint32_t GetAdaptersAddresses(uint32_t family, uint32_t flags, void *reserved, void *list, uint32_t *size) {
  (void)flags;
  if (reserved != NULL || size == NULL) return INVALID_PARAMETER;
  const struct argument arguments[] = {NUMBER("family", family), NUMBER("address", list)};
  void *answer = NULL;
  size_t answered = 0;
  uint32_t status = ask("GetAdaptersAddresses", arguments, COUNT(arguments), &answer, &answered);
  if (status == NO_ERROR_) {
    if (list == NULL || answered > *size) status = BUFFER_OVERFLOW;
    else memcpy(list, answer, answered);
    *size = (uint32_t)answered;
  }
  FreeMibTable(answer);
  return status;
}
#else
/* A translation unit has to declare something. */
typedef int nothing_here;
#endif
