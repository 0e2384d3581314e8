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

/// Evaluates the body with `$T` bound to the Rust type of the dtype.
macro_rules! for_dtype {
    ($dtype:expr, $T:ident => $body:expr) => {
        $crate::dispatch::by_dtype!($dtype, $T => $body, bool => {
            type $T = bool;
            $body
        })
    };
}

/// As `for_dtype!`, for operations on floating-point numbers that are computed in `f32` or `f64`;
/// any other dtype gives an error that names the operation.
macro_rules! for_float {
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

/// As `for_dtype!`, for operations on numbers; bool gives an error that names the operation.
macro_rules! for_number {
    ($op:expr, $dtype:expr, $T:ident => $body:expr) => {
        $crate::dispatch::by_dtype!($dtype, $T => $body, bool => {
            Err($crate::ErrorKind::DType {
                op: $op,
                expected: "numbers",
                got: $crate::DType::Bool,
            }
            .into())
        })
    };
}

pub(crate) use {by_dtype, for_dtype, for_float, for_number};
