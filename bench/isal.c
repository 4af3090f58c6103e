/* Intel's ISA-L measured as bench/kernels.mjs measures: a round runs memcpy, copy and encode next to one another.
 * Usage: isal MEMBER_KIB. Prints a line a code, medians of rounds. */
#include <isa-l/erasure_code.h>
#include <isa-l/raid.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { ROUNDS = 15, MEMCPY_BYTES = 32 << 20, PAD_BYTES = 64, MEMBERS_MAX = 20 };

/* Milliseconds of processor time. */
static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return time.tv_sec * 1e3 + time.tv_nsec * 1e-6;
}

static int compare(const void *a, const void *b) {
  double first = *(const double *)a, second = *(const double *)b;
  return first < second ? -1 : first > second;
}

static double median(double *values) {
  qsort(values, ROUNDS, sizeof *values, compare);
  return values[ROUNDS / 2];
}

static void *filled(size_t bytes) {
  void *memory = aligned_alloc(64, (bytes + 63) / 64 * 64);
  if (memory == NULL) exit(1);
  memset(memory, 7, bytes);
  return memory;
}

/* m = 1 is plain XOR, as a row of ones is in the kernels. */
static void measure(int k, int m, size_t member_bytes) {
  size_t stride = member_bytes + PAD_BYTES, bytes = k * member_bytes;
  unsigned char *memory = filled((k + m) * stride), *destination = filled(bytes);
  unsigned char *source = filled(MEMCPY_BYTES), *target = filled(MEMCPY_BYTES);
  void *members[MEMBERS_MAX];
  for (int member = 0; member < k + m; member++) members[member] = memory + member * stride;
  unsigned char matrix[MEMBERS_MAX * MEMBERS_MAX], tables[32 * MEMBERS_MAX * MEMBERS_MAX];
  gf_gen_cauchy1_matrix(matrix, k + m, k);
  ec_init_tables(k, m, matrix + k * k, tables);
  int repeats = MEMCPY_BYTES / bytes > 1 ? MEMCPY_BYTES / bytes : 1;
  double rates[ROUNDS], to_memcpy[ROUNDS], to_copy[ROUNDS];
  for (int round = -2; round < ROUNDS; round++) {
    double start = now();
    memcpy(target, source, MEMCPY_BYTES);
    __asm__ volatile("" ::"r"(target) : "memory");
    double memcpy_ms = (now() - start) * bytes / MEMCPY_BYTES;
    double copy_ms = 0, encode_ms = 0;
    for (int repeat = -1; repeat < repeats; repeat++) {
      if (repeat == 0) start = now();
      for (int member = 0; member < k; member++)
        memcpy(destination + member * member_bytes, members[member], member_bytes);
      __asm__ volatile("" ::"r"(destination) : "memory");
    }
    copy_ms = (now() - start) / repeats;
    for (int repeat = -1; repeat < repeats; repeat++) {
      if (repeat == 0) start = now();
      if (m == 1) xor_gen(k + 1, member_bytes, members);
      else ec_encode_data(member_bytes, k, m, tables, (unsigned char **)members, (unsigned char **)members + k);
    }
    encode_ms = (now() - start) / repeats;
    if (round < 0) continue;
    rates[round] = bytes / 1e6 / encode_ms;
    to_memcpy[round] = memcpy_ms / encode_ms;
    to_copy[round] = copy_ms / encode_ms;
  }
  printf("ISA-L %2d+%d %6zu KiB  encode %6.1f GB/s  encode/memcpy %.2f  encode/copy %.2f\n", k, m, member_bytes / 1024,
         median(rates), median(to_memcpy), median(to_copy));
  free(memory), free(destination), free(source), free(target);
}

int main(int count, char **words) {
  size_t member_bytes = (count > 1 ? atoi(words[1]) : 64) * (size_t)1024;
  measure(8, 1, member_bytes);
  measure(4, 2, member_bytes);
  measure(8, 3, member_bytes);
  measure(10, 4, member_bytes);
  return 0;
}
