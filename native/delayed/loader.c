/* Loads the importer that it is named: not where that asks to be, since this program is there. */
#include <windows.h>

#include <stdio.h>

/* Whether the stack leads from a place back into this program, by what the images on the way say of their functions. */
static int leads_here(CONTEXT at) {
  const DWORD64 here = (DWORD64)GetModuleHandleA(NULL);
  for (int frames = 0; frames < 64 && at.Rip != 0; frames++) {
    DWORD64 image = 0, frame;
    void *data;
    RUNTIME_FUNCTION *function = RtlLookupFunctionEntry(at.Rip, &image, NULL);
    if (image == here) return 1;
    if (function == NULL) return 0;
    RtlVirtualUnwind(UNW_FLAG_NHANDLER, image, at.Rip, function, &at, &data, &frame, NULL);
  }
  return 0;
}

/* Called for what nobody handles, when all frames of the stack have been asked. */
static LONG WINAPI tell(EXCEPTION_POINTERS *exception) {
  printf("raised %lx\n", exception->ExceptionRecord->ExceptionCode);
  printf("leads back %d\n", leads_here(*exception->ContextRecord));
  fflush(stdout);
  return EXCEPTION_EXECUTE_HANDLER;
}

int main(int count, char **arguments) {
  if (count < 2) return 2;
  SetUnhandledExceptionFilter(tell);
  const HMODULE importer = LoadLibraryA(arguments[1]);
  if (importer == NULL) {
    printf("refused %lu\n", GetLastError());
    return 3;
  }
  void (*report)(const void *) = (void (*)(const void *))(void *)GetProcAddress(importer, "report");
  report(GetModuleHandleA(NULL));
  return 0;
}
