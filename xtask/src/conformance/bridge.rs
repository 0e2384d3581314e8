//! Between the corpus' arrays and the library's tensors.

use gradus_tensor::{DType, Tensor, bf16, f16};

use super::case::{Given, Stop};
use super::tensor_json::{Array, Data, Input, Step};

/// The library's tensor of recorded values.
pub(crate) fn contiguous(array: &Array) -> Result<Tensor, Stop> {
    let shape = &array.shape;
    Ok(match &array.data {
        Data::F16(values) => Tensor::from_slice(values, shape)?,
        Data::Bf16(values) => Tensor::from_slice(values, shape)?,
        Data::I8(values) => Tensor::from_slice(values, shape)?,
        Data::I16(values) => Tensor::from_slice(values, shape)?,
        Data::F32(values) => Tensor::from_slice(values, shape)?,
        Data::F64(values) => Tensor::from_slice(values, shape)?,
        Data::I64(values) => Tensor::from_slice(values, shape)?,
        Data::I32(values) => Tensor::from_slice(values, shape)?,
        Data::U8(values) => Tensor::from_slice(values, shape)?,
        Data::Bool(values) => Tensor::from_slice(values, shape)?,
    })
}

/// An input as the case describes it: where it says so, a view that is not contiguous.
pub(crate) fn tensor(input: &Input) -> Result<Tensor, Stop> {
    let Some((base, steps)) = &input.view else {
        return contiguous(&input.array);
    };
    let mut view = contiguous(base)?;
    for step in steps {
        view = match *step {
            Step::Transpose(a, b) => view.transpose(a as isize, b as isize)?,
            Step::Slice {
                dim,
                start,
                end,
                step,
            } => view.slice(dim as isize, start as isize, end as isize, step)?,
        };
    }
    if array(&view)? != input.array {
        return Err(Stop::wrong("the view's elements are not those recorded"));
    }
    Ok(view)
}

/// What the library answered.
pub(crate) fn array(tensor: &Tensor) -> Result<Array, Stop> {
    let data: Data = match tensor.dtype() {
        DType::F32 => tensor.to_vec::<f32>()?.into(),
        DType::F64 => tensor.to_vec::<f64>()?.into(),
        DType::I64 => tensor.to_vec::<i64>()?.into(),
        DType::I32 => tensor.to_vec::<i32>()?.into(),
        DType::U8 => tensor.to_vec::<u8>()?.into(),
        DType::Bool => tensor.to_vec::<bool>()?.into(),
        DType::F16 => tensor.to_vec::<f16>()?.into(),
        DType::Bf16 => tensor.to_vec::<bf16>()?.into(),
        DType::I8 => tensor.to_vec::<i8>()?.into(),
        DType::I16 => tensor.to_vec::<i16>()?.into(),
    };
    Array::shaped(tensor.shape(), data)
}

/// The dtype of this short name.
pub(crate) fn dtype(name: &str) -> Result<DType, Stop> {
    let found = DType::ALL.into_iter().find(|dtype| dtype.name() == name);
    found.ok_or_else(|| Stop::wrong(format!("no dtype `{name}`")))
}

impl Given {
    /// The argument `dtype`, if it was given.
    pub(crate) fn dtype(&self) -> Result<Option<DType>, Stop> {
        let name = self.args.get("dtype").and_then(|value| value.as_str());
        name.map(dtype).transpose()
    }

    /// The input at a position.
    pub(crate) fn tensor(&self, index: usize) -> Result<Tensor, Stop> {
        let count = self.inputs.len();
        let input = self.inputs.get(index);
        tensor(input.ok_or_else(|| Stop::wrong(format!("no input {index}: there are {count}")))?)
    }
}
