//! Attention and the encoder layer against values of PyTorch, and what they refuse.

use super::*;
use gradus_tensor::tensor;
use gradus_tensor::testkit::{assert_close, values};

fn sequence(shape: &[usize]) -> Var {
    values(shape, -1.0, 1.0, 1)
        .to_dtype(DType::F32)
        .unwrap()
        .into()
}

#[test]
fn equal_scores_give_means() {
    let layer = MultiheadAttention::new(2, 1, &Generator::new(0)).unwrap();
    let weight = tensor![
        [0.0, 0.0],
        [0.0, 0.0],
        [0.0, 0.0],
        [0.0, 0.0],
        [1.0, 0.0],
        [0.0, 1.0]
    ];
    layer.in_proj_weight.set_value(weight).unwrap();
    layer
        .out_proj
        .weight
        .set_value(tensor![[1.0, 0.0], [0.0, 1.0]])
        .unwrap();
    let x: Var = tensor![[1.0, 4.0], [3.0, 0.0]].into();
    let (y, weights) = layer.forward(&x, &x, &x, &Attend::default()).unwrap();
    assert_close(&y.value(), &[2.0, 2.0, 2.0, 2.0]);
    assert_close(&weights.unwrap().value(), &[0.5; 4]);
    let causal = Attend::causal(2).unwrap();
    let (y, _) = layer.forward(&x, &x, &x, &causal).unwrap();
    assert_close(&y.value(), &[1.0, 4.0, 2.0, 2.0]);
    let padded = Attend {
        key_padding_mask: Some(tensor![[true, false]]),
        need_weights: false,
        ..Attend::default()
    };
    let (y, weights) = layer.forward(&x, &x, &x, &padded).unwrap();
    assert_close(&y.value(), &[3.0, 0.0, 3.0, 0.0]);
    assert!(weights.is_none());
}

#[test]
fn dot_products_weigh_values() {
    let (q, k): (Var, Var) = (tensor![[0.0], [0.0]].into(), tensor![[1.0], [5.0]].into());
    let v: Var = tensor![[2.0], [4.0]].into();
    let run = |o: &DotProductAttention<'_>| scaled_dot_product_attention(&q, &k, &v, o);
    let all = DotProductAttention::default();
    assert_close(&run(&all).unwrap().value(), &[3.0, 3.0]);
    let causal = DotProductAttention {
        is_causal: true,
        ..all
    };
    assert_close(&run(&causal).unwrap().value(), &[2.0, 3.0]);
    let seen: Var = tensor![[false, true]].into();
    let masked = DotProductAttention {
        attn_mask: Some(&seen),
        ..all
    };
    assert_close(&run(&masked).unwrap().value(), &[4.0, 4.0]);
    let both = DotProductAttention {
        is_causal: true,
        ..masked
    };
    assert!(
        run(&both)
            .unwrap_err()
            .to_string()
            .contains("either a mask")
    );
}

#[test]
fn the_order_of_dimensions_changes_no_number() {
    let make = |batch_first| {
        let options = MultiheadAttentionOptions {
            batch_first,
            ..MultiheadAttentionOptions::default()
        };
        MultiheadAttention::with_options(6, 3, options, &Generator::new(1)).unwrap()
    };
    let x = sequence(&[4, 2, 6]);
    let turned = x.transpose(0, 1).unwrap();
    let all = Attend::default();
    let (y, _) = make(false).forward(&x, &x, &x, &all).unwrap();
    let (z, _) = make(true).forward(&turned, &turned, &turned, &all).unwrap();
    let z = z.transpose(0, 1).unwrap().value().contiguous();
    assert_close(&z, &y.to_vec::<f64>().unwrap());
}

#[test]
fn it_prints_and_saves_as_in_pytorch() {
    let options = TransformerEncoderLayerOptions {
        dim_feedforward: 8,
        ..TransformerEncoderLayerOptions::default()
    };
    let layer = TransformerEncoderLayer::with_options(4, 2, options, &Generator::new(0)).unwrap();
    let text = layer.to_string();
    assert!(text.starts_with(
        "TransformerEncoderLayer(\n  (self_attn): MultiheadAttention(\n    (out_proj): NonDynamicallyQuantizableLinear(in_features=4, out_features=4, bias=True)\n  )\n  (linear1): Linear("
    ), "{text}");
    let state = layer.state_dict();
    let keys: Vec<&str> = state.keys().collect();
    assert_eq!(
        keys,
        [
            "self_attn.in_proj_weight",
            "self_attn.in_proj_bias",
            "self_attn.out_proj.weight",
            "self_attn.out_proj.bias",
            "linear1.weight",
            "linear1.bias",
            "linear2.weight",
            "linear2.bias",
            "norm1.weight",
            "norm1.bias",
            "norm2.weight",
            "norm2.bias",
        ]
    );
    let x = sequence(&[3, 2, 4]);
    layer.eval();
    assert_eq!(layer.forward(&x).unwrap().shape(), [3, 2, 4]);
}

#[test]
fn refused() {
    let rng = Generator::new(0);
    let e = MultiheadAttention::new(4, 3, &rng).unwrap_err().to_string();
    assert_eq!(e, "MultiheadAttention: 4 numbers do not divide by 3 heads");
    let layer = MultiheadAttention::new(4, 2, &rng).unwrap();
    let (x, y) = (sequence(&[3, 2, 4]), sequence(&[3, 1, 4]));
    let all = Attend::default();
    assert!(layer.forward(&x, &y, &y, &all).is_err());
    let e = layer
        .forward(&sequence(&[3]), &y, &y, &all)
        .unwrap_err()
        .to_string();
    assert!(e.contains("(length, batch, 4)"), "{e}");
    let causal = Attend::causal(2).unwrap();
    let e = layer.forward(&x, &x, &x, &causal).unwrap_err().to_string();
    assert_eq!(
        e,
        "MultiheadAttention: the attn_mask is (2, 2), expected (3, 3)"
    );
}
