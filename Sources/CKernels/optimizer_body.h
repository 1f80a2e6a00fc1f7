// What happens to parameters after the backward pass: passes over arrays of `count` numbers of any alignment. Included
// once for each instruction set.

static void FN(adam)(float *value, const float *gradient, float *first, float *second, long count,
                     const ek_adam_step *step) {
  float fresh = 1.0f - step->first_decay, fresh_square = 1.0f - step->second_decay;
  float penalty = step->penalty, shrink = step->shrink;
  for (long i = 0; i < count; i++) {
    float g = penalty != 0 ? __builtin_fmaf(penalty, value[i], gradient[i]) : gradient[i];
    float m = __builtin_fmaf(step->first_decay, first[i], fresh * g);
    float v = __builtin_fmaf(step->second_decay, second[i], fresh_square * (g * g));
    first[i] = m;
    second[i] = v;
    float root = __builtin_sqrtf(v * step->second_correction) + step->epsilon;
    value[i] = value[i] * shrink - step->step_size * m / root;
  }
}

static void FN(sgd)(float *value, const float *gradient, float *velocity, long count, const ek_sgd_step *step) {
  float penalty = step->penalty, momentum = step->momentum, rate = step->rate;
  int nesterov = step->nesterov;
  for (long i = 0; i < count; i++) {
    float g = __builtin_fmaf(penalty, value[i], gradient[i]);
    float v = __builtin_fmaf(momentum, velocity[i], g);
    velocity[i] = v;
    float direction = nesterov ? __builtin_fmaf(momentum, v, g) : v;
    value[i] = __builtin_fmaf(-rate, direction, value[i]);
  }
}

// Number i belongs to partial sum i mod 16 whatever the register width; a square of a float is exact in double.
static double FN(sum_of_squares)(const float *numbers, long count) {
  double sums[16] = {0};
  long whole = count / 16 * 16;
  for (long i = 0; i < whole; i += 16)
    for (int l = 0; l < 16; l++) sums[l] += (double)numbers[i + l] * (double)numbers[i + l];
  for (long i = whole; i < count; i++) sums[i - whole] += (double)numbers[i] * (double)numbers[i];
  for (int width = 8; width >= 1; width /= 2)
    for (int l = 0; l < width; l++) sums[l] += sums[l + width];
  return sums[0];
}

static void FN(scale)(float *numbers, long count, float factor) {
  for (long i = 0; i < count; i++) numbers[i] *= factor;
}
