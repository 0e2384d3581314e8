//! Recurrent layers and cells against values of PyTorch, and what they refuse.

use super::*;
use crate::init;
use gradus_tensor::tensor;
use gradus_tensor::testkit::{assert_close, values};

fn rng() -> Generator {
    Generator::new(0)
}

#[test]
fn an_rnn_by_hand() {
    let options = RecurrentOptions {
        nonlinearity: RnnNonlinearity::Relu,
        bias: false,
        bidirectional: true,
        ..RecurrentOptions::default()
    };
    let layer = Rnn::with_options(1, 1, options, &rng()).unwrap();
    for parameter in layer.parameters() {
        init::ones_(&parameter).unwrap();
    }
    let (y, h) = layer
        .forward(&tensor![[1.0], [2.0], [3.0]].into(), None)
        .unwrap();
    assert_close(&y.value(), &[1.0, 6.0, 3.0, 5.0, 6.0, 3.0]);
    assert_close(&h.value(), &[6.0, 6.0]);
}

#[test]
fn a_layer_is_its_cell_step_by_step() {
    let x: Var = values(&[4, 2, 3], -1.0, 1.0, 1)
        .to_dtype(DType::F32)
        .unwrap()
        .into();
    let layer = Lstm::new(3, 5, &Generator::new(3)).unwrap();
    let cell = LstmCell::new(3, 5, &Generator::new(3)).unwrap();
    let (y, (h, c)) = layer.forward(&x, None).unwrap();
    let mut state: Option<(Var, Var)> = None;
    for step in 0..4 {
        let now = x.select(0, step).unwrap();
        let next = cell
            .forward(&now, state.as_ref().map(|(h, c)| (h, c)))
            .unwrap();
        let expected = next.0.to_vec::<f64>().unwrap();
        assert_close(&y.select(0, step).unwrap().value().contiguous(), &expected);
        state = Some(next);
    }
    let (last_h, last_c) = state.unwrap();
    assert_close(&h.value(), &last_h.to_vec::<f64>().unwrap());
    assert_close(&c.value(), &last_c.to_vec::<f64>().unwrap());
    let layer = Gru::new(3, 5, &Generator::new(3)).unwrap();
    let cell = GruCell::new(3, 5, &Generator::new(3)).unwrap();
    let (_, h) = layer.forward(&x.narrow(0, 0, 1).unwrap(), None).unwrap();
    let expected = cell.forward(&x.select(0, 0).unwrap(), None).unwrap();
    assert_close(&h.value(), &expected.to_vec::<f64>().unwrap());
}

#[test]
fn names_text_and_order_are_those_of_pytorch() {
    let options = RecurrentOptions {
        num_layers: 2,
        bias: false,
        batch_first: true,
        dropout: 0.5,
        bidirectional: true,
        ..RecurrentOptions::default()
    };
    let layer = Lstm::with_options(2, 3, options, &rng()).unwrap();
    assert_eq!(
        layer.to_string(),
        "LSTM(2, 3, num_layers=2, bias=False, batch_first=True, dropout=0.5, bidirectional=True)"
    );
    let keys: Vec<String> = layer.state_dict().keys().map(str::to_owned).collect();
    assert_eq!(
        keys[..5],
        [
            "weight_ih_l0",
            "weight_hh_l0",
            "weight_ih_l0_reverse",
            "weight_hh_l0_reverse",
            "weight_ih_l1"
        ]
    );
    let relu = RecurrentOptions {
        nonlinearity: RnnNonlinearity::Relu,
        ..RecurrentOptions::default()
    };
    let cell = RnnCell::with_options(2, 3, relu, &rng()).unwrap();
    assert_eq!(cell.to_string(), "RNNCell(2, 3, nonlinearity=relu)");
}

#[test]
fn dropout_between_layers_is_for_training() {
    let options = RecurrentOptions {
        num_layers: 2,
        dropout: 0.5,
        ..RecurrentOptions::default()
    };
    let layer = Gru::with_options(2, 3, options, &rng()).unwrap();
    let x: Var = values(&[3, 2, 2], -1.0, 1.0, 1)
        .to_dtype(DType::F32)
        .unwrap()
        .into();
    layer.eval();
    let run = || layer.forward(&x, None).unwrap().0.value();
    assert!(run().equal(&run()));
    layer.train();
    assert!(!run().equal(&run()));
    layer.deep_copy().unwrap();
}

#[test]
fn refused() {
    let layer = Rnn::new(2, 3, &rng()).unwrap();
    let x: Var = tensor![[[1.0]]].into();
    assert_eq!(
        layer.forward(&x, None).unwrap_err().to_string(),
        "RNN: expected (steps, batch, 2) or (steps, 2) with at least one step, got (1, 1, 1)"
    );
    let x: Var = tensor![[[1.0, 2.0]]].into();
    let e = layer.forward(&x, Some(&x)).unwrap_err().to_string();
    assert_eq!(e, "RNN: the first state is (1, 1, 2), expected (1, 1, 3)");
    let none = RecurrentOptions {
        num_layers: 0,
        ..RecurrentOptions::default()
    };
    assert!(Rnn::with_options(1, 1, none, &rng()).is_err());
    let cell = GruCell::new(2, 3, &rng()).unwrap();
    let e = cell
        .forward(&tensor![1.0].into(), None)
        .unwrap_err()
        .to_string();
    assert_eq!(e, "GRUCell: expected (batch, 2) or (2,), got (1,)");
}
