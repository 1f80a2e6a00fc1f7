// Rows of 16-bit samples to training batches. Included once for each instruction set.

static void FN(row_moments16)(const int16_t *row, long count, ek_row_moments *moments) {
  int64_t sum = 0, squares = 0, present = 0;
  int minimum = INT16_MAX, maximum = -INT16_MAX;
  for (long i = 0; i < count; i++) {
    int missing = row[i] == INT16_MIN, x = missing ? 0 : row[i];
    int low = missing ? INT16_MAX : row[i], high = missing ? -INT16_MAX : row[i];
    minimum = low < minimum ? low : minimum;
    maximum = high > maximum ? high : maximum;
    sum += x;
    squares += x * x;
    present += !missing;
  }
  *moments = (ek_row_moments){sum, squares, present, minimum, maximum};
}

// Step t of lane l of `out` is (rows[l][t] - offset[l]) scale[l]; 0 where that sample is missing or scale[l] is 0.
static void FN(lanes16)(const int16_t *const *rows, long count, const float *offset, const float *scale, float *out) {
  V offsets, scales;
  __builtin_memcpy(&offsets, offset, 64);
  __builtin_memcpy(&scales, scale, 64);
  I alive = scales != SPLAT(0);
  long t = 0;
  for (; t + 8 <= count; t += 8) {
    // Eight steps of lanes l and l + 8 side by side, then an 8 x 8 transposition in each half.
    S16 a[8], b[8], c[8];
    for (int l = 0; l < 8; l++) {
      S8 low, high;
      __builtin_memcpy(&low, rows[l] + t, 16);
      __builtin_memcpy(&high, rows[l + 8] + t, 16);
      a[l] = __builtin_shufflevector(low, high, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
    }
    for (int l = 0; l < 4; l++) {
      S16 x = a[l], y = a[l + 4];
      b[2 * l] = __builtin_shufflevector(x, y, 0, 16, 1, 17, 2, 18, 3, 19, 8, 24, 9, 25, 10, 26, 11, 27);
      b[2 * l + 1] = __builtin_shufflevector(x, y, 4, 20, 5, 21, 6, 22, 7, 23, 12, 28, 13, 29, 14, 30, 15, 31);
    }
    for (int l = 0; l < 4; l++) {
      S16 x = b[l], y = b[l + 4];
      c[2 * l] = __builtin_shufflevector(x, y, 0, 16, 1, 17, 2, 18, 3, 19, 8, 24, 9, 25, 10, 26, 11, 27);
      c[2 * l + 1] = __builtin_shufflevector(x, y, 4, 20, 5, 21, 6, 22, 7, 23, 12, 28, 13, 29, 14, 30, 15, 31);
    }
    for (int l = 0; l < 4; l++) {
      S16 x = c[l], y = c[l + 4];
      a[2 * l] = __builtin_shufflevector(x, y, 0, 16, 1, 17, 2, 18, 3, 19, 8, 24, 9, 25, 10, 26, 11, 27);
      a[2 * l + 1] = __builtin_shufflevector(x, y, 4, 20, 5, 21, 6, 22, 7, 23, 12, 28, 13, 29, 14, 30, 15, 31);
    }
    for (int s = 0; s < 8; s++) {
      I whole = __builtin_convertvector(a[s], I);
      I kept = (whole != INT16_MIN) & alive;
      V value = (__builtin_convertvector(whole, V) - offsets) * scales;
      V number = (V)((I)value & kept);
      // A batch is larger than the caches: written past them, memory need not be read first.
      __builtin_nontemporal_store(number, (V *)(out + (t + s) * EK_LANES));
    }
  }
  for (; t < count; t++)
    for (int l = 0; l < EK_LANES; l++) {
      int16_t x = rows[l][t];
      out[t * EK_LANES + l] = x == INT16_MIN || scale[l] == 0 ? 0 : ((float)x - offset[l]) * scale[l];
    }
#if defined(__x86_64__)
  __builtin_ia32_sfence();
#endif
}
