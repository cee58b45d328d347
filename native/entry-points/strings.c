/* Strings handed to callers: allocated with CoTaskMemAlloc, known until they are freed, and each free told at once,
   because callers end without any clean-up. */
#include "wire.h"

#include <stdlib.h>
#include <string.h>

enum { FRAME_FREED = 3 };

/* The strings of this process that the service counts and that are not freed yet. */
struct live {
  void *text;
  struct live *next;
};
static struct live *all_live;

static bool remember(void *text) {
  struct live *entry = malloc(sizeof *entry);
  if (entry == NULL) return false;
  platform_lock();
  *entry = (struct live){text, all_live};
  all_live = entry;
  platform_unlock();
  return true;
}

static bool forget(const void *text) {
  platform_lock();
  struct live **link = &all_live;
  while (*link != NULL && (*link)->text != text) link = &(*link)->next;
  struct live *found = *link;
  if (found != NULL) *link = found->next;
  platform_unlock();
  free(found);
  return found != NULL;
}

/* A string of this process is being freed; those that are not ours are nobody's business. */
static void on_free(const void *text) {
  if (text == NULL || !forget(text)) return;
  const struct {
    uint32_t size;
    uint8_t kind;
    uint8_t count[4];
  } frame = {5, FRAME_FREED, {1, 0, 0, 0}};
  transport_end(transport_send(&frame, 9));
}

#ifdef _WIN32

#define COBJMACROS
#include <objbase.h>

/* An IMallocSpy that watches frees (objidl.h); every other method lets the call pass unchanged. */
static HRESULT STDMETHODCALLTYPE spy_query(IMallocSpy *spy, REFIID id, void **out) {
  if (!IsEqualIID(id, &IID_IUnknown) && !IsEqualIID(id, &IID_IMallocSpy)) return E_NOINTERFACE;
  *out = spy;
  return S_OK;
}
static ULONG STDMETHODCALLTYPE spy_count(IMallocSpy *spy) {
  (void)spy;
  return 1;
}
static SIZE_T STDMETHODCALLTYPE spy_pre_alloc(IMallocSpy *spy, SIZE_T size) {
  (void)spy;
  return size;
}
static void *STDMETHODCALLTYPE spy_post_alloc(IMallocSpy *spy, void *memory) {
  (void)spy;
  return memory;
}
static void *STDMETHODCALLTYPE spy_pre_free(IMallocSpy *spy, void *memory, BOOL spied) {
  (void)spy, (void)spied;
  on_free(memory);
  return memory;
}
static void STDMETHODCALLTYPE spy_post_free(IMallocSpy *spy, BOOL spied) { (void)spy, (void)spied; }
static SIZE_T STDMETHODCALLTYPE spy_pre_realloc(IMallocSpy *spy, void *memory, SIZE_T size, void **next, BOOL spied) {
  (void)spy, (void)spied;
  *next = memory;
  return size;
}
static void *STDMETHODCALLTYPE spy_pass(IMallocSpy *spy, void *memory, BOOL spied) {
  (void)spy, (void)spied;
  return memory;
}
static SIZE_T STDMETHODCALLTYPE spy_post_size(IMallocSpy *spy, SIZE_T size, BOOL spied) {
  (void)spy, (void)spied;
  return size;
}
static int STDMETHODCALLTYPE spy_post_did(IMallocSpy *spy, void *memory, BOOL spied, int actual) {
  (void)spy, (void)memory, (void)spied;
  return actual;
}
static void STDMETHODCALLTYPE spy_minimize(IMallocSpy *spy) { (void)spy; }

static IMallocSpyVtbl spy_methods = {
    spy_query, spy_count,     spy_count, spy_pre_alloc, spy_post_alloc, spy_pre_free, spy_post_free, spy_pre_realloc,
    spy_pass,  spy_pass,      spy_post_size, spy_pass,  spy_post_did,   spy_minimize, spy_minimize};
static IMallocSpy spy = {&spy_methods};

/* One registration a process; made with the first string, when ole32 is certainly initialised. */
static void watch_frees(void) {
  static LONG registered;
  if (InterlockedExchange(&registered, 1) == 0) CoRegisterMallocSpy(&spy);
}

#else

static void watch_frees(void) {}

__attribute__((visibility("default"))) void *CoTaskMemAlloc(size_t size);
__attribute__((visibility("default"))) void CoTaskMemFree(void *memory);
__attribute__((visibility("default"))) int32_t lstrlenW(const uint16_t *text);

void *CoTaskMemAlloc(size_t size) { return malloc(size); }

void CoTaskMemFree(void *memory) {
  on_free(memory);
  free(memory);
}

/* What kernel32 gives callers to measure a string with. */
int32_t lstrlenW(const uint16_t *text) {
  int32_t units = 0;
  while (text != NULL && text[units] != 0) units++;
  return units;
}

#endif

uint16_t *string_out(const void *text, size_t units, bool counted) {
  watch_frees();
  uint16_t *out = CoTaskMemAlloc(2 * (units + 1));
  if (out == NULL) return NULL;
  memcpy(out, text, 2 * units);
  out[units] = 0;
  if (counted) remember(out);
  return out;
}
