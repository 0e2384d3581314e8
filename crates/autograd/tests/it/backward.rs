//! What the course shows of gradients, and what it warns of.

use gradus_autograd::{
    Backward, Error, GradOptions, Var, grad, grad_with, hessian, hessians, hvp, jacobian, jvp,
    no_grad, vjp,
};
use gradus_tensor::testkit::assert_close;
use gradus_tensor::{Array, DType, Op, Result as TensorResult, Tensor, tensor};

type Result<T = ()> = std::result::Result<T, Error>;

fn leaf(value: f32) -> Var {
    Var::leaf(tensor![value]).unwrap()
}

fn grad_of(x: &Var) -> f32 {
    x.grad().unwrap().item().unwrap()
}

/// An operation without a gradient rule.
#[derive(Clone, Debug)]
struct Floor;

impl Op<1> for Floor {
    const NAME: &'static str = "floor";
    const SAVES: gradus_tensor::Saves = gradus_tensor::Saves::NOTHING;

    fn forward(&self, [x]: [&Tensor; 1]) -> TensorResult<Tensor> {
        Tensor::from_vec(
            x.to_vec::<f32>()?.into_iter().map(f32::floor).collect(),
            x.shape(),
        )
    }
}

#[test]
fn partial_derivatives() -> Result {
    let (u, v) = (leaf(1.0), leaf(2.0));
    (&u * &v + u.square()?).backward()?;
    assert_eq!((grad_of(&u), grad_of(&v)), (4.0, 1.0));
    Ok(())
}

#[test]
fn gradients_accumulate_until_zeroed() -> Result {
    let x = leaf(3.0);
    x.square()?.backward()?;
    x.square()?.backward()?;
    assert_eq!(grad_of(&x), 12.0);
    x.zero_grad();
    assert!(x.grad().is_none());
    Ok(())
}

#[test]
fn a_freed_graph_says_so_and_a_retained_one_works_again() -> Result {
    let x = leaf(3.0);
    let y = x.square()?;
    y.backward()?;
    assert_eq!(
        y.backward().unwrap_err().to_string(),
        "backward: the values saved by `square` were freed by an earlier backward; run that one by backward_with and retain_graph, or the forward pass again"
    );
    let z = x.square()?;
    z.backward_with(Backward {
        retain_graph: true,
        ..Backward::default()
    })?;
    z.backward()?;
    assert_eq!(grad_of(&x), 18.0);
    Ok(())
}

#[test]
fn a_leaf_changed_before_backward_is_an_error() -> Result {
    let x = leaf(3.0);
    let y = x.square()?;
    x.set_value(tensor![4.0])?;
    assert!(matches!(y.backward(), Err(Error::LeafChanged("square"))));
    Ok(())
}

#[test]
fn a_value_changed_after_an_operation_saved_it_stays_what_it_was_there() -> Result {
    let x = leaf(2.0);
    let y = x.square()?;
    let z = y.mul(&x)?;
    // Writing into a tensor that something else can see copies it first.
    let mut seen = y.value();
    seen.as_slice_mut::<f32>()?[0] = 100.0;
    z.backward()?;
    assert_eq!(grad_of(&x), 12.0);
    Ok(())
}

#[test]
fn a_changed_leaf_is_an_error_for_every_input_of_its_operation() -> Result {
    let (w, x) = (leaf(2.0), leaf(3.0));
    let y = w.mul(&x)?;
    w.set_value(tensor![5.0])?;
    assert!(matches!(
        grad(&[&y], &[&x], false),
        Err(Error::LeafChanged("mul"))
    ));
    Ok(())
}

#[test]
fn what_was_not_asked_for_is_not_computed() -> Result {
    // The operation in front has no rule: nothing needs it.
    let x = leaf(3.0);
    let before = Var::apply(Floor, [&x])?.add(&x)?;
    let y = before.square()?;
    let g = grad(&[&y], &[&before], false)?.remove(0);
    assert_eq!(g.item::<f32>()?, 12.0);
    Ok(())
}

#[test]
fn only_single_numbers_start_a_backward_without_a_gradient() -> Result {
    let x = Var::leaf(tensor![1.0, 2.0])?;
    let y = x.square()?;
    assert_eq!(
        y.backward().unwrap_err().to_string(),
        "backward: shape (2,) is not a single number; reduce it (sum, mean) or give the gradient of each element to backward_with"
    );
    y.backward_with(Backward {
        gradient: Some(tensor![1.0, 10.0]),
        ..Backward::default()
    })?;
    assert_eq!(x.grad().unwrap().to_vec::<f32>()?, [2.0, 40.0]);
    assert!(matches!(
        Var::new(tensor![1.0]).backward(),
        Err(Error::NoGraph(_))
    ));
    Ok(())
}

#[test]
fn detached_and_unrecorded_values_are_constants() -> Result {
    let x = leaf(3.0);
    let y = x.detach().mul(&x)?;
    y.backward()?;
    assert_eq!(grad_of(&x), 3.0);
    assert!(!no_grad(|| x.square())?.requires_grad());
    x.set_requires_grad(false)?;
    assert!(!x.square()?.requires_grad());
    Ok(())
}

#[test]
fn names_of_operations() -> Result {
    let x = leaf(1.0);
    assert_eq!((x.is_leaf(), x.grad_fn()), (true, None));
    let y = x.exp()?;
    assert_eq!((y.is_leaf(), y.grad_fn()), (false, Some("exp")));
    Ok(())
}

#[test]
fn broadcasting_sums_gradients_back() -> Result {
    let w = Var::leaf(tensor![[1.0], [2.0]])?;
    let b = Var::leaf(tensor![1.0, 2.0, 3.0])?;
    (&w * &b).sum()?.backward()?;
    assert_eq!(w.grad().unwrap().to_vec::<f32>()?, [6.0, 6.0]);
    assert_eq!(b.grad().unwrap().to_vec::<f32>()?, [3.0, 3.0, 3.0]);
    assert_eq!(w.grad().unwrap().shape(), [2, 1]);
    Ok(())
}

