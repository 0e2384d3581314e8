//! Parameters of recurrent layers, by PyTorch's names.

use std::fmt;

use gradus_autograd::Var;
use gradus_random::Generator;
use gradus_tensor::{DType, Tensor};

use crate::error::Result;
use crate::{Field, Member, MemberMut, init};

/// Parameters under names that are made while the layer is.
#[derive(Clone, Default)]
pub(crate) struct Named(Vec<(String, Var)>);

impl Field for Named {
    #[inline]
    fn visit_field<'a>(&'a self, _name: &str, see: &mut dyn FnMut(&str, Member<'a>)) {
        for (name, parameter) in &self.0 {
            see(name, Member::Parameter(parameter));
        }
    }

    #[inline]
    fn visit_field_mut(&mut self, _name: &str, see: &mut dyn FnMut(&str, MemberMut<'_>)) {
        for (name, parameter) in &mut self.0 {
            see(name, MemberMut::Parameter(parameter));
        }
    }

    #[inline]
    fn copy_field(&self) -> Option<Self> {
        Some(self.clone())
    }
}

impl fmt::Debug for Named {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map()
            .entries(self.0.iter().map(|(name, p)| (name, p)))
            .finish()
    }
}

impl Named {
    /// The weights of one reading direction of one layer, drawn in PyTorch's order from U(−k, k), k =
    /// 1/√hidden.
    #[inline]
    pub(super) fn draw(
        &mut self,
        suffix: &str,
        [inputs, hidden]: [usize; 2],
        (gates, bias, dtype): (usize, bool, DType),
        rng: &Generator,
    ) -> Result<()> {
        let bound = if hidden == 0 {
            0.0
        } else {
            1.0 / (hidden as f64).sqrt()
        };
        let rows = gates * hidden;
        let shapes: [(&str, Vec<usize>); 4] = [
            ("weight_ih", vec![rows, inputs]),
            ("weight_hh", vec![rows, hidden]),
            ("bias_ih", vec![rows]),
            ("bias_hh", vec![rows]),
        ];
        for (name, shape) in shapes.into_iter().take(if bias { 4 } else { 2 }) {
            let parameter = Var::leaf(Tensor::zeros(shape, dtype)?)?;
            init::uniform_(&parameter, -bound, bound, rng)?;
            self.0.push((format!("{name}{suffix}"), parameter));
        }
        Ok(())
    }

    /// The weights of direction number `index`.
    #[inline]
    pub(super) fn weights(&self, index: usize, bias: bool) -> [Option<&Var>; 4] {
        let count = if bias { 4 } else { 2 };
        let find = |k: usize| {
            self.0
                .get(index * count + k)
                .map(|(_, parameter)| parameter)
        };
        [0, 1, 2, 3].map(|k| if k < count { find(k) } else { None })
    }
}
