//! `+ − × ÷ %` between variables and tensors, which count as constants.

use gradus_tensor::{Tensor, operators};

use crate::Var;

macro_rules! with_tensors {
    ($($Trait:ident, $method:ident, $function:ident;)*) => {$(
        operators!(@impl Var, $Trait, $method, Var, Tensor, |a, b| Var::$function(&a, &b.into()));
        operators!(@impl Var, $Trait, $method, Var, &Tensor, |a, b| Var::$function(&a, &b.into()));
        operators!(@impl Var, $Trait, $method, &Var, Tensor, |a, b| Var::$function(a, &b.into()));
        operators!(@impl Var, $Trait, $method, &Var, &Tensor, |a, b| Var::$function(a, &b.into()));
        operators!(@impl Var, $Trait, $method, Tensor, Var, |a, b| Var::$function(&a.into(), &b));
        operators!(@impl Var, $Trait, $method, Tensor, &Var, |a, b| Var::$function(&a.into(), b));
        operators!(@impl Var, $Trait, $method, &Tensor, Var, |a, b| Var::$function(&a.into(), &b));
        operators!(@impl Var, $Trait, $method, &Tensor, &Var, |a, b| Var::$function(&a.into(), b));
    )*};
}

with_tensors! {
    Add, add, add;
    Sub, sub, sub;
    Mul, mul, mul;
    Div, div, div;
    Rem, rem, remainder;
}

#[cfg(test)]
mod tests {
    use gradus_tensor::tensor;
    use gradus_tensor::testkit::assert_close;

    use super::*;

    #[test]
    fn tensors_are_constants_on_either_side() {
        let (x, c) = (Var::leaf(tensor![2.0, 4.0]).unwrap(), tensor![8.0, 12.0]);
        let y = &c / &x + &x * &c - c.clone() + (x.clone() - &c) % tensor![5.0];
        assert_close(
            &y.value(),
            &[4.0 + 16.0 - 8.0 + 4.0, 3.0 + 48.0 - 12.0 + 2.0],
        );
        y.sum().unwrap().backward().unwrap();
        let expected = [-2.0 + 8.0 + 1.0, -0.75 + 12.0 + 1.0];
        assert_close(&x.grad().unwrap(), &expected);
    }

    #[test]
    fn variables_are_summed() {
        let x = Var::leaf(tensor![2.0]).unwrap();
        let total: Var = [&x * 1.0, &x * 2.0].iter().sum();
        assert_close(&total.value(), &[6.0]);
        total.backward().unwrap();
        assert_close(&x.grad().unwrap(), &[3.0]);
    }
}
