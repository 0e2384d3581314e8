//! The list of methods that `Tensor` and `Var` offer without a trait in scope.

use crate::Tensor;

/// Gives a type the methods of every family as its own.
///
/// What programs are made of is compiled once, here for `Tensor` and in `autograd` for `Var`. The long
/// rest is `#[inline]`: nothing of it, kernels and gradient rules included, is compiled before a program
/// calls it.
#[doc(hidden)]
#[macro_export]
macro_rules! methods {
    ($T:ty) => {
        // What layers, losses and training programs are made of: compiled once, with the crate.
        $crate::methods! { @family $T, Arithmetic;
            add(other: &Self); sub(other: &Self); mul(other: &Self); div(other: &Self); neg(); square(); abs();
            reciprocal(); add_scalar(c: impl Into<$crate::Scalar>); sub_scalar(c: impl Into<$crate::Scalar>);
            rsub_scalar(c: impl Into<$crate::Scalar>); mul_scalar(c: impl Into<$crate::Scalar>);
            div_scalar(c: impl Into<$crate::Scalar>);
        }
        $crate::methods! { @family $T, Powers; pow_scalar(exponent: impl Into<$crate::Scalar>); }
        $crate::methods! { @family $T, Bounds;
            maximum(other: &Self); minimum(other: &Self);
            clamp(low: impl Into<$crate::Scalar>, high: impl Into<$crate::Scalar>);
            clamp_min(low: impl Into<$crate::Scalar>); clamp_max(high: impl Into<$crate::Scalar>);
        }
        $crate::methods! { @family $T, Selection;
            where_(condition: &$crate::Tensor, other: &Self);
            masked_fill(mask: &$crate::Tensor, value: impl Into<$crate::Scalar>);
        }
        $crate::methods! { @family $T, Exponential; exp(); log(); sqrt(); }
        $crate::methods! { @family $T, Activation;
            relu(); sigmoid(); tanh(); leaky_relu(negative_slope: f64); gelu();
        }
        $crate::methods! { @questions $T, Comparison;
            eq(other: &Self); ne(other: &Self); lt(other: &Self); le(other: &Self); gt(other: &Self); ge(other: &Self);
            eq_scalar(c: impl Into<$crate::Scalar>); ne_scalar(c: impl Into<$crate::Scalar>);
            lt_scalar(c: impl Into<$crate::Scalar>); le_scalar(c: impl Into<$crate::Scalar>);
            gt_scalar(c: impl Into<$crate::Scalar>); ge_scalar(c: impl Into<$crate::Scalar>);
        }
        $crate::methods! { @family $T, Sums;
            sum(); sum_dims(dims: &[isize], keepdim: bool); mean(); mean_dims(dims: &[isize], keepdim: bool);
        }
        $crate::methods! { @family $T, Extremes; max(); min(); }
        $crate::methods! { @family $T, Extremes; max_dim(dim: isize, keepdim: bool) -> Indexed; }
        $crate::methods! { @family $T, Variance; var_dims(dims: &[isize], correction: f64, keepdim: bool); }
        $crate::methods! { @family $T, Norms; vector_norm(p: f64, dims: &[isize], keepdim: bool); }
        $crate::methods! { @family $T, Softmaxes;
            softmax(dim: isize); log_softmax(dim: isize); logsumexp(dims: &[isize], keepdim: bool);
        }
        $crate::methods! { @family $T, Shapes;
            reshape(shape: impl $crate::Sizes); flatten(start: isize, end: isize);
            unflatten(dim: isize, sizes: impl $crate::Sizes); unsqueeze(dim: isize); squeeze(dim: isize);
            permute(order: &[isize]); transpose(a: isize, b: isize); t(); expand(shape: impl $crate::Sizes);
            narrow(dim: isize, start: impl Into<$crate::Position>, len: usize);
            slice(dim: isize, start: isize, end: isize, step: usize); select(dim: isize, index: isize);
        }
        $crate::methods! { @family $T, Splitting;
            split(size: usize, dim: isize) -> Vec; chunk(chunks: usize, dim: isize) -> Vec; unbind(dim: isize) -> Vec;
        }
        $crate::methods! { @static $T, Concatenate;
            cat(tensors: &[&Self], dim: isize); stack(tensors: &[&Self], dim: isize);
        }
        $crate::methods! { @family $T, Padding; pad(pad: &[isize], mode: $crate::ops::PadMode); }
        $crate::methods! { @family $T, Triangles; tril(diagonal: isize); triu(diagonal: isize); }
        $crate::methods! { @family $T, Indexing;
            index(indices: impl $crate::Indices); index_select(dim: isize, index: &$crate::Tensor);
        }
        $crate::methods! { @family $T, Gathering;
            gather(dim: isize, index: &$crate::Tensor); scatter_add(dim: isize, index: &$crate::Tensor, source: &Self);
        }
        $crate::methods! { @family $T, Embedding;
            embedding(index: &$crate::Tensor, padding_idx: Option<isize>, scale_grad_by_freq: bool);
        }
        $crate::methods! { @family $T, MatrixProduct; matmul(other: &Self); bmm(other: &Self); }
        $crate::methods! { @family $T, Linear; linear(weight: &Self, bias: Option<&Self>); }
        $crate::methods! { @family $T, Convolution;
            conv1d(weight: &Self, bias: Option<&Self>, options: &$crate::ops::ConvOptions<1>);
            conv2d(weight: &Self, bias: Option<&Self>, options: &$crate::ops::ConvOptions<2>);
        }
        $crate::methods! { @family $T, Normalization;
            standardize(dims: &[isize], eps: f64);
            layer_norm(normalized_shape: &[usize], weight: Option<&Self>, bias: Option<&Self>, eps: f64);
            group_norm(num_groups: usize, weight: Option<&Self>, bias: Option<&Self>, eps: f64);
        }
        $crate::methods! { @family $T, Pooling;
            max_pool1d(options: &$crate::ops::MaxPoolOptions<1>); max_pool2d(options: &$crate::ops::MaxPoolOptions<2>);
            avg_pool2d(options: &$crate::ops::AvgPoolOptions<2>); adaptive_avg_pool2d(output_size: [Option<usize>; 2]);
        }
        $crate::methods! { @family $T, SquaredError; mse_loss(target: &Self, reduction: $crate::ops::Reduction); }
        $crate::methods! { @family $T, ClassLosses;
            nll_loss(
                target: &$crate::Tensor, weight: Option<&$crate::Tensor>, ignore_index: i64,
                reduction: $crate::ops::Reduction
            );
            cross_entropy(
                target: &Self, weight: Option<&$crate::Tensor>, ignore_index: i64, label_smoothing: f64,
                reduction: $crate::ops::Reduction
            );
        }
        $crate::methods! { @family $T, BinaryCrossEntropy;
            binary_cross_entropy(target: &Self, reduction: $crate::ops::Reduction);
            binary_cross_entropy_with_logits(target: &Self, reduction: $crate::ops::Reduction);
        }

        // The rest: compiled in the crate that calls it.
        $crate::methods! { #[inline] @family $T, Arithmetic;
            sign(); positive(); rsub(other: &Self); rdiv_scalar(c: impl Into<$crate::Scalar>);
        }
        $crate::methods! { #[inline] @family $T, ScaledSums;
            add_scaled(other: &Self, alpha: impl Into<$crate::Scalar>);
            sub_scaled(other: &Self, alpha: impl Into<$crate::Scalar>);
            addcmul(b: &Self, c: &Self, value: impl Into<$crate::Scalar>);
            addcdiv(b: &Self, c: &Self, value: impl Into<$crate::Scalar>);
        }
        $crate::methods! { #[inline] @family $T, Divisions;
            div_rounded(other: &Self, mode: $crate::ops::RoundingMode);
            div_rounded_scalar(other: impl Into<$crate::Scalar>, mode: $crate::ops::RoundingMode);
            floor_divide(other: &Self); floor_divide_scalar(other: impl Into<$crate::Scalar>); fmod(other: &Self);
            fmod_scalar(other: impl Into<$crate::Scalar>); remainder(other: &Self);
            remainder_scalar(other: impl Into<$crate::Scalar>); rremainder_scalar(c: impl Into<$crate::Scalar>);
        }
        $crate::methods! { #[inline] @family $T, Powers;
            pow(exponent: &Self); rpow_scalar(base: impl Into<$crate::Scalar>); float_power(exponent: &Self);
            float_power_scalar(exponent: impl Into<$crate::Scalar>);
        }
        $crate::methods! { #[inline] @family $T, Bounds;
            fmax(other: &Self); fmin(other: &Self); clamp_between(low: &Self, high: &Self);
        }
        $crate::methods! { #[inline] @family $T, Roundings;
            floor(); ceil(); round(); round_decimals(decimals: i32); trunc(); frac();
        }
        $crate::methods! { #[inline] @family $T, Signs;
            copysign(other: &Self); copysign_scalar(other: impl Into<$crate::Scalar>); heaviside(values: &Self);
        }
        $crate::methods! { #[inline] @family $T, Selection;
            where_scalar(condition: &$crate::Tensor, other: impl Into<$crate::Scalar>);
            masked_fill_tensor(mask: &$crate::Tensor, value: &Self);
            nan_to_num(nan: Option<f64>, posinf: Option<f64>, neginf: Option<f64>);
        }
        $crate::methods! { #[inline] @family $T, Interpolation;
            lerp(end: &Self, weight: &Self); lerp_scalar(end: &Self, weight: impl Into<$crate::Scalar>);
        }
        $crate::methods! { #[inline] @family $T, Exponential;
            log1p(); expm1(); exp2(); log2(); log10(); rsqrt(); ldexp(exponent: &Self);
        }
        $crate::methods! { #[inline] @family $T, Logarithmic;
            logaddexp(other: &Self); logaddexp2(other: &Self); xlogy(other: &Self);
            xlogy_scalar(other: impl Into<$crate::Scalar>); rxlogy_scalar(a: impl Into<$crate::Scalar>);
            xlog1py(other: &Self); xlog1py_scalar(other: impl Into<$crate::Scalar>);
            rxlog1py_scalar(a: impl Into<$crate::Scalar>); entr(); logit(eps: Option<f64>);
        }
        $crate::methods! { #[inline] @family $T, Trigonometric;
            sin(); cos(); tan(); asin(); acos(); atan(); sinh(); cosh(); asinh(); acosh(); atanh(); atan2(other: &Self);
            hypot(other: &Self); deg2rad(); rad2deg();
        }
        $crate::methods! { #[inline] @family $T, SpecialFunctions;
            erf(); erfc(); erfinv(); lgamma(); digamma(); polygamma(n: u32); sinc();
        }
        $crate::methods! { #[inline] @family $T, Activation;
            relu6(); prelu(weight: &Self); elu(alpha: f64); celu(alpha: f64); selu(); silu(); mish(); gelu_tanh();
            softplus(beta: f64, threshold: f64); logsigmoid(); softsign(); tanhshrink(); hardshrink(lambd: f64);
            softshrink(lambd: f64); hardtanh(min_val: impl Into<$crate::Scalar>, max_val: impl Into<$crate::Scalar>);
            hardsigmoid(); hardswish();
            threshold(threshold: impl Into<$crate::Scalar>, value: impl Into<$crate::Scalar>); glu(dim: isize);
        }
        $crate::methods! { #[inline] @questions $T, Comparison;
            isclose(other: &Self, rtol: f64, atol: f64, equal_nan: bool);
        }
        $crate::methods! { #[inline] @questions $T, Predicates;
            isnan(); isinf(); isfinite(); isposinf(); isneginf(); isreal(); signbit();
        }
        $crate::methods! { #[inline] @family $T, Sums;
            sum_to_size(shape: &[usize]); nansum(dims: &[isize], keepdim: bool); nanmean(dims: &[isize], keepdim: bool);
        }
        $crate::methods! { #[inline] @family $T, Products; prod(); prod_dim(dim: isize, keepdim: bool); }
        $crate::methods! { #[inline] @family $T, Extremes;
            amax(dims: &[isize], keepdim: bool); amin(dims: &[isize], keepdim: bool);
        }
        $crate::methods! { #[inline] @family $T, Extremes; min_dim(dim: isize, keepdim: bool) -> Indexed; }
        $crate::methods! { #[inline] @family $T, Extremes;
            aminmax(dim: impl Into<Option<isize>>, keepdim: bool) -> Pair;
        }
        $crate::methods! { #[inline] @family $T, Variance;
            var(); std(); std_dims(dims: &[isize], correction: f64, keepdim: bool);
            cov(correction: f64, frequencies: Option<&$crate::Tensor>, weights: Option<&Self>); corrcoef();
        }
        $crate::methods! { #[inline] @family $T, Variance;
            var_mean(dims: &[isize], correction: f64, keepdim: bool) -> Pair;
            std_mean(dims: &[isize], correction: f64, keepdim: bool) -> Pair;
        }
        $crate::methods! { #[inline] @family $T, Norms;
            norm(); dist(other: &Self, p: f64);
            matrix_norm(norm: $crate::ops::MatrixNorm, dims: [isize; 2], keepdim: bool);
        }
        $crate::methods! { #[inline] @family $T, Quantiles;
            median(); nanmedian();
            quantile(q: &Self, dim: impl Into<Option<isize>>, keepdim: bool, interpolation: $crate::ops::QuantileInterpolation);
            nanquantile(q: &Self, dim: impl Into<Option<isize>>, keepdim: bool, interpolation: $crate::ops::QuantileInterpolation);
        }
        $crate::methods! { #[inline] @family $T, Quantiles;
            median_dim(dim: isize, keepdim: bool) -> Indexed; nanmedian_dim(dim: isize, keepdim: bool) -> Indexed;
            mode(dim: isize, keepdim: bool) -> Indexed;
        }
        $crate::methods! { #[inline] @family $T, Softmaxes; softmin(dim: isize); }
        $crate::methods! { #[inline] @family $T, Cumulative;
            cumsum(dim: isize); cumprod(dim: isize); logcumsumexp(dim: isize);
        }
        $crate::methods! { #[inline] @family $T, Cumulative;
            cummax(dim: isize) -> Indexed; cummin(dim: isize) -> Indexed;
        }
        $crate::methods! { #[inline] @family $T, Differences;
            diff(n: usize, dim: isize); diff_with(n: usize, dim: isize, prepend: Option<&Self>, append: Option<&Self>);
            trapezoid(x: &Self, dim: isize); trapezoid_dx(dx: impl Into<$crate::Scalar>, dim: isize);
            cumulative_trapezoid(x: &Self, dim: isize);
            cumulative_trapezoid_dx(dx: impl Into<$crate::Scalar>, dim: isize);
        }
        $crate::methods! { #[inline] @family $T, Sorting; msort(); }
        $crate::methods! { #[inline] @family $T, Sorting;
            sort(dim: isize, descending: bool) -> Indexed; topk(k: usize, dim: isize, largest: bool) -> Indexed;
            kthvalue(k: usize, dim: isize, keepdim: bool) -> Indexed;
        }
        $crate::methods! { #[inline] @family $T, Shapes;
            view(shape: impl $crate::Sizes); reshape_as(other: &Self); view_as(other: &Self); ravel();
            squeeze_dims(dims: &[isize]); squeeze_all(); movedim(source: &[isize], destination: &[isize]); mt();
            broadcast_to(shape: impl $crate::Sizes); expand_as(other: &Self);
        }
        $crate::methods! { #[inline] @family $T, SliceScatter;
            slice_scatter(source: &Self, dim: isize, start: isize, end: isize, step: usize);
            select_scatter(source: &Self, dim: isize, index: isize);
        }
        $crate::methods! { #[inline] @family $T, Broadcasting; atleast_1d(); atleast_2d(); atleast_3d(); }
        $crate::methods! { #[inline] @static $T, Broadcasting; broadcast_tensors(tensors: &[&Self]) -> Vec; }
        $crate::methods! { #[inline] @family $T, Splitting;
            split_with_sizes(sizes: &[usize], dim: isize) -> Vec;
            tensor_split(sections: impl Into<$crate::ops::Sections>, dim: isize) -> Vec;
            hsplit(sections: impl Into<$crate::ops::Sections>) -> Vec;
            vsplit(sections: impl Into<$crate::ops::Sections>) -> Vec;
            dsplit(sections: impl Into<$crate::ops::Sections>) -> Vec; rows() -> Iter;
        }
        $crate::methods! { #[inline] @static $T, Concatenate;
            hstack(tensors: &[&Self]); vstack(tensors: &[&Self]); dstack(tensors: &[&Self]);
            column_stack(tensors: &[&Self]); block_diag(tensors: &[&Self]);
        }
        $crate::methods! { #[inline] @static $T, Grid;
            meshgrid(tensors: &[&Self], indexing: $crate::ops::GridIndexing) -> Vec; cartesian_prod(tensors: &[&Self]);
        }
        $crate::methods! { #[inline] @family $T, Grid; combinations(r: usize, with_replacement: bool); }
        $crate::methods! { #[inline] @family $T, Rearrange;
            flip(dims: &[isize]); fliplr(); flipud(); roll(shifts: &[isize], dims: &[isize]);
            rot90(k: isize, dims: [isize; 2]); repeat(repeats: &[usize]); tile(repeats: &[usize]);
            repeat_interleave(repeats: impl Into<$crate::ops::Repeats>, dim: Option<isize>);
        }
        $crate::methods! { #[inline] @family $T, Padding;
            constant_pad_nd(pad: &[isize], value: impl Into<$crate::Scalar>);
        }
        $crate::methods! { #[inline] @family $T, Windows;
            unfold(dim: isize, size: usize, step: usize);
            im2col(kernel: [usize; 2], dilation: [usize; 2], padding: [usize; 2], stride: [usize; 2]);
        }
        $crate::methods! { #[inline] @family $T, PixelShuffle;
            pixel_shuffle(factor: usize); pixel_unshuffle(factor: usize); channel_shuffle(groups: usize);
        }
        $crate::methods! { #[inline] @family $T, Diagonals;
            diagonal(offset: isize, dim1: isize, dim2: isize); diag_embed(offset: isize, dim1: isize, dim2: isize);
            trace(); diag(offset: isize); diagflat(offset: isize);
            diagonal_scatter(source: &Self, offset: isize, dim1: isize, dim2: isize);
        }
        $crate::methods! { #[inline] @family $T, Indexing;
            index_put(indices: impl $crate::Indices, values: &Self, accumulate: bool);
            index_add(dim: isize, index: &$crate::Tensor, source: &Self, alpha: impl Into<$crate::Scalar>);
            index_copy(dim: isize, index: &$crate::Tensor, source: &Self);
            index_fill(dim: isize, index: &$crate::Tensor, value: impl Into<$crate::Scalar>);
            index_fill_with(dim: isize, index: &$crate::Tensor, value: &Self);
        }
        $crate::methods! { #[inline] @family $T, Take;
            take(index: &$crate::Tensor); put(index: &$crate::Tensor, source: &Self, accumulate: bool);
        }
        $crate::methods! { #[inline] @family $T, Masking;
            masked_select(mask: &$crate::Tensor); masked_scatter(mask: &$crate::Tensor, source: &Self);
        }
        $crate::methods! { #[inline] @family $T, Gathering;
            take_along_dim(indices: &$crate::Tensor, dim: Option<isize>);
            scatter(dim: isize, index: &$crate::Tensor, source: &Self);
            scatter_value(dim: isize, index: &$crate::Tensor, value: impl Into<$crate::Scalar>);
        }
        $crate::methods! { #[inline] @family $T, Scattering;
            scatter_reduce(dim: isize, index: &$crate::Tensor, source: &Self, reduce: $crate::ops::ScatterReduction, include_self: bool);
            index_reduce(dim: isize, index: &$crate::Tensor, source: &Self, reduce: $crate::ops::ScatterReduction, include_self: bool);
        }
        $crate::methods! { #[inline] @family $T, MatrixProduct;
            mm(other: &Self); mv(vector: &Self); dot(other: &Self); vdot(other: &Self); outer(other: &Self);
            inner(other: &Self);
        }
        $crate::methods! { #[inline] @family $T, AddedProduct;
            addmm(a: &Self, b: &Self, beta: impl Into<$crate::Scalar>, alpha: impl Into<$crate::Scalar>);
            addmv(a: &Self, v: &Self, beta: impl Into<$crate::Scalar>, alpha: impl Into<$crate::Scalar>);
            addbmm(a: &Self, b: &Self, beta: impl Into<$crate::Scalar>, alpha: impl Into<$crate::Scalar>);
            baddbmm(a: &Self, b: &Self, beta: impl Into<$crate::Scalar>, alpha: impl Into<$crate::Scalar>);
            addr(u: &Self, v: &Self, beta: impl Into<$crate::Scalar>, alpha: impl Into<$crate::Scalar>);
        }
        $crate::methods! { #[inline] @family $T, TensorProduct;
            tensordot(other: &Self, dims: impl Into<$crate::ops::Contraction>); kron(other: &Self);
        }
        $crate::methods! { #[inline] @family $T, VectorProduct;
            cross(other: &Self, dim: Option<isize>); vecdot(other: &Self, dim: isize);
        }
        $crate::methods! { #[inline] @family $T, Vandermonde; vander(n: Option<usize>); }
        $crate::methods! { #[inline] @family $T, Distances;
            cdist(other: &Self, p: f64); pdist(p: f64); pairwise_distance(other: &Self, p: f64, eps: f64, keepdim: bool);
        }
        $crate::methods! { #[inline] @family $T, Similarity; cosine_similarity(other: &Self, dim: isize, eps: f64); }
        $crate::methods! { #[inline] @family $T, Renorm; renorm(p: f64, dim: isize, maxnorm: f64); }
        $crate::methods! { #[inline] @family $T, Convolution;
            conv_transpose1d(weight: &Self, bias: Option<&Self>, options: &$crate::ops::ConvTransposeOptions<1>);
            conv_transpose2d(weight: &Self, bias: Option<&Self>, options: &$crate::ops::ConvTransposeOptions<2>);
        }
        $crate::methods! { #[inline] @family $T, Resampling;
            interpolate(resize: &$crate::ops::Resize, mode: $crate::ops::InterpolateMode, align_corners: bool);
        }
        $crate::methods! { #[inline] @family $T, Normalization;
            rms_norm(normalized_shape: &[usize], weight: Option<&Self>, eps: Option<f64>);
            local_response_norm(size: usize, alpha: f64, beta: f64, k: f64);
        }
        $crate::methods! { #[inline] @family $T, Pooling;
            avg_pool1d(options: &$crate::ops::AvgPoolOptions<1>); adaptive_avg_pool1d(output_size: [Option<usize>; 1]);
        }
        $crate::methods! { #[inline] @static $T, Einsum; einsum(equation: &str, operands: &[&Self]); }
        $crate::methods! { #[inline] @static $T, ProductChain; multi_dot(chain: &[&Self]); }
    };
    (#[$inline:meta] @$kind:ident $T:ty, $Family:ident; $($name:ident $arguments:tt $(-> $Out:ident)?;)*) => {
        $crate::methods! { @$kind $T, $Family; $(#[$inline] $name $arguments $(-> $Out)?;)* }
    };
    (@questions $T:ty, $Family:ident; $($(#[$inline:meta])? $name:ident($($arg:ident: $Arg:ty),*);)*) => {
        #[doc = concat!("Methods of [`", stringify!($Family), "`](gradus_tensor::ops::", stringify!($Family), ").")]
        impl $T {$(
            #[doc = concat!("See [`", stringify!($Family), "::", stringify!($name), "`](gradus_tensor::ops::", stringify!($Family), "::", stringify!($name), ") for formula, shapes and errors.")]
            $(#[$inline])?
            pub fn $name(&self $(, $arg: $Arg)*) -> $crate::Result<$crate::Tensor> {
                $crate::ops::$Family::$name(self $(, $arg)*)
            }
        )*}
    };
    (@family $T:ty, $Family:ident; $($(#[$inline:meta])? $name:ident($($arg:ident: $Arg:ty),*) $(-> $Out:ident)?;)*) => {
        #[doc = concat!("Methods of [`", stringify!($Family), "`](gradus_tensor::ops::", stringify!($Family), ").")]
        impl $T {$(
            #[doc = concat!("See [`", stringify!($Family), "::", stringify!($name), "`](gradus_tensor::ops::", stringify!($Family), "::", stringify!($name), ") for formula, shapes and errors.")]
            $(#[$inline])?
            pub fn $name(&self $(, $arg: $Arg)*) -> $crate::Result<$crate::methods!(@out $($Out)?)> {
                $crate::ops::$Family::$name(self $(, $arg)*)
            }
        )*}
    };
    (@static $T:ty, $Family:ident; $($(#[$inline:meta])? $name:ident($($arg:ident: $Arg:ty),*) $(-> $Out:ident)?;)*) => {
        #[doc = concat!("Methods of [`", stringify!($Family), "`](gradus_tensor::ops::", stringify!($Family), ").")]
        impl $T {$(
            #[doc = concat!("See [`", stringify!($Family), "::", stringify!($name), "`](gradus_tensor::ops::", stringify!($Family), "::", stringify!($name), ") for formula, shapes and errors.")]
            $(#[$inline])?
            pub fn $name($($arg: $Arg),*) -> $crate::Result<$crate::methods!(@out $($Out)?)> {
                $crate::ops::$Family::$name($($arg),*)
            }
        )*}
    };
    (@out) => { Self };
    (@out Pair) => { (Self, Self) };
    (@out Indexed) => { (Self, $crate::Tensor) };
    (@out Vec) => { Vec<Self> };
    (@out Iter) => { std::vec::IntoIter<Self> };
}

crate::methods!(Tensor);
