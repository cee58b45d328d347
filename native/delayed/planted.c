/* A library that refuses to be loaded: a program that takes it for one of the system's does not start. */
#include <windows.h>

BOOL WINAPI DllMain(HINSTANCE image, DWORD reason, LPVOID reserved) {
  (void)image, (void)reason, (void)reserved;
  return FALSE;
}
