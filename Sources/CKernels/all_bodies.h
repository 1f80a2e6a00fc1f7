// Every kernel for the instruction set named SUFFIX, and their tables.
#include "registers.h"

#include "lanes_body.h"
#include "matrix_body.h"
#include "activation_body.h"
#include "direct_body.h"
#include "fourier_body.h"
#include "optimizer_body.h"
#include "pointwise_body.h"
#include "peak_body.h"
#include "wfdb_body.h"
#include "batch_body.h"
#include "store_body.h"
#include "szip_body.h"
#include "deflate_search_body.h"
#include "deflate_tokens_body.h"
#include "deflate_runs_body.h"
#include "deflate_body.h"
#include "elementary_body.h"
#include "strided_body.h"
#include "recurrent_body.h"
#include "attention_body.h"
#include "windows_body.h"
#include "synthesis_body.h"

static const ek_kernels FN(table) = {
    .convolve = FN(convolve),
    .convolve_weights = FN(convolve_weights),
    .product = FN(product),
    .outer = FN(outer),
    .fourier = FN(fourier),
    .fourier_back = FN(fourier_back),
    .fourier_correlate = FN(fourier_correlate),
    .fourier_convolve = FN(fourier_convolve),
    .fourier_turn = FN(fourier_turn),
    .fourier_weights = FN(fourier_weights),
    .activate = FN(activate),
    .differentiate = FN(differentiate),
    .maxima = FN(maxima),
    .maxima_gradient = FN(maxima_gradient),
    .panel_moments = FN(panel_moments),
    .rectify_gradient_rows = FN(rectify_gradient_rows),
    .pool_rows = FN(pool_rows),
    .pool_gradient_rows = FN(pool_gradient_rows),
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
    .peak = FN(peak),
    .sgd = FN(sgd),
    .sum_of_squares = FN(sum_of_squares),
    .scale = FN(scale),
    .strided_convolve = FN(strided_convolve),
    .strided_weights = FN(strided_weights),
    .lstm_forward = FN(lstm_forward),
    .lstm_backward = FN(lstm_backward),
    .turn = FN(turn),
    .attention = FN(attention),
    .attention_gradient = FN(attention_gradient),
    .layer_norm = FN(layer_norm),
    .layer_norm_gradient = FN(layer_norm_gradient),
    .layer_norm_sums = FN(layer_norm_sums),
    .gelu = FN(gelu),
    .gelu_gradient = FN(gelu_gradient),
    .max_pool = FN(max_pool),
    .max_pool_gradient = FN(max_pool_gradient),
    .average_pool = FN(average_pool),
    .average_pool_gradient = FN(average_pool_gradient),
    .sum = FN(sum),
    .multiply = FN(multiply),
    .add_steps = FN(add_steps),
    .sum_lanes = FN(sum_lanes),
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

static const ek_batch_kernels FN(batch_table) = {
    .row_moments16 = FN(row_moments16),
    .lanes16 = FN(lanes16),
};

static const ek_store_kernels FN(store_table) = {
    .shuffle16 = FN(shuffle16),
    .unshuffle16 = FN(unshuffle16),
    .count_equal16 = FN(count_equal16),
    .join16 = FN(join16),
    .szip_encode16 = FN(szip_encode16),
    .deflate16 = FN(deflate16),
};

static const ek_synthesis_kernels FN(synthesis_table) = {
    .uniform_sums = FN(uniform_sums),
    .band_to_leads = FN(band_to_leads),
    .turning = FN(turning),
    .sinusoids = FN(sinusoids),
    .sum_of_squares = FN(sum_of_squares_4),
    .scaled = FN(scaled),
    .add_scaled = FN(add_scaled),
    .add_gaussian = FN(add_gaussian),
    .project = FN(project),
    .digitise = FN(digitise),
};
