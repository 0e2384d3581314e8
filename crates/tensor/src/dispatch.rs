//! From a run-time dtype to a type parameter: the one place where the dtype is matched on.

/// Evaluates the body with `$T` bound to the Rust type of a dtype of numbers, and `$bool` for bool.
macro_rules! by_dtype {
    ($dtype:expr, $T:ident => $body:expr, bool => $bool:expr) => {
        match $dtype {
            $crate::DType::U8 => {
                type $T = u8;
                $body
            }
            $crate::DType::I8 => {
                type $T = i8;
                $body
            }
            $crate::DType::I16 => {
                type $T = i16;
                $body
            }
            $crate::DType::I32 => {
                type $T = i32;
                $body
            }
            $crate::DType::I64 => {
                type $T = i64;
                $body
            }
            $crate::DType::F16 => {
                type $T = half::f16;
                $body
            }
            $crate::DType::Bf16 => {
                type $T = half::bf16;
                $body
            }
            $crate::DType::F32 => {
                type $T = f32;
                $body
            }
            $crate::DType::F64 => {
                type $T = f64;
                $body
            }
            $crate::DType::Bool => $bool,
        }
    };
}

/// Evaluates the body with `$T` bound to the Rust type of the dtype: for what moves elements.
macro_rules! for_dtype {
    ($dtype:expr, $T:ident => $body:expr) => {
        $crate::dispatch::by_dtype!($dtype, $T => $body, bool => {
            type $T = bool;
            $body
        })
    };
}

/// Evaluates the body, a loop of `kernel::map` or its kin, with `$T` bound to the type that floats of the dtype are computed in: `f64`, or
/// `f32` also for halves. Any other dtype gives an error that names the operation.
macro_rules! for_float {
    ($op:expr, $dtype:expr, $T:ident => $body:expr) => {
        match $dtype {
            $crate::DType::F32 | $crate::DType::F16 | $crate::DType::Bf16 => {
                type $T = f32;
                $body
            }
            $crate::DType::F64 => {
                type $T = f64;
                $body
            }
            got => Err($crate::ErrorKind::DType {
                op: $op,
                expected: "floating-point numbers",
                got,
            }
            .into()),
        }
    };
}

/// As `for_float!`, for loops that read elements as they are stored: `f32` or `f64`.
macro_rules! for_real {
    ($op:expr, $dtype:expr, $T:ident => $body:expr) => {
        match $dtype {
            $crate::DType::F32 => {
                type $T = f32;
                $body
            }
            $crate::DType::F64 => {
                type $T = f64;
                $body
            }
            got => Err($crate::ErrorKind::DType {
                op: $op,
                expected: "f32 or f64",
                got,
            }
            .into()),
        }
    };
}

/// As `for_float!`, for operations on all numbers: integers are computed in `i64`, which narrower
/// ones wrap around from as their own arithmetic would. Bool gives an error that names the operation.
macro_rules! for_number {
    ($op:expr, $dtype:expr, $T:ident => $body:expr) => {
        match $dtype {
            $crate::DType::Bool => Err($crate::ErrorKind::DType {
                op: $op,
                expected: "numbers",
                got: $crate::DType::Bool,
            }
            .into()),
            dtype => $crate::dispatch::for_compute!(dtype, $T => $body),
        }
    };
}

/// As `for_number!`, for every dtype: bools are computed in `i64` as 0 and 1.
macro_rules! for_compute {
    ($dtype:expr, $T:ident => $body:expr) => {
        match $dtype {
            $crate::DType::F32 | $crate::DType::F16 | $crate::DType::Bf16 => {
                type $T = f32;
                $body
            }
            $crate::DType::F64 => {
                type $T = f64;
                $body
            }
            _ => {
                type $T = i64;
                $body
            }
        }
    };
}

pub(crate) use {by_dtype, for_compute, for_dtype, for_float, for_number, for_real};
