/* A function with arguments of every kind that registers and stack can hold: its sum tells whether each arrived. */
#include <stdint.h>

double mixed(int32_t a, double b, int64_t c, float d, int32_t e, double f) {
  return a + 10 * b + 100.0 * (double)c + 1000.0 * d + 10000.0 * e + 100000 * f;
}
