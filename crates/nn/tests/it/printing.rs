//! What layers print, beside what PyTorch 2.15.0 prints for the same ones.

use std::fmt::Display;

use gradus_nn::*;
use gradus_random::Generator;
use gradus_tensor::ops::{AvgPoolOptions, ConvPadding, InterpolateMode, MaxPoolOptions, Resize};

#[test]
fn as_pytorch_prints() {
    let rng = &Generator::new(0);
    let bias = |bias| LinearOptions {
        bias,
        ..LinearOptions::default()
    };
    let narrow = Conv1dOptions {
        stride: [2],
        padding: 1.into(),
        dilation: [2],
        groups: 2,
        bias: false,
        padding_mode: PaddingMode::Reflect,
        ..Conv1dOptions::default()
    };
    let same = Conv2dOptions {
        padding: ConvPadding::Same,
        ..Conv2dOptions::default()
    };
    let padded = Conv2dOptions {
        padding: [1, 2].into(),
        ..Conv2dOptions::default()
    };
    let turned = ConvTranspose1dOptions {
        stride: [2],
        padding: [1],
        output_padding: [1],
        ..ConvTranspose1dOptions::default()
    };
    let grouped = ConvTranspose2dOptions {
        groups: 2,
        dilation: [1, 2],
        ..ConvTranspose2dOptions::default()
    };
    let untracked = BatchNormOptions {
        eps: 1e-3,
        momentum: None,
        affine: false,
        track_running_stats: false,
        ..BatchNormOptions::default()
    };
    let affine = BatchNormOptions {
        affine: true,
        track_running_stats: false,
        ..BatchNormOptions::default()
    };
    let plain = LayerNormOptions {
        elementwise_affine: false,
        ..LayerNormOptions::default()
    };
    let padding = EmbeddingOptions {
        padding_idx: Some(1),
        ..EmbeddingOptions::default()
    };
    let deep = RecurrentOptions {
        num_layers: 2,
        bidirectional: true,
        batch_first: true,
        ..RecurrentOptions::default()
    };
    let dropped = RecurrentOptions {
        num_layers: 2,
        dropout: 0.5,
        ..RecurrentOptions::default()
    };
    let bare = RecurrentOptions {
        bias: false,
        ..RecurrentOptions::default()
    };
    let relu = RecurrentOptions {
        bias: false,
        nonlinearity: RnnNonlinearity::Relu,
        ..RecurrentOptions::default()
    };
    let small = TransformerEncoderLayerOptions {
        dim_feedforward: 8,
        ..TransformerEncoderLayerOptions::default()
    };
    let layers: &[(&dyn Display, &str)] = &[
        (
            &Linear::new(3, 2, rng),
            "Linear(in_features=3, out_features=2, bias=True)",
        ),
        (
            &Linear::with_options(3, 2, bias(false), rng).unwrap(),
            "Linear(in_features=3, out_features=2, bias=False)",
        ),
        (
            &Bilinear::new(2, 3, 4, rng).unwrap(),
            "Bilinear(in1_features=2, in2_features=3, out_features=4, bias=True)",
        ),
        (&Identity::new(), "Identity()"),
        (&Flatten::new(), "Flatten(start_dim=1, end_dim=-1)"),
        (&Flatten::dims(0, 2), "Flatten(start_dim=0, end_dim=2)"),
        (
            &Unflatten::new(1, &[2, -1]),
            "Unflatten(dim=1, unflattened_size=(2, -1))",
        ),
        (
            &Conv1d::new(2, 4, 3, rng).unwrap(),
            "Conv1d(2, 4, kernel_size=(3,), stride=(1,))",
        ),
        (
            &Conv1d::with_options(2, 4, 3, narrow, rng).unwrap(),
            "Conv1d(2, 4, kernel_size=(3,), stride=(2,), padding=(1,), dilation=(2,), groups=2, bias=False, padding_mode=reflect)",
        ),
        (
            &Conv2d::with_options(1, 2, [2, 3], same, rng).unwrap(),
            "Conv2d(1, 2, kernel_size=(2, 3), stride=(1, 1), padding=same)",
        ),
        (
            &Conv2d::with_options(1, 2, 3, padded, rng).unwrap(),
            "Conv2d(1, 2, kernel_size=(3, 3), stride=(1, 1), padding=(1, 2))",
        ),
        (
            &ConvTranspose1d::with_options(2, 1, 3, turned, rng).unwrap(),
            "ConvTranspose1d(2, 1, kernel_size=(3,), stride=(2,), padding=(1,), output_padding=(1,))",
        ),
        (
            &ConvTranspose2d::with_options(2, 2, 2, grouped, rng).unwrap(),
            "ConvTranspose2d(2, 2, kernel_size=(2, 2), stride=(1, 1), dilation=(1, 2), groups=2)",
        ),
        (
            &MaxPool1d::with_options(MaxPoolOptions::new(3).stride(2).padding(1)),
            "MaxPool1d(kernel_size=3, stride=2, padding=1, dilation=1, ceil_mode=False)",
        ),
        (
            &MaxPool2d::new(2),
            "MaxPool2d(kernel_size=2, stride=2, padding=0, dilation=1, ceil_mode=False)",
        ),
        (
            &MaxPool2d::with_options(MaxPoolOptions {
                ceil_mode: true,
                ..MaxPoolOptions::new([2, 3])
            }),
            "MaxPool2d(kernel_size=(2, 3), stride=(2, 3), padding=0, dilation=1, ceil_mode=True)",
        ),
        (
            &AvgPool1d::with_options(AvgPoolOptions::new(3)),
            "AvgPool1d(kernel_size=(3,), stride=(3,), padding=(0,))",
        ),
        (
            &AvgPool2d::new(2),
            "AvgPool2d(kernel_size=2, stride=2, padding=0)",
        ),
        (
            &AdaptiveAvgPool1d::new(3),
            "AdaptiveAvgPool1d(output_size=3)",
        ),
        (
            &AdaptiveAvgPool2d::sizes([Some(2), None]),
            "AdaptiveAvgPool2d(output_size=(2, None))",
        ),
        (
            &AdaptiveMaxPool1d::new(3),
            "AdaptiveMaxPool1d(output_size=3)",
        ),
        (
            &AdaptiveMaxPool2d::new(2),
            "AdaptiveMaxPool2d(output_size=2)",
        ),
        (
            &BatchNorm1d::new(2).unwrap(),
            "BatchNorm1d(2, eps=1e-05, momentum=0.1, affine=True, bias=True, track_running_stats=True)",
        ),
        (
            &BatchNorm2d::with_options(3, untracked).unwrap(),
            "BatchNorm2d(3, eps=0.001, momentum=None, affine=False, bias=False, track_running_stats=False)",
        ),
        (
            &InstanceNorm1d::new(2).unwrap(),
            "InstanceNorm1d(2, eps=1e-05, momentum=0.1, affine=False, bias=False, track_running_stats=False)",
        ),
        (
            &InstanceNorm2d::with_options(2, affine).unwrap(),
            "InstanceNorm2d(2, eps=1e-05, momentum=0.1, affine=True, bias=True, track_running_stats=False)",
        ),
        (
            &LayerNorm::new(&[3]).unwrap(),
            "LayerNorm((3,), eps=1e-05, elementwise_affine=True, bias=True)",
        ),
        (
            &LayerNorm::with_options(&[2, 3], plain).unwrap(),
            "LayerNorm((2, 3), eps=1e-05, elementwise_affine=False, bias=False)",
        ),
        (
            &RmsNorm::new(&[3]).unwrap(),
            "RMSNorm((3,), eps=None, elementwise_affine=True)",
        ),
        (
            &GroupNorm::new(2, 4).unwrap(),
            "GroupNorm(2, 4, eps=1e-05, affine=True, bias=True)",
        ),
        (
            &LocalResponseNorm::new(3),
            "LocalResponseNorm(3, alpha=0.0001, beta=0.75, k=1.0)",
        ),
        (
            &Dropout::new(0.4, rng).unwrap(),
            "Dropout(p=0.4, inplace=False)",
        ),
        (
            &Dropout2d::new(0.4, rng).unwrap(),
            "Dropout2d(p=0.4, inplace=False)",
        ),
        (&Embedding::new(4, 2, rng).unwrap(), "Embedding(4, 2)"),
        (
            &Embedding::with_options(4, 2, padding, rng).unwrap(),
            "Embedding(4, 2, padding_idx=1)",
        ),
        (&Rnn::new(2, 3, rng).unwrap(), "RNN(2, 3)"),
        (
            &Rnn::with_options(2, 3, deep, rng).unwrap(),
            "RNN(2, 3, num_layers=2, batch_first=True, bidirectional=True)",
        ),
        (
            &Lstm::with_options(2, 3, dropped, rng).unwrap(),
            "LSTM(2, 3, num_layers=2, dropout=0.5)",
        ),
        (
            &Gru::with_options(2, 3, bare, rng).unwrap(),
            "GRU(2, 3, bias=False)",
        ),
        (&RnnCell::new(2, 3, rng).unwrap(), "RNNCell(2, 3)"),
        (
            &RnnCell::with_options(2, 3, relu, rng).unwrap(),
            "RNNCell(2, 3, bias=False, nonlinearity=relu)",
        ),
        (&LstmCell::new(2, 3, rng).unwrap(), "LSTMCell(2, 3)"),
        (&GruCell::new(2, 3, rng).unwrap(), "GRUCell(2, 3)"),
        (
            &MultiheadAttention::new(4, 2, rng).unwrap(),
            "MultiheadAttention(\n  (out_proj): NonDynamicallyQuantizableLinear(in_features=4, out_features=4, bias=True)\n)",
        ),
        (
            &Upsample::by(&[2.0]),
            "Upsample(scale_factor=2.0, mode='nearest')",
        ),
        (
            &Upsample::with_options(Resize::To(vec![3, 4]), InterpolateMode::Bilinear, false),
            "Upsample(size=(3, 4), mode='bilinear')",
        ),
        (&PixelShuffle::new(2), "PixelShuffle(upscale_factor=2)"),
        (
            &PixelUnshuffle::new(2),
            "PixelUnshuffle(downscale_factor=2)",
        ),
        (&ChannelShuffle::new(2), "ChannelShuffle(groups=2)"),
        (&Relu::new(), "ReLU()"),
        (&Relu6::new(), "ReLU6()"),
        (&Silu::new(), "SiLU()"),
        (&Selu::new(), "SELU()"),
        (&LogSigmoid::new(), "LogSigmoid()"),
        (&LeakyRelu::new(0.2), "LeakyReLU(negative_slope=0.2)"),
        (&Elu::new(0.7), "ELU(alpha=0.7)"),
        (&Celu::new(0.7), "CELU(alpha=0.7)"),
        (
            &Softplus::new(2.0, 20.0),
            "Softplus(beta=2.0, threshold=20.0)",
        ),
        (
            &Hardtanh::new(-0.5, 0.5),
            "Hardtanh(min_val=-0.5, max_val=0.5)",
        ),
        (&Hardshrink::new(0.5), "Hardshrink(0.5)"),
        (&Softshrink::new(0.5), "Softshrink(0.5)"),
        (
            &Threshold::new(0.1, 7.5),
            "Threshold(threshold=0.1, value=7.5)",
        ),
        (&Gelu::new(), "GELU(approximate='none')"),
        (&Gelu::tanh(), "GELU(approximate='tanh')"),
        (&PRelu::new(3).unwrap(), "PReLU(num_parameters=3)"),
        (&Glu::new(1), "GLU(dim=1)"),
        (&Softmax::new(1), "Softmax(dim=1)"),
        (&Softmin::new(1), "Softmin(dim=1)"),
        (&LogSoftmax::new(0), "LogSoftmax(dim=0)"),
        (
            &TransformerEncoderLayer::with_options(4, 2, small, rng).unwrap(),
            "\
TransformerEncoderLayer(
  (self_attn): MultiheadAttention(
    (out_proj): NonDynamicallyQuantizableLinear(in_features=4, out_features=4, bias=True)
  )
  (linear1): Linear(in_features=4, out_features=8, bias=True)
  (dropout): Dropout(p=0.1, inplace=False)
  (linear2): Linear(in_features=8, out_features=4, bias=True)
  (norm1): LayerNorm((4,), eps=1e-05, elementwise_affine=True, bias=True)
  (norm2): LayerNorm((4,), eps=1e-05, elementwise_affine=True, bias=True)
  (dropout1): Dropout(p=0.1, inplace=False)
  (dropout2): Dropout(p=0.1, inplace=False)
)",
        ),
    ];
    let printed: Vec<String> = layers.iter().map(|(layer, _)| layer.to_string()).collect();
    let expected: Vec<&str> = layers.iter().map(|(_, expected)| *expected).collect();
    let wrong: Vec<_> = printed
        .iter()
        .zip(&expected)
        .filter(|(a, b)| a != b)
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}
