// Every kernel for the instruction set named SUFFIX, and their tables.
#include "lanes_body.h"
#include "direct_body.h"
#include "fourier_body.h"
#include "pointwise_body.h"
#include "wfdb_body.h"

static const ek_kernels FN(table) = {
    .convolve = FN(convolve),
    .convolve_weights = FN(convolve_weights),
    .fourier_forward = FN(fourier_forward),
    .fourier_inverse = FN(fourier_inverse),
    .fourier_forward_product = FN(fourier_forward_product),
    .fourier_input_product = FN(fourier_input_product),
    .fourier_weight_product = FN(fourier_weight_product),
    .moments = FN(moments),
    .scale_shift = FN(scale_shift),
    .gradient_moments = FN(gradient_moments),
    .scale_shift_gradient = FN(scale_shift_gradient),
    .add_rectify = FN(add_rectify),
    .rectify_gradient = FN(rectify_gradient),
    .add = FN(add),
    .max_pool3 = FN(max_pool3),
    .max_pool3_gradient = FN(max_pool3_gradient),
    .pool_all = FN(pool_all),
    .pool_all_gradient = FN(pool_all_gradient),
    .adam = FN(adam),
};

static const ek_wfdb_kernels FN(wfdb_table) = {
    .unpack80 = FN(unpack80),
    .unpack61 = FN(unpack61),
    .unpack160 = FN(unpack160),
    .unpack212 = FN(unpack212),
    .unpack310 = FN(unpack310),
    .unpack311 = FN(unpack311),
    .unpack8 = FN(unpack8),
    .unpack24 = FN(unpack24),
    .split16 = FN(split16),
    .column16 = FN(column16),
    .column16to32 = FN(column16to32),
    .column32 = FN(column32),
    .physical16 = FN(physical16),
    .physical32 = FN(physical32),
};
