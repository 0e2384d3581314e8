//! Graphs that are deep, wide, or shared between threads.

use gradus_autograd::Var;
use gradus_tensor::{Tensor, tensor};

#[test]
fn a_million_operations_run_differentiate_and_drop() {
    let x = Var::leaf(tensor![1.0]).unwrap();
    let mut y = x.clone();
    for _ in 0..1_000_000 {
        y = y.add_scalar(1).unwrap();
    }
    y.backward().unwrap();
    assert_eq!(x.grad().unwrap().item::<f32>().unwrap(), 1.0);
    drop(y);
    let mut dropped_without_backward = x.clone();
    for _ in 0..200_000 {
        dropped_without_backward = dropped_without_backward.square().unwrap();
    }
}

#[test]
fn many_values_may_wait_at_once() {
    let x = Var::leaf(tensor![2.0]).unwrap();
    let waiting: Vec<Var> = (0..20_000).map(|_| x.square().unwrap()).collect();
    let mut sum = waiting[0].clone();
    for value in &waiting[1..] {
        sum = sum.add(value).unwrap();
    }
    // Each value is used twice, so that a record in the tree is reached again.
    for value in &waiting {
        sum = sum.add(value).unwrap();
    }
    sum.backward().unwrap();
    assert_eq!(x.grad().unwrap().item::<f32>().unwrap(), 160_000.0);
}

#[test]
fn threads_share_leaves_and_differentiate_their_own_graphs() {
    let w = Var::leaf(Tensor::from_vec(vec![1.0f64; 64], [64]).unwrap()).unwrap();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..100 {
                    w.mul_scalar(2).unwrap().sum().unwrap().backward().unwrap();
                }
            });
        }
    });
    assert_eq!(w.grad().unwrap().to_vec::<f64>().unwrap(), [800.0; 64]);
}

#[test]
fn a_graph_may_be_built_on_one_thread_and_walked_on_another() {
    let x = Var::leaf(tensor![3.0]).unwrap();
    let inner = x.clone();
    let y = std::thread::spawn(move || inner.square().unwrap())
        .join()
        .unwrap();
    y.mul(&x).unwrap().backward().unwrap();
    assert_eq!(x.grad().unwrap().item::<f32>().unwrap(), 27.0);
}

#[test]
fn threads_walk_disjoint_graphs_back_at_the_same_time() {
    let gradient = |start: f64| {
        let x = Var::leaf(tensor![start]).unwrap();
        let mut y = x.clone();
        for _ in 0..2000 {
            y = y.sigmoid().unwrap().add(&x).unwrap();
        }
        y.backward().unwrap();
        x.grad().unwrap().item::<f64>().unwrap()
    };
    let starts = [0.1, 0.2, 0.3, 0.4];
    let alone = starts.map(gradient);
    let together = std::thread::scope(|scope| {
        let threads = starts.map(|start| scope.spawn(move || gradient(start)));
        threads.map(|thread| thread.join().unwrap())
    });
    assert_eq!(alone, together);
}

#[test]
fn everything_crosses_threads() {
    fn check<T: Send + Sync>() {}
    check::<Tensor>();
    check::<Var>();
    check::<gradus_autograd::Error>();
    check::<gradus_autograd::Graph>();
    check::<gradus_autograd::HookHandle>();
}
