//! Replacing the tensors of a model by converted ones.

use gradus_autograd::Var;
use gradus_tensor::{DType, Device, Tensor};

use crate::error::{Error, Result};
use crate::{Buffer, MemberMut, Module, walk};

/// What a parameter or a buffer becomes.
type Conversion<'a> = &'a dyn Fn(&Tensor) -> Result<Tensor>;

pub(crate) fn to_dtype(module: &mut dyn Module, dtype: DType) -> Result<()> {
    if !dtype.is_float() {
        let message = format!("parameters are floating-point numbers, {dtype} is not");
        return Err(Error::invalid("to_dtype", message));
    }
    if walk::named_parameters(module)
        .iter()
        .all(|(_, parameter)| parameter.dtype() == dtype)
        && walk::named_buffers(module).iter().all(|(_, buffer)| {
            let found = buffer.value().dtype();
            found == dtype || !found.is_float()
        })
    {
        return Ok(());
    }
    replace(module, &|value| {
        if value.dtype().is_float() {
            Ok(value.to_dtype(dtype)?)
        } else {
            Ok(value.clone())
        }
    })
}

pub(crate) fn to_device(module: &mut dyn Module, device: Device) -> Result<()> {
    for (name, slot) in walk::state(module) {
        let found = slot.value().device();
        if found != device {
            let message =
                format!("`{name}` lives on {found} and this build cannot move it to {device}");
            return Err(Error::invalid("to_device", message));
        }
    }
    Ok(())
}

/// Gives a shallow copy parameters and buffers of its own.
pub(crate) fn detach_all(module: &mut dyn Module) -> Result<()> {
    replace(module, &|value| Ok(value.clone()))
}

/// New leaves and buffers for all; what was shared stays shared. All are made before the first is
/// replaced.
fn replace(module: &mut dyn Module, convert: Conversion<'_>) -> Result<()> {
    let mut parameters: Vec<(Var, Var)> = Vec::new();
    for (name, old) in walk::named_parameters(module) {
        if old.update(|_, _| ()).is_err() {
            let message = format!(
                "`{name}` is no leaf and cannot be replaced; make parameters with Var::leaf"
            );
            return Err(Error::invalid("module", message));
        }
        let new = Var::leaf(convert(&old.value())?)?;
        new.set_requires_grad(old.requires_grad())?;
        parameters.push((old, new));
    }
    let mut buffers: Vec<(Buffer, Buffer)> = Vec::new();
    for (_, old) in walk::named_buffers(module) {
        let new = old.with_value(convert(&old.value())?);
        buffers.push((old, new));
    }
    put(module, &parameters, &buffers);
    Ok(())
}

fn put(module: &mut dyn Module, parameters: &[(Var, Var)], buffers: &[(Buffer, Buffer)]) {
    module.visit_mut(&mut |_, member| match member {
        MemberMut::Parameter(parameter) => {
            if let Some((_, new)) = parameters.iter().find(|(old, _)| old.same_as(parameter)) {
                *parameter = new.clone();
            }
        }
        MemberMut::Buffer(buffer) => {
            if let Some((_, new)) = buffers.iter().find(|(old, _)| old.same_as(buffer)) {
                *buffer = new.clone();
            }
        }
        MemberMut::Module(child) => put(child, parameters, buffers),
        MemberMut::Mode(_) | MemberMut::Generator(_) => {}
    });
}

#[cfg(test)]
mod tests {
    use crate::{Linear, Module};
    use gradus_random::Generator;
    use gradus_tensor::{DType, Device};

    #[test]
    fn converting_makes_new_leaves_with_the_same_numbers() {
        let mut layer = Linear::new(2, 1, &Generator::new(1));
        let old = layer.weight.clone();
        layer.weight.set_requires_grad(false).unwrap();
        layer.to_dtype(DType::F64).unwrap();
        assert_eq!(
            layer.weight.to_vec::<f32>().unwrap(),
            old.to_vec::<f32>().unwrap()
        );
        assert!(
            layer.weight.dtype() == DType::F64
                && !layer.weight.same_as(&old)
                && !layer.weight.requires_grad()
        );
        let kept = layer.weight.clone();
        layer.to_dtype(DType::F64).unwrap();
        assert!(layer.weight.same_as(&kept));
        assert!(
            layer
                .to_dtype(DType::I64)
                .unwrap_err()
                .to_string()
                .contains("i64 is not")
        );
        layer.to_device(Device::Cpu).unwrap();
    }

    #[test]
    fn a_deep_copy_shares_nothing() {
        let layer = Linear::new(2, 1, &Generator::new(1));
        let copy = layer.deep_copy().unwrap();
        let shallow = layer.clone();
        layer
            .weight
            .update(|w, _| w.as_slice_mut::<f32>().unwrap()[0] = 9.0)
            .unwrap();
        assert_eq!(shallow.weight.to_vec::<f32>().unwrap()[0], 9.0);
        assert_ne!(copy.weight.to_vec::<f32>().unwrap()[0], 9.0);
    }
}
