/* Imports mixed.dll, and tells when it is loaded and what its function answers. What a delayed import itself needs of kernel32
   has to be imported, too. */
#include <windows.h>

#include <stdint.h>
#include <stdio.h>

__declspec(dllimport) double mixed(int32_t a, double b, int64_t c, float d, int32_t e, double f);

void *volatile needed[3];

static int is_loaded(void) { return GetModuleHandleA("mixed.dll") != NULL; }

/* `preferred` is where the image asks to be. */
__declspec(dllexport) void report(const void *preferred) {
  needed[0] = (void *)LoadLibraryExA;
  needed[1] = (void *)GetProcAddress;
  needed[2] = (void *)RaiseException;
  printf("moved %d\n", (const void *)GetModuleHandleA("importer.dll") != preferred);
  printf("loaded %d\n", is_loaded());
  fflush(stdout);
  printf("first %.1f\n", mixed(1, 2, 3, 4, 5, 6));
  printf("loaded %d\n", is_loaded());
  printf("second %.1f\n", mixed(-1, 0.5, 1LL << 40, 0.25f, 7, 1e6));
}
