/*
 * measure RESULT PROGRAM [ARGUMENT...]: runs the program with this process's own streams, and writes to RESULT what it and the
 * processes that it started took, as the kernel counts it: {"wallUs":...,"cpuUs":...,"peakKb":...,"status":...}. Status is 128 + N
 * for signal N.
 */
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static long long micros(struct timeval time) { return time.tv_sec * 1000000LL + time.tv_usec; }

/* Wine starts a process as nobody's child: those that end until then are counted, its server is not waited for. */
enum { LINGER_MS = 20 };

int main(int count, char **arguments) {
  if (count < 3) return 2;
  struct timespec start, end;
  struct rusage usage;
  long long cpu = 0;
  long peak = 0;
  int code = -1;
  prctl(PR_SET_CHILD_SUBREAPER, 1);
  clock_gettime(CLOCK_MONOTONIC, &start);
  const pid_t program = fork();
  if (program == 0) {
    execvp(arguments[2], arguments + 2);
    _exit(127);
  }
  for (int lingered = 0; lingered < LINGER_MS;) {
    int status;
    const pid_t child = wait4(-1, &status, code == -1 ? 0 : WNOHANG, &usage);
    if (child < 0) break;
    if (child == 0) {
      usleep(1000);
      lingered++;
      continue;
    }
    cpu += micros(usage.ru_utime) + micros(usage.ru_stime);
    if (usage.ru_maxrss > peak) peak = usage.ru_maxrss;
    if (child != program) continue;
    clock_gettime(CLOCK_MONOTONIC, &end);
    code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }
  FILE *result = fopen(arguments[1], "w");
  if (result == NULL || code == -1) return 4;
  fprintf(result, "{\"wallUs\":%lld,\"cpuUs\":%lld,\"peakKb\":%ld,\"status\":%d}\n",
          (end.tv_sec - start.tv_sec) * 1000000LL + (end.tv_nsec - start.tv_nsec) / 1000, cpu, peak, code);
  return fclose(result) == 0 ? code : 5;
}
