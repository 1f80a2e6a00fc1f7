/* Times the WFDB C library: reads records or annotation files again and again for a while.

   Usage: bench_c samples SECONDS RECORD...   |   bench_c annotations SECONDS RECORD ANNOTATOR

   A pass opens and reads everything named once, headers included. Prints one JSON line with the rates of the median
   pass. Build: cc -O2 bench_c.c -IPREFIX/include -LPREFIX/lib -lwfdb -lm */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <wfdb/wfdb.h>

#define MAX_PASSES 100000

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec + t.tv_nsec * 1e-9;
}

static void fail(const char *what) {
  fprintf(stderr, "bench_c: cannot read %s: %s\n", what, wfdberror());
  exit(1);
}

/* The result of every pass goes here, so that no compiler can leave the work out. */
static volatile long sink;

/* All samples of a record, interleaved as 16-bit integers; their number. */
static long read_record(char *record, int16_t **buffer, long *capacity) {
  int signals = isigopen(record, NULL, 0);
  if (signals <= 0) fail(record);
  WFDB_Siginfo *info = malloc(signals * sizeof *info);
  WFDB_Sample *frame = malloc(signals * sizeof *frame);
  if (isigopen(record, info, signals) != signals) fail(record);
  long needed = (long)info[0].nsamp * signals, count = 0;
  if (needed <= 0) fail(record); /* a header without a length */
  if (needed > *capacity) {
    *buffer = realloc(*buffer, needed * sizeof **buffer);
    *capacity = needed;
  }
  int16_t *out = *buffer;
  while (count < needed && getvec(frame) == signals) {
    for (int i = 0; i < signals; i++) out[i] = (int16_t)frame[i];
    out += signals;
    count += signals;
  }
  if (count != needed) fail(record);
  sink += (*buffer)[count / 2];
  wfdbquit();
  free(info);
  free(frame);
  return count;
}

/* All annotations of a file, kept in memory without their texts; their number. */
static long read_annotations(char *record, char *annotator, WFDB_Annotation **marks, long *capacity) {
  WFDB_Anninfo file = {.name = annotator, .stat = WFDB_READ};
  if (annopen(record, &file, 1) != 0) fail(record);
  long count = 0;
  for (;;) {
    if (count == *capacity) {
      *capacity = *capacity ? 2 * *capacity : 1024;
      *marks = realloc(*marks, *capacity * sizeof **marks);
    }
    if (getann(0, *marks + count) != 0) break;
    count++;
  }
  if (count == 0) fail(record);
  sink += (long)(*marks)[count / 2].time;
  wfdbquit();
  return count;
}

static int ascending(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

int main(int argc, char **argv) {
  int samples = argc > 3 && strcmp(argv[1], "samples") == 0;
  if (!samples && !(argc == 5 && strcmp(argv[1], "annotations") == 0)) {
    fputs("usage: bench_c samples SECONDS RECORD... | bench_c annotations SECONDS RECORD ANNOTATOR\n", stderr);
    return 2;
  }
  static double passes[MAX_PASSES];
  int16_t *buffer = NULL;
  WFDB_Annotation *marks = NULL;
  long capacity = 0, count = 0;
  int done = 0;
  wfdbquiet();
  setwfdb(":"); /* an empty place to search: names are paths */
  for (double end = now() + atof(argv[2]); done == 0 || (now() < end && done < MAX_PASSES); done++) {
    double start = now();
    count = 0;
    if (samples)
      for (int i = 3; i < argc; i++) count += read_record(argv[i], &buffer, &capacity);
    else
      count = read_annotations(argv[3], argv[4], &marks, &capacity);
    passes[done] = now() - start;
  }
  qsort(passes, done, sizeof *passes, ascending);
  double median = passes[done / 2];
  if (samples)
    printf(
        "{\"records_per_second\": %.9g, \"samples_per_second\": %.9g, \"version\": \"%s\"}\n", (argc - 3) / median,
        count / median, wfdbversion());
  else
    printf(
        "{\"annotation_files_per_second\": %.9g, \"annotations_per_second\": %.9g, \"version\": \"%s\"}\n",
        1 / median, count / median, wfdbversion());
  return 0;
}
