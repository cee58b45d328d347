/* The least that a process can be: what a start costs before anything of a program. */
#include <stdio.h>

int main(void) { return puts("hello") < 0; }
