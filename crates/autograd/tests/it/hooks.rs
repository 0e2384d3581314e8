//! Hooks on variables.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use gradus_autograd::{Backward, GradOptions, Result, Var, grad_with};
use gradus_tensor::tensor;

fn leaf(value: f32) -> Var {
    Var::leaf(tensor![value]).unwrap()
}

fn grad_of(x: &Var) -> f32 {
    x.grad().unwrap().item().unwrap()
}

#[test]
fn a_hook_sees_the_whole_gradient_once() -> Result<()> {
    let x = leaf(3.0);
    let y = x.square()?;
    let seen = Arc::new(Mutex::new(vec![]));
    for variable in [&x, &y] {
        let seen = seen.clone();
        variable.register_hook(move |g| {
            seen.lock().unwrap().push(g.item::<f32>()?);
            Ok(None)
        })?;
    }
    // y is used twice, x three times.
    y.mul(&y)?.add(&x)?.backward()?;
    assert_eq!(*seen.lock().unwrap(), [18.0, 109.0]);
    assert_eq!(grad_of(&x), 109.0);
    Ok(())
}

#[test]
fn hooks_replace_gradients_in_order_until_removed() -> Result<()> {
    let x = leaf(1.0);
    let doubled = x.register_hook(|g| Ok(Some(g.mul_scalar(2)?)))?;
    x.register_hook(|g| Ok(Some(g.add_scalar(1)?)))?;
    x.mul_scalar(5)?.backward()?;
    assert_eq!(grad_of(&x), 11.0);
    x.zero_grad();
    doubled.remove();
    x.mul_scalar(5)?.backward()?;
    assert_eq!(grad_of(&x), 6.0);
    x.mul_scalar(5)?.backward()?;
    assert_eq!(grad_of(&x), 12.0);
    Ok(())
}

#[test]
fn asking_for_gradients_runs_hooks_too() -> Result<()> {
    let x = leaf(2.0);
    let y = x.square()?;
    y.register_hook(|g| Ok(Some(g.mul_scalar(10)?)))?;
    x.register_hook(|g| Ok(Some(g.add_scalar(1)?)))?;
    let z = y.square()?;
    let recorded = GradOptions {
        create_graph: true,
        ..GradOptions::default()
    };
    let gradients = grad_with(&[&z], &[&y, &x], &recorded)?;
    let values: Vec<f32> = gradients
        .iter()
        .flatten()
        .map(|g| g.item().unwrap())
        .collect();
    assert_eq!(values, [80.0, 321.0]);
    // What the hook of a recorded pass computes is recorded: d(10 · 2y)/dy.
    let again = GradOptions {
        retain_graph: true,
        ..GradOptions::default()
    };
    let first = gradients[0].as_ref().unwrap();
    let second = grad_with(&[first], &[&y], &again)?.remove(0).unwrap();
    assert_eq!(second.item::<f32>()?, 200.0);
    Ok(())
}

#[test]
fn a_leaf_can_be_updated_as_soon_as_its_gradient_is_there() -> Result<()> {
    let w = leaf(1.0);
    w.register_post_accumulate_grad_hook(|w| {
        let g = w.grad().expect("it was added just now");
        w.set_value(w.value().sub(&g.mul_scalar(0.5)?)?)?;
        w.zero_grad();
        Ok(())
    })?;
    w.mul_scalar(3)?.backward()?;
    assert_eq!((w.item::<f32>()?, w.grad().is_none()), (-0.5, true));
    assert!(
        w.square()?
            .register_post_accumulate_grad_hook(|_| Ok(()))
            .is_err()
    );
    Ok(())
}

#[test]
fn a_failing_hook_ends_the_pass() -> Result<()> {
    let x = leaf(1.0);
    let y = x.square()?;
    y.register_hook(|_| Ok(Some(Var::new(tensor![1.0, 2.0]))))?;
    let options = Backward {
        retain_graph: true,
        ..Backward::default()
    };
    let error = y.backward_with(options).unwrap_err();
    assert_eq!(
        error.to_string(),
        "hook: the gradient has shape (2,) and dtype f32, the variable (1,) and f32; both have to be equal"
    );
    assert!(x.grad().is_none());
    let constant = Var::new(tensor![1.0]);
    assert!(constant.register_hook(|_| Ok(None)).is_err());
    Ok(())
}

#[test]
fn hooks_go_with_their_variables() -> Result<()> {
    let alive = Arc::new(AtomicUsize::new(0));
    let (x, counter) = (leaf(1.0), alive.clone());
    let y = x.square()?;
    let handle = y.register_hook(move |_| {
        counter.fetch_add(1, Ordering::Relaxed);
        Ok(None)
    })?;
    assert_eq!(Arc::strong_count(&alive), 2);
    drop(y);
    assert_eq!(Arc::strong_count(&alive), 1);
    handle.remove();
    Ok(())
}

#[test]
fn results_keep_their_gradient_if_told_to() -> Result<()> {
    let x = leaf(2.0);
    let y = x.square()?;
    y.register_hook(|g| Ok(Some(g.mul_scalar(10)?)))?;
    y.retain_grad()?;
    let z = y.mul(&y)?;
    assert!(y.grad().is_none());
    let again = Backward {
        retain_graph: true,
        ..Backward::default()
    };
    z.backward_with(again)?;
    // 10 · 2y, and the leaf that times 2x.
    assert_eq!((grad_of(&y), grad_of(&x)), (80.0, 320.0));
    assert!(z.grad().is_none());
    z.backward()?;
    assert_eq!((grad_of(&y), grad_of(&x)), (160.0, 640.0));
    y.zero_grad();
    assert!(y.grad().is_none());
    x.retain_grad()?;
    assert!(Var::new(tensor![1.0]).retain_grad().is_err());
    Ok(())
}
