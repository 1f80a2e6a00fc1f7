// How fast this processor multiplies and adds: nothing but fused multiply-adds on registers. Included once for each
// instruction set.

// `rounds` times PEAK_CHAINS multiply-adds of PART lanes, each waiting for none of the others; returns how many
// operations that was and leaves what keeps them alive.
static double FN(peak)(long rounds, float *kept) {
  H sum[PEAK_CHAINS], factor = SPREAD(0.999999f), step = SPREAD(1e-6f);
  for (int i = 0; i < PEAK_CHAINS; i++) sum[i] = SPREAD(0.25f * (float)i);
  for (long r = 0; r < rounds; r++)
    for (int i = 0; i < PEAK_CHAINS; i++) sum[i] = FMA(sum[i], factor, step);
  H total = sum[0];
  for (int i = 1; i < PEAK_CHAINS; i++) total = total + sum[i];
  *kept = 0;
  for (int l = 0; l < PART; l++) *kept += total[l];
  return 2.0 * PEAK_CHAINS * PART * (double)rounds;
}