#[test]
fn grad_leaves_leaves_alone_and_reaches_inner_variables() -> Result {
    let x = leaf(2.0);
    let h = x.square()?;
    let y = h.square()?;
    let g = grad(&[&y], &[&h, &x], true)?;
    assert_eq!((g[0].item::<f32>()?, g[1].item::<f32>()?), (8.0, 32.0));
    assert!(x.grad().is_none());
    let second = grad(&[&g[1]], &[&x], false)?;
    assert_eq!(second[0].item::<f32>()?, 48.0);
    Ok(())
}

#[test]
fn an_unused_input_is_an_error_unless_allowed() -> Result {
    let (x, z) = (leaf(2.0), leaf(1.0));
    let y = x.square()?;
    let retain = GradOptions {
        retain_graph: true,
        allow_unused: true,
        ..GradOptions::default()
    };
    assert!(grad_with(&[&y], &[&x, &z], &retain)?[1].is_none());
    assert!(matches!(grad(&[&y], &[&z], false), Err(Error::Unused(0))));
    Ok(())
}

#[test]
fn third_derivatives() -> Result {
    let x = leaf(0.5);
    let mut y = x.tanh()?;
    for _ in 0..3 {
        y = grad(&[&y], &[&x], true)?.remove(0);
    }
    let t = 0.5f64.tanh();
    let expected = -2.0 * (1.0 - t * t) * (1.0 - 3.0 * t * t);
    assert!((y.item::<f64>()? - expected).abs() < 1e-5);
    Ok(())
}

#[test]
fn jacobians_and_products_with_them() -> Result {
    let x = Tensor::from_vec(vec![1.0f64, 2.0, 3.0], [3])?;
    let f = |x: &Var| Ok(x.square()?.narrow(0, 1, 2)?);
    assert_eq!(
        jacobian(f, &x)?.to_vec::<f64>()?,
        [0.0, 4.0, 0.0, 0.0, 0.0, 6.0]
    );
    let (_, vj) = vjp(f, &x, &Tensor::from_vec(vec![1.0f64, 10.0], [2])?)?;
    assert_eq!(vj.to_vec::<f64>()?, [0.0, 4.0, 60.0]);
    let (_, jv) = jvp(f, &x, &Tensor::from_vec(vec![1.0f64, 10.0, 100.0], [3])?)?;
    assert_eq!(jv.to_vec::<f64>()?, [40.0, 600.0]);
    let h = hessian(|x| Ok(x.square()?.mul(x)?.sum()?), &x)?;
    assert_eq!(
        h.to_vec::<f64>()?,
        [6.0, 0.0, 0.0, 0.0, 12.0, 0.0, 0.0, 0.0, 18.0]
    );
    Ok(())
}

#[test]
fn products_with_the_matrix_of_second_derivatives() -> Result {
    let x = Tensor::from_vec(vec![1.0f64, 2.0, -1.0], [3])?;
    let v = Tensor::from_vec(vec![0.5f64, -1.0, 2.0], [3])?;
    let f = |x: &Var| Ok(x.square()?.mul(&x.sum()?)?.sum()?);
    let (value, product) = hvp(f, &x, &v)?;
    let matrix = hessian(f, &x)?;
    assert_eq!(value.item::<f64>()?, 12.0);
    assert_close(&product, &matrix.matmul(&v)?.to_vec::<f64>()?);
    let by_hand = hessians(|v| Ok(v[0].square()?.mul(&v[1])?.sum()?), &[&x, &v])?;
    assert_close(
        &by_hand[0][1],
        &[2.0, 0.0, 0.0, 0.0, 4.0, 0.0, 0.0, 0.0, -2.0],
    );
    assert_close(&by_hand[1][1], &[0.0; 9]);
    assert!(hvp(|x| Ok(x.square()?), &x, &v).is_err());
    Ok(())
}

#[test]
fn an_operation_without_a_rule_is_an_error_not_a_zero() -> Result {
    let x = leaf(1.5);
    let y = Var::apply(Floor, [&x])?;
    assert!(
        y.backward()
            .unwrap_err()
            .to_string()
            .starts_with("floor: not differentiable")
    );
    Ok(())
}

/// The optimizer's step must not copy the weight because the graph still holds it.
#[test]
fn updating_after_backward_reuses_the_memory() -> Result {
    let w = Var::leaf(Tensor::from_vec(vec![1.0f32; 1000], [1000])?)?;
    let loss = w.square()?.sum()?;
    loss.backward()?;
    let before = w.value().as_slice::<f32>()?.as_ptr();
    w.update(|value, _| value.as_slice_mut::<f32>().map(|v| v[0] = 5.0))??;
    assert_eq!(w.value().as_slice::<f32>()?.as_ptr(), before);
    drop(loss);
    Ok(())
}

/// What PyTorch 2.15 gives for the norm of zeros.
#[test]
fn the_second_derivative_of_a_norm_at_zero() -> Result {
    for (p, expected) in [(1.5, f64::NAN), (2.0, f64::NAN), (3.0, 0.0), (3.5, 0.0)] {
        let x = Var::leaf(Tensor::zeros([2], DType::F64)?)?;
        let g = grad(&[&x.vector_norm(p, &[], false)?], &[&x], true)?.remove(0);
        let h = grad(&[&g.sum()?], &[&x], false)?.remove(0);
        assert_close(&g.value(), &[0.0, 0.0]);
        assert_close(&h.value(), &[expected, expected]);
    }
    Ok(())
}
