//! Sizes of windows and their steps, as the arguments of cases name them.

use gradus_tensor::ops::{
    AvgPoolOptions, ConvOptions, ConvPadding, ConvTransposeOptions, MaxPoolOptions,
};
use serde_json::Value;

use super::differentiate::Outcome;
use crate::conformance::args::Args;
use crate::conformance::case::Stop;

/// A number for each dimension; one number stands for all of them, alone or in a list.
pub(super) fn per_dim<const D: usize>(
    args: &Args,
    key: &str,
    default: [usize; D],
) -> Outcome<[usize; D]> {
    let Some(value) = args.get(key) else {
        return Ok(default);
    };
    let number = |value: &Value| {
        let number = value.as_u64().map(|v| v as usize);
        number.ok_or_else(|| Stop::wrong(format!("`{key}` has {value}, which is no size")))
    };
    match value.as_array().map(Vec::as_slice) {
        None => Ok([number(value)?; D]),
        Some([single]) => Ok([number(single)?; D]),
        Some(list) => {
            let list: Vec<usize> = list.iter().map(number).collect::<Outcome<_>>()?;
            list.try_into()
                .map_err(|list| Stop::wrong(format!("`{key}` is {list:?}, not {D} sizes")))
        }
    }
}

/// As `per_dim`, with null for a size that stays.
pub(super) fn maybe_sizes<const D: usize>(args: &Args, key: &str) -> Outcome<[Option<usize>; D]> {
    let value = args.get(key).cloned().unwrap_or(Value::Null);
    let size = |value: &Value| match value {
        Value::Null => Ok(None),
        value => match value.as_u64() {
            Some(size) => Ok(Some(size as usize)),
            None => Err(Stop::wrong(format!(
                "`{key}` has {value}, which is no size"
            ))),
        },
    };
    match &value {
        Value::Array(list) => {
            let list: Vec<Option<usize>> = list.iter().map(size).collect::<Outcome<_>>()?;
            list.try_into()
                .map_err(|list| Stop::wrong(format!("`{key}` is {list:?}, not {D} sizes")))
        }
        value => Ok([size(value)?; D]),
    }
}

pub(super) fn size(args: &Args, key: &str) -> Outcome<usize> {
    Ok(per_dim::<1>(args, key, [0])?[0])
}

pub(super) fn convolution<const D: usize>(args: &Args) -> Outcome<ConvOptions<D>> {
    args.describe(&["bias"]);
    let padding = match args.get("padding").and_then(Value::as_str) {
        Some("same") => ConvPadding::Same,
        Some("valid") => ConvPadding::default(),
        Some(other) => return Err(Stop::wrong(format!("no padding `{other}`"))),
        None => ConvPadding::Sizes(per_dim(args, "padding", [0; D])?),
    };
    Ok(ConvOptions {
        stride: per_dim(args, "stride", [1; D])?,
        padding,
        dilation: per_dim(args, "dilation", [1; D])?,
        groups: per_dim::<1>(args, "groups", [1])?[0],
    })
}

pub(super) fn transposed<const D: usize>(args: &Args) -> Outcome<ConvTransposeOptions<D>> {
    args.describe(&["bias"]);
    Ok(ConvTransposeOptions {
        stride: per_dim(args, "stride", [1; D])?,
        padding: per_dim(args, "padding", [0; D])?,
        output_padding: per_dim(args, "output_padding", [0; D])?,
        dilation: per_dim(args, "dilation", [1; D])?,
        groups: per_dim::<1>(args, "groups", [1])?[0],
    })
}

pub(super) fn max_pool<const D: usize>(args: &Args) -> Outcome<MaxPoolOptions<D>> {
    let kernel_size = per_dim(args, "kernel_size", [0; D])?;
    Ok(MaxPoolOptions {
        kernel_size,
        stride: per_dim(args, "stride", kernel_size)?,
        padding: per_dim(args, "padding", [0; D])?,
        dilation: per_dim(args, "dilation", [1; D])?,
        ceil_mode: args.bool_or("ceil_mode", false)?,
    })
}

pub(super) fn avg_pool<const D: usize>(args: &Args) -> Outcome<AvgPoolOptions<D>> {
    let kernel_size = per_dim(args, "kernel_size", [0; D])?;
    Ok(AvgPoolOptions {
        kernel_size,
        stride: per_dim(args, "stride", kernel_size)?,
        padding: per_dim(args, "padding", [0; D])?,
        ceil_mode: args.bool_or("ceil_mode", false)?,
        count_include_pad: args.bool_or("count_include_pad", true)?,
        divisor_override: args.i64_opt("divisor_override")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_number_stands_for_all_dimensions() {
        let text = r#"{"a":2,"b":[3],"c":[4,5],"d":-1,"e":[null,6]}"#;
        let args = Args::new(serde_json::from_str(text).unwrap());
        let sizes = |key| per_dim::<2>(&args, key, [9, 9]);
        assert_eq!(sizes("a").unwrap(), [2, 2]);
        assert_eq!(sizes("b").unwrap(), [3, 3]);
        assert_eq!(sizes("c").unwrap(), [4, 5]);
        assert_eq!(sizes("absent").unwrap(), [9, 9]);
        assert!(sizes("d").is_err());
        assert_eq!(maybe_sizes(&args, "e").unwrap(), [None, Some(6)]);
    }
}
