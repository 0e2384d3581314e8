//! The names that variables print of the operations they came from, beside those that PyTorch 2.15.0 prints.

use gradus_autograd::{Result, Var};
use gradus_tensor::ops::{ConvOptions, MaxPoolOptions, Reduction};
use gradus_tensor::{DType, Tensor, tensor, testkit::values};

/// `AddBackward0` of what prints `grad_fn=<AddBackward0>`.
fn printed(y: &Var) -> String {
    let text = y.to_string();
    let (_, name) = text.split_once("grad_fn=<").unwrap();
    name.split_once('>').unwrap().0.to_string()
}

fn leaf(shape: &[usize]) -> Var {
    let x = values(shape, 0.1, 0.9, 1).to_dtype(DType::F32);
    Var::leaf(x.unwrap()).unwrap()
}

#[track_caller]
fn check(name: &str, all: &[Result<Var>]) {
    for (i, y) in all.iter().enumerate() {
        assert_eq!(printed(y.as_ref().unwrap()), name, "number {i}");
    }
}

/// A method's error is the crate's.
macro_rules! check {
    ($name:literal: $($y:expr),+ $(,)?) => {
        check($name, &[$($y.map_err(gradus_autograd::Error::from)),+])
    };
}

#[test]
fn arithmetic() {
    let (a, b) = (leaf(&[2, 3]), leaf(&[2, 3]));
    check!("AddBackward0": a.add(&b), a.add_scalar(1));
    check!("SubBackward0": a.sub(&b), a.sub_scalar(1));
    check!("MulBackward0": a.mul(&b), a.mul_scalar(2));
    check!("DivBackward0": a.div(&b), a.div_scalar(2));
    check!("NegBackward0": a.neg());
    check!("PowBackward0": a.square(), a.pow_scalar(3));
    check!("PowBackward1": a.pow(&b));
    check!("MaximumBackward0": a.maximum(&b));
    check!("ClampBackward0": a.clamp_between(&a.sub_scalar(1).unwrap(), &b));
    check!("ClampBackward1": a.clamp(0, 1));
    check!("ClampMinBackward0": a.clamp_min(0));
    check!("ClampMaxBackward0": a.clamp_max(1));
    check!("FloorBackward0": a.floor());
    check!("FmodBackward0": a.fmod_scalar(1));
}

#[test]
fn functions() {
    let a = leaf(&[2, 3]);
    check!("ExpBackward0": a.exp());
    check!("Expm1Backward0": a.expm1());
    check!("LogBackward0": a.log());
    check!("Log1PBackward0": a.log1p());
    check!("Log2Backward0": a.log2());
    check!("SqrtBackward0": a.sqrt());
    check!("RsqrtBackward0": a.rsqrt());
    check!("Atan2Backward0": a.atan2(&a));
    check!("ErfBackward0": a.erf());
    check!("ReluBackward0": a.relu());
    check!("LeakyReluBackward0": a.leaky_relu(0.01));
    check!("SigmoidBackward0": a.sigmoid());
    check!("GeluBackward0": a.gelu());
    check!("SiluBackward0": a.silu());
    check!("SoftmaxBackward0": a.softmax(1), a.softmin(1));
    check!("LogSoftmaxBackward0": a.log_softmax(1));
}

#[test]
fn reductions() {
    let (a, v) = (leaf(&[2, 3]), leaf(&[3]));
    check!("SumBackward0": a.sum());
    check!("SumBackward1": a.sum_dims(&[0, 1], false), v.sum_dims(&[0], false));
    check!("MeanBackward0": a.mean(), a.square().unwrap().mean());
    check!("MeanBackward1": a.mean_dims(&[0], false), v.mean_dims(&[0], true));
    check!("MaxBackward1": a.max());
    check!("MinBackward1": a.min());
    check!("AmaxBackward0": a.amax(&[0], false));
    check!("AminBackward0": a.amin(&[0], false));
    check!("LogsumexpBackward0": a.logsumexp(&[0], false));
    check!("LinalgVectorNormBackward0": a.norm());
    check!("CumsumBackward0": a.cumsum(0));
    check!("MedianBackward0": a.median());
}

#[test]
fn products() {
    let (a, m, bias) = (leaf(&[2, 3]), leaf(&[3, 4]), leaf(&[4]));
    let weight = leaf(&[4, 3]);
    check!("MmBackward0": a.matmul(&m), a.mm(&m), a.linear(&weight, None));
    check!("AddmmBackward0": a.linear(&weight, Some(&bias)));
    check!("BmmBackward0": leaf(&[5, 2, 3]).bmm(&leaf(&[5, 3, 4])));
    let image = leaf(&[1, 2, 6, 6]);
    let kernel = leaf(&[3, 2, 3, 3]);
    check!("ConvolutionBackward0": image.conv2d(&kernel, None, &ConvOptions::default()));
    check!("MaxPool2DWithIndicesBackward0": image.max_pool2d(&MaxPoolOptions::new([2, 2])));
}

#[cfg(feature = "linalg")]
#[test]
fn matrices() {
    let a = leaf(&[3, 3]);
    check!("LinalgDetBackward0": a.det());
    check!("LinalgInvExBackward0": a.inv());
}

#[test]
fn shapes() {
    let a = leaf(&[2, 3]);
    let index = tensor![[0], [2]];
    check!("ViewBackward0": a.reshape([3, 2]), a.view([3, 2]), a.flatten(0, 1), a.ravel());
    check!("UnsqueezeBackward0": a.unsqueeze(0));
    check!("SqueezeBackward0": a.reshape([1, 2, 3]).unwrap().squeeze_all());
    check!("SqueezeBackward1": a.reshape([1, 2, 3]).unwrap().squeeze(0));
    check!("SqueezeBackward2": a.reshape([1, 2, 3, 1]).unwrap().squeeze_dims(&[0, 3]));
    check!("TBackward0": a.t());
    check!("TransposeBackward0": a.transpose(0, 1), a.mt());
    check!("PermuteBackward0": a.permute(&[1, 0]), a.movedim(&[0], &[1]));
    check!("ExpandBackward0": a.expand([4, 2, 3]));
    check!("SliceBackward0": a.narrow(0, 0, 1), a.slice(1, 0, 2, 1));
    check!("CatBackward0": Var::cat(&[&a, &a], 0));
    check!("GatherBackward0": a.gather(1, &index));
    check!("CloneBackward0": a.copy(), a.t().unwrap().contiguous());
    check!("ToCopyBackward0": a.to_dtype(DType::F64));
}

#[test]
fn losses() {
    let (a, y) = (
        leaf(&[2, 3]),
        Var::new(Tensor::zeros([2, 3], DType::F32).unwrap()),
    );
    check!("MseLossBackward0": a.mse_loss(&y, Reduction::Mean), a.mse_loss(&y, Reduction::Sum));
    check!("BinaryCrossEntropyBackward0":
        a.binary_cross_entropy(&y, Reduction::Mean),
        a.binary_cross_entropy(&y, Reduction::None));
    check!("BinaryCrossEntropyWithLogitsBackward0":
        a.binary_cross_entropy_with_logits(&y, Reduction::Mean));
}
