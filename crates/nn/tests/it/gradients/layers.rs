//! Every layer.

use gradus_autograd::Var;
use gradus_nn::*;
use gradus_tensor::ops::{AvgPoolOptions, InterpolateMode, MaxPoolOptions, Resize};
use proptest::prelude::*;

use super::{check_layer, draws, few};

/// A layer of one input and one output, on numbers between −1 and 1.
macro_rules! plain {
    ($Layer:ident, [$($size:expr),*], |$d:ident| $make:expr) => {
        (stringify!($Layer), |$d| {
            check_layer($make, &[$d.numbers(&[$d.batch, $($size),*])], |layer, v| layer.forward(&v[0]))
        })
    };
}

/// An activation without settings, on numbers whose size lies between two bounds.
macro_rules! pointwise {
    ($Layer:ident, $low:expr, $high:expr) => {
        pointwise!($Layer, $low, $high, $Layer::new())
    };
    ($Layer:ident, $low:expr, $high:expr, $make:expr) => {
        (stringify!($Layer), |d| {
            check_layer(
                $make,
                &[d.signed(&[d.batch, 3], $low, $high, 0)],
                |layer, v| layer.forward(&v[0]),
            )
        })
    };
}

pub(super) const TABLE: super::Table = &[
    pointwise!(Relu, 0.1, 1.0),
    pointwise!(Relu6, 0.1, 7.0),
    pointwise!(Sigmoid, 0.0, 3.0),
    pointwise!(Tanh, 0.0, 2.0),
    pointwise!(Silu, 0.0, 3.0),
    pointwise!(Mish, 0.0, 3.0),
    pointwise!(Selu, 0.1, 2.0),
    pointwise!(LogSigmoid, 0.0, 3.0),
    pointwise!(Softsign, 0.1, 3.0),
    pointwise!(Tanhshrink, 0.0, 2.0),
    pointwise!(Hardsigmoid, 0.1, 2.9),
    pointwise!(Hardswish, 0.1, 2.9),
    pointwise!(LeakyRelu, 0.1, 1.0, LeakyRelu::new(0.2)),
    pointwise!(Elu, 0.1, 2.0, Elu::new(0.7)),
    pointwise!(Celu, 0.1, 2.0, Celu::new(0.7)),
    pointwise!(Softplus, 0.0, 3.0, Softplus::new(2.0, 20.0)),
    pointwise!(Hardtanh, 0.1, 0.4, Hardtanh::new(-0.5, 0.5)),
    pointwise!(Hardshrink, 0.6, 1.5, Hardshrink::new(0.5)),
    pointwise!(Softshrink, 0.6, 1.5, Softshrink::new(0.5)),
    pointwise!(Threshold, 0.3, 1.0, Threshold::new(0.1, 7.0)),
    ("Gelu", |d| {
        let x = [d.signed(&[d.batch, 3], 0.0, 2.0, 0)];
        check_layer(Gelu::new(), &x, |layer, v| layer.forward(&v[0]));
        check_layer(Gelu::tanh(), &x, |layer, v| layer.forward(&v[0]));
    }),
    pointwise!(PRelu, 0.1, 1.0, PRelu::new(3).unwrap()),
    plain!(Glu, [4], |_d| Glu::new(-1)),
    plain!(Softmax, [3], |_d| Softmax::new(1)),
    plain!(Softmin, [3], |_d| Softmin::new(1)),
    plain!(LogSoftmax, [3], |_d| LogSoftmax::new(0)),
    plain!(Identity, [3], |_d| Identity::new()),
    plain!(Flatten, [2, 2], |_d| Flatten::new()),
    plain!(Unflatten, [4], |_d| Unflatten::new(1, &[2, -1])),
    plain!(Linear, [3], |d| Linear::new(3, 2, &d.rng())),
    ("Bilinear", |d| {
        let layer = Bilinear::new(2, 3, 2, &d.rng()).unwrap();
        let x = [
            d.between(&[d.batch, 2], -1.0, 1.0, 0),
            d.between(&[d.batch, 3], -1.0, 1.0, 1),
        ];
        check_layer(layer, &x, |layer, v| layer.forward(&v[0], &v[1]));
    }),
    ("Conv1d", |d| {
        for padding_mode in [
            PaddingMode::Zeros,
            PaddingMode::Reflect,
            PaddingMode::Replicate,
            PaddingMode::Circular,
        ] {
            let options = Conv1dOptions {
                groups: 2,
                padding: 1.into(),
                padding_mode,
                ..Conv1dOptions::default()
            };
            let layer = Conv1d::with_options(2, 2, 2, options, &d.rng()).unwrap();
            check_layer(layer, &[d.numbers(&[d.batch, 2, 4])], |layer, v| {
                layer.forward(&v[0])
            });
        }
    }),
    plain!(Conv2d, [1, 3, 4], |d| {
        let options = Conv2dOptions {
            stride: [1, 2],
            dilation: [2, 1],
            padding: [1, 0].into(),
            ..Conv2dOptions::default()
        };
        Conv2d::with_options(1, 2, [2, 2], options, &d.rng()).unwrap()
    }),
    plain!(ConvTranspose1d, [2, 3], |d| {
        let options = ConvTranspose1dOptions {
            stride: [2],
            output_padding: [1],
            padding: [1],
            ..ConvTranspose1dOptions::default()
        };
        ConvTranspose1d::with_options(2, 1, 3, options, &d.rng()).unwrap()
    }),
    plain!(ConvTranspose2d, [2, 2, 2], |d| {
        let options = ConvTranspose2dOptions {
            groups: 2,
            dilation: [1, 2],
            ..ConvTranspose2dOptions::default()
        };
        ConvTranspose2d::with_options(2, 2, [2, 2], options, &d.rng()).unwrap()
    }),
    plain!(MaxPool1d, [2, 5], |_d| MaxPool1d::with_options(
        MaxPoolOptions::new(3).stride(2).padding(1)
    )),
    plain!(MaxPool2d, [1, 4, 4], |_d| MaxPool2d::new(2)),
    plain!(AvgPool1d, [2, 5], |_d| AvgPool1d::with_options(
        AvgPoolOptions::new(3).stride(2).padding(1)
    )),
    plain!(AvgPool2d, [1, 4, 4], |_d| AvgPool2d::new(2)),
    plain!(AdaptiveAvgPool1d, [2, 5], |_d| AdaptiveAvgPool1d::new(3)),
    plain!(AdaptiveAvgPool2d, [1, 3, 4], |_d| AdaptiveAvgPool2d::sizes(
        [Some(2), None]
    )),
    plain!(AdaptiveMaxPool1d, [2, 5], |_d| AdaptiveMaxPool1d::new(3)),
    plain!(AdaptiveMaxPool2d, [1, 3, 4], |_d| AdaptiveMaxPool2d::new([
        2, 3
    ])),
    ("BatchNorm1d", |d| {
        for training in [true, false] {
            let layer = BatchNorm1d::new(2).unwrap();
            layer.set_training(training);
            check_layer(layer, &[d.numbers(&[d.batch + 1, 2, 3])], |layer, v| {
                layer.forward(&v[0])
            });
        }
    }),
    plain!(BatchNorm2d, [2, 2, 3], |_d| BatchNorm2d::new(2).unwrap()),
    plain!(InstanceNorm1d, [2, 4], |_d| InstanceNorm1d::new(2).unwrap()),
    plain!(InstanceNorm2d, [2, 2, 3], |_d| {
        InstanceNorm2d::with_options(
            2,
            BatchNormOptions {
                affine: true,
                ..BatchNormOptions::default()
            },
        )
        .unwrap()
    }),
    plain!(LayerNorm, [2, 3], |_d| LayerNorm::new(&[2, 3]).unwrap()),
    ("RmsNorm", |d| {
        let x = d.spread(&[d.batch, 2, 4]);
        check_layer(RmsNorm::new(&[4]).unwrap(), &[x], |layer, v| {
            layer.forward(&v[0])
        });
    }),
    plain!(GroupNorm, [4, 3], |_d| GroupNorm::new(2, 4).unwrap()),
    plain!(LocalResponseNorm, [4, 3], |_d| {
        LocalResponseNorm::with_constants(3, 0.5, 0.75, 1.0)
    }),
    plain!(Dropout, [5], |d| Dropout::new(0.4, &d.rng()).unwrap()),
    plain!(Dropout2d, [3, 2, 2], |d| Dropout2d::new(0.4, &d.rng())
        .unwrap()),
    ("Embedding", |d| {
        let layer = Embedding::new(4, 2, &d.rng()).unwrap();
        let words = d.classes(3, 4);
        check_layer(Looked { layer, words }, &[], |lookup, _| {
            lookup.layer.forward(&lookup.words.clone().into())
        });
    }),
    ("Rnn", |d| {
        let options = RecurrentOptions {
            num_layers: 2,
            bidirectional: true,
            batch_first: true,
            ..RecurrentOptions::default()
        };
        let layer = Rnn::with_options(2, 2, options, &d.rng()).unwrap();
        let x = [
            d.between(&[d.batch, 3, 2], -1.0, 1.0, 0),
            d.between(&[4, d.batch, 2], -1.0, 1.0, 1),
        ];
        check_layer(layer, &x, |layer, v| {
            joined(layer.forward(&v[0], Some(&v[1]))?)
        });
    }),
    ("Gru", |d| {
        let options = RecurrentOptions {
            num_layers: 2,
            dropout: 0.3,
            ..RecurrentOptions::default()
        };
        let layer = Gru::with_options(2, 2, options, &d.rng()).unwrap();
        check_layer(layer, &[d.numbers(&[3, d.batch, 2])], |layer, v| {
            joined(layer.forward(&v[0], None)?)
        });
    }),
    ("Lstm", |d| {
        let layer = Lstm::new(2, 2, &d.rng()).unwrap();
        let first = |stream| d.between(&[1, d.batch, 2], -1.0, 1.0, stream);
        check_layer(
            layer,
            &[d.numbers(&[3, d.batch, 2]), first(1), first(2)],
            |layer, v| {
                let (y, end) = layer.forward(&v[0], Some((&v[1], &v[2])))?;
                Ok(joined((y, end.0))?.mul(&end.1.sum()?)?)
            },
        );
    }),
    ("RnnCell", |d| {
        let options = RecurrentOptions {
            nonlinearity: RnnNonlinearity::Relu,
            ..RecurrentOptions::default()
        };
        let layer = RnnCell::with_options(2, 3, options, &d.rng()).unwrap();
        check_layer(layer, &[d.numbers(&[d.batch, 2])], |layer, v| {
            layer.forward(&v[0], None)
        });
    }),
    ("GruCell", |d| {
        let x = [
            d.between(&[d.batch, 2], -1.0, 1.0, 0),
            d.between(&[d.batch, 3], -1.0, 1.0, 1),
        ];
        check_layer(GruCell::new(2, 3, &d.rng()).unwrap(), &x, |layer, v| {
            layer.forward(&v[0], Some(&v[1]))
        });
    }),
    ("LstmCell", |d| {
        let state = |stream| d.between(&[d.batch, 2], -1.0, 1.0, stream);
        check_layer(
            LstmCell::new(2, 2, &d.rng()).unwrap(),
            &[state(0), state(1), state(2)],
            |layer, v| joined(layer.forward(&v[0], Some((&v[1], &v[2])))?),
        );
    }),
    ("MultiheadAttention", |d| {
        let x = [0, 1, 2].map(|stream| d.between(&[3, d.batch, 4], -1.0, 1.0, stream));
        check_layer(
            MultiheadAttention::new(4, 2, &d.rng()).unwrap(),
            &x,
            |layer, v| {
                let (y, weights) = layer.forward(&v[0], &v[1], &v[2], &Attend::causal(3)?)?;
                Ok(match weights {
                    Some(weights) => y.sum()?.mul(&weights)?,
                    None => y,
                })
            },
        );
    }),
    ("TransformerEncoderLayer", |d| {
        let options = TransformerEncoderLayerOptions {
            dim_feedforward: 3,
            activation: FeedForwardActivation::Gelu,
            ..TransformerEncoderLayerOptions::default()
        };
        let layer = TransformerEncoderLayer::with_options(4, 2, options, &d.rng()).unwrap();
        check_layer(layer, &[d.spread(&[2, d.batch, 4])], |layer, v| {
            layer.forward(&v[0])
        });
    }),
    ("Upsample", |d| {
        let ways = [
            (InterpolateMode::Nearest, false),
            (InterpolateMode::Bilinear, true),
            (InterpolateMode::Bicubic, false),
        ];
        for (mode, align_corners) in ways {
            let layer = Upsample::with_options(Resize::By(vec![2.0, 1.5]), mode, align_corners);
            check_layer(layer, &[d.numbers(&[d.batch, 1, 2, 2])], |layer, v| {
                layer.forward(&v[0])
            });
        }
    }),
    plain!(PixelShuffle, [4, 1, 2], |_d| PixelShuffle::new(2)),
    plain!(PixelUnshuffle, [1, 2, 4], |_d| PixelUnshuffle::new(2)),
    plain!(ChannelShuffle, [4, 1, 2], |_d| ChannelShuffle::new(2)),
];

/// An embedding with the words to look up, which have no gradient.
#[derive(Clone, Debug, Module)]
#[module(no_forward)]
struct Looked {
    layer: Embedding,
    #[module(skip)]
    words: gradus_tensor::Tensor,
}

/// Both results in one.
fn joined((y, end): (Var, Var)) -> Result<Var> {
    Ok(y.mul(&end.sum()?)?)
}

proptest! {
    #![proptest_config(few())]

    #[test]
    fn every_layer(draw in draws()) {
        TABLE.iter().for_each(|(_, check)| check(draw));
    }

    #[test]
    fn a_model(draw in draws()) {
        let rng = draw.rng();
        let model = Sequential::new()
            .with(Flatten::new())
            .with(Linear::new(4, 3, &rng))
            .with(Tanh::new())
            .with(Linear::new(3, 1, &rng))
            .with(Sigmoid::new());
        check_layer(model, &[draw.numbers(&[draw.batch, 2, 2])], |model, v| model.forward(&v[0]));
    }
}
