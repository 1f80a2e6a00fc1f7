// Samples to chunks and back. Included once for each instruction set.

static void FN(shuffle16)(const int16_t *in, long count, uint8_t *out) {
  uint8_t *low = out, *high = out + count;
  for (long i = 0; i < count; i++) {
    low[i] = (uint8_t)in[i];
    high[i] = (uint8_t)((uint16_t)in[i] >> 8);
  }
}

static void FN(unshuffle16)(const uint8_t *in, long count, int16_t *out) {
  for (long i = 0; i < count; i++) out[i] = (int16_t)(in[i] | in[count + i] << 8);
}

static long FN(count_equal16)(const int16_t *in, long count, int16_t value) {
  long total = 0;
  while (count > 0) {
    // 16 counters of 16 bits hold that many.
    long piece = count < 1 << 19 ? count : 1 << 19, i = 0;
    S16 found = {0};
    for (; i + 16 <= piece; i += 16) {
      S16 v;
      __builtin_memcpy(&v, in + i, 32);
      found -= (S16)(v == value);
    }
    for (int lane = 0; lane < 16; lane++) total += (uint16_t)found[lane];
    for (; i < piece; i++) total += in[i] == value;
    in += piece;
    count -= piece;
  }
  return total;
}

// Eight rows from `first` on.
static inline void FN(join_eight)(const int16_t *in, long stride, long frames, long signals, long first,
                                  int16_t *out) {
  long f = 0;
  for (; f + 8 <= frames; f += 8) {
    S8 r[8], c[8];
    for (int i = 0; i < 8; i++) __builtin_memcpy(&r[i], in + (first + i) * stride + f, 16);
    FN(transpose_eight)(r, c);
    for (int i = 0; i < 8; i++) __builtin_memcpy(out + (f + i) * signals + first, &c[i], 16);
  }
  for (; f < frames; f++)
    for (int i = 0; i < 8; i++) out[f * signals + first + i] = in[(first + i) * stride + f];
}

static void FN(join16)(const int16_t *in, long stride, long frames, long signals, int16_t *out) {
  if (signals < 8) {
    for (long s = 0; s < signals; s++)
      for (long f = 0; f < frames; f++) out[f * signals + s] = in[s * stride + f];
    return;
  }
  for (long s = 0; s < signals; s += 8)
    // The last eight may overlap those before, which are then written a second time.
    FN(join_eight)(in, stride, frames, signals, s + 8 <= signals ? s : signals - 8, out);
}
