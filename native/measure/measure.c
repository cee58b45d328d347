/*
 * measure RESULT PROGRAM [ARGUMENT...]: runs the program with this process's own streams, and writes to RESULT what it took,
 * as the kernel counts it: {"wallUs":...,"cpuUs":...,"peakKb":...,"status":...}. Status is 128 + N for signal N.
 */
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static long long micros(struct timeval time) { return time.tv_sec * 1000000LL + time.tv_usec; }

int main(int count, char **arguments) {
  if (count < 3) return 2;
  struct timespec start, end;
  struct rusage usage;
  int status;
  clock_gettime(CLOCK_MONOTONIC, &start);
  pid_t child = fork();
  if (child == 0) {
    execvp(arguments[2], arguments + 2);
    _exit(127);
  }
  if (child < 0 || wait4(child, &status, 0, &usage) != child) return 3;
  clock_gettime(CLOCK_MONOTONIC, &end);
  FILE *result = fopen(arguments[1], "w");
  if (result == NULL) return 4;
  int code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  fprintf(result, "{\"wallUs\":%lld,\"cpuUs\":%lld,\"peakKb\":%ld,\"status\":%d}\n",
          (end.tv_sec - start.tv_sec) * 1000000LL + (end.tv_nsec - start.tv_nsec) / 1000,
          micros(usage.ru_utime) + micros(usage.ru_stime), usage.ru_maxrss, code);
  return fclose(result) == 0 ? code : 5;
}
