/** The machine code (x64) of delayed imports: finds a function in System32 when it is first called, and jumps to it from then on. */

/** LOAD_LIBRARY_SEARCH_SYSTEM32 (libloaderapi.h). */
const SYSTEM32 = [0x00, 0x08, 0x00, 0x00];

/** What the delay loader of a compiler raises where a library or function is not there (delayimp.h): 0xC06D007E. */
const NOT_FOUND = [0x7e, 0x00, 0x6d, 0xc0];

/**
 * UNWIND_INFO of the finder ("x64 exception handling"), so that debuggers and exceptions find their way through it: behind the
 * 8 bytes of its prologue 80h bytes of stack are taken, behind the first of them rbx is pushed.
 */
const UNWIND = [0x01, 0x08, 0x02, 0x00, 0x08, 0xf2, 0x01, 0x30];

/**
 * The code from address `at` on. `functions` are { library, name, slot }: the addresses of two texts, and of eight bytes that can be
 * written. `kernel` has the addresses of what kernel32 is imported through. Answers `data`, the `finder` as the table of
 * exceptions wants it ({ from, to, unwind }), and for each function its `stub`, which is what gets called, and `first`, which its
 * slot must hold until the function is found. All addresses are relative to the image.
 */
export function stubsFor({ at, functions, kernel }) {
  const code = assembler(at);
  const entries = functions.map(({ library, name, slot }) => code.place([library, name, slot].flatMap(int32), 4));
  const unwind = code.place(UNWIND, 4);
  const from = code.place([], 16);
  writeFinder(code, kernel);
  const to = code.here();
  const stubs = functions.map(({ slot }, index) => {
    const stub = code.place([], 16);
    code.put([0xff, 0x25], slot); //                   jmp [slot]
    const first = code.here();
    code.put([0x48, 0x8d, 0x05], entries[index]); //   lea rax, entry
    code.put([0xe9], from); //                         jmp finder
    return { stub, first };
  });
  return { data: code.bytes(), finder: { from, to, unwind }, stubs };
}

/**
 * In: rax = an entry { library, name, slot }; stack and registers as the function's caller left them. Sets the slot, and goes on to
 * the function as if its caller had called it.
 */
function writeFinder({ put, land }, kernel) {
  put([0x53]); //                                      push rbx
  put([0x48, 0x81, 0xec, 0x80, 0x00, 0x00, 0x00]); //  sub rsp, 80h
  put(ARGUMENTS.flatMap(({ keep }) => keep));
  put([0x48, 0x89, 0xc3]); //                          mov rbx, rax
  put([0x48, 0x8d, 0x0d], 0); //                       lea rcx, image
  put([0x8b, 0x03]); //                                mov eax, [rbx]       ; library
  put([0x48, 0x01, 0xc1]); //                          add rcx, rax
  put([0x31, 0xd2]); //                                xor edx, edx
  put([0x41, 0xb8, ...SYSTEM32]); //                   mov r8d, 800h
  put([0xff, 0x15], kernel.LoadLibraryExA); //         call [LoadLibraryExA]
  put([0x48, 0x85, 0xc0]); //                          test rax, rax
  const noLibrary = put([0x74, 0x00]); //              jz missing
  put([0x48, 0x8d, 0x15], 0); //                       lea rdx, image
  put([0x8b, 0x4b, 0x04]); //                          mov ecx, [rbx+4]     ; name
  put([0x48, 0x01, 0xca]); //                          add rdx, rcx
  put([0x48, 0x89, 0xc1]); //                          mov rcx, rax
  put([0xff, 0x15], kernel.GetProcAddress); //         call [GetProcAddress]
  put([0x48, 0x85, 0xc0]); //                          test rax, rax
  const noFunction = put([0x74, 0x00]); //             jz missing
  put([0x48, 0x8d, 0x15], 0); //                       lea rdx, image
  put([0x8b, 0x4b, 0x08]); //                          mov ecx, [rbx+8]     ; slot
  put([0x48, 0x89, 0x04, 0x0a]); //                    mov [rdx+rcx], rax
  put(ARGUMENTS.flatMap(({ restore }) => restore));
  put([0x48, 0x81, 0xc4, 0x80, 0x00, 0x00, 0x00]); //  add rsp, 80h
  put([0x5b]); //                                      pop rbx
  put([0x48, 0xff, 0xe0]); //                          jmp rax
  land(noLibrary); //                                  missing:
  land(noFunction);
  put([0xb9, ...NOT_FOUND]); //                        mov ecx, C06D007Eh
  put([0xba, 0x01, 0x00, 0x00, 0x00]); //              mov edx, 1           ; EXCEPTION_NONCONTINUABLE
  put([0x45, 0x31, 0xc0]); //                          xor r8d, r8d
  put([0x45, 0x31, 0xc9]); //                          xor r9d, r9d
  put([0xff, 0x15], kernel.RaiseException); //         call [RaiseException]
  put([0xcc]); //                                      int3
}

const MOV = { to: 0x89, from: 0x8b };
const MOVAPS = { to: 0x29, from: 0x28 };
/** The registers that can hold arguments, and where they are kept: above the 20h bytes that a called function may use. */
const ARGUMENTS = [
  kept(0x48, MOV, [0x4c, 0x20]), //    rcx   [rsp+20h]
  kept(0x48, MOV, [0x54, 0x28]), //    rdx   [rsp+28h]
  kept(0x4c, MOV, [0x44, 0x30]), //    r8    [rsp+30h]
  kept(0x4c, MOV, [0x4c, 0x38]), //    r9    [rsp+38h]
  kept(0x0f, MOVAPS, [0x44, 0x40]), // xmm0  [rsp+40h]
  kept(0x0f, MOVAPS, [0x4c, 0x50]), // xmm1  [rsp+50h]
  kept(0x0f, MOVAPS, [0x54, 0x60]), // xmm2  [rsp+60h]
  kept(0x0f, MOVAPS, [0x5c, 0x70]), // xmm3  [rsp+70h]
];

function kept(prefix, { to, from }, [register, place]) {
  const move = (opcode) => [prefix, opcode, register, 0x24, place];
  return { keep: move(to), restore: move(from) };
}

/** Bytes, one after the other, from an address on. */
function assembler(at) {
  const bytes = [];
  const here = () => at + bytes.length;
  return {
    here,
    bytes: () => Buffer.from(bytes),
    /** Adds an instruction; one with a `target` ends with the distance from its end to that address. Answers its end. */
    put: (instruction, target) => {
      bytes.push(...instruction);
      if (target !== undefined) bytes.push(...int32(target - here() - 4));
      return bytes.length;
    },
    /** Has the short jump that ends at `end` lead to here. */
    land: (end) => {
      bytes[end - 1] = bytes.length - end;
    },
    /** Adds bytes at the next multiple of `unit`, and answers where that is; between are breakpoints (int3). */
    place: (more, unit) => {
      while (here() % unit !== 0) bytes.push(0xcc);
      const start = here();
      bytes.push(...more);
      return start;
    },
  };
}

function int32(value) {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32LE(value);
  return [...bytes];
}
