//! Elementwise functions of one, two or three inputs. The group `ops` calls them by the same arguments.

use gradus_autograd::Var;
use gradus_tensor::{RoundingMode, Scalar};

use crate::conformance::case::{Answer, Given, Stop};
use crate::conformance::groups::Table;
use crate::conformance::groups::differentiate::{Outcome, one};
use crate::conformance::groups::operands::Operand;

/// A line for a method without arguments.
macro_rules! unary {
    ($name:literal, $method:ident) => {
        ($name, |g| one(g, |x| Ok(x[0].$method()?)))
    };
}

/// A line for a method of two arrays that broadcast.
macro_rules! binary {
    ($name:literal, $method:ident) => {
        ($name, |g| {
            one(g, |x| match x {
                [a, b] => Ok(a.$method(b)?),
                _ => Err(Stop::wrong("two tensors are taken")),
            })
        })
    };
}

/// A line for a method of two arrays, and of an array and a number on either side.
macro_rules! mixed {
    ($name:literal, $other:literal, $arrays:ident, $right:ident, $left:expr) => {
        ($name, |g| {
            one(g, |x| {
                let a = g.some_operand(x, "input", 0)?;
                let b = g.some_operand(x, $other, 1)?;
                let left: fn(Scalar, &Var) -> gradus_tensor::Result<Var> = $left;
                a.with(b, Var::$arrays, |a, c| a.$right(c), left)
            })
        })
    };
}

pub(in crate::conformance::groups) const TABLE: Table = &[
    unary!("abs", abs),
    unary!("neg", neg),
    unary!("positive", positive),
    unary!("sign", sign),
    unary!("sgn", sign),
    unary!("square", square),
    unary!("reciprocal", reciprocal),
    unary!("sqrt", sqrt),
    unary!("rsqrt", rsqrt),
    unary!("exp", exp),
    unary!("exp2", exp2),
    unary!("expm1", expm1),
    unary!("log", log),
    unary!("log1p", log1p),
    unary!("log2", log2),
    unary!("log10", log10),
    unary!("sin", sin),
    unary!("cos", cos),
    unary!("tan", tan),
    unary!("asin", asin),
    unary!("acos", acos),
    unary!("atan", atan),
    unary!("sinh", sinh),
    unary!("cosh", cosh),
    unary!("tanh", tanh),
    unary!("asinh", asinh),
    unary!("acosh", acosh),
    unary!("atanh", atanh),
    unary!("sinc", sinc),
    unary!("deg2rad", deg2rad),
    unary!("rad2deg", rad2deg),
    unary!("sigmoid", sigmoid),
    unary!("erf", erf),
    unary!("erfc", erfc),
    unary!("erfinv", erfinv),
    unary!("lgamma", lgamma),
    unary!("digamma", digamma),
    unary!("special.entr", entr),
    unary!("ceil", ceil),
    unary!("floor", floor),
    unary!("trunc", trunc),
    unary!("frac", frac),
    ("round", |g| match g.args.i64_opt("decimals")? {
        Some(decimals) => one(g, |x| Ok(x[0].round_decimals(decimals as i32)?)),
        None => one(g, |x| Ok(x[0].round()?)),
    }),
    ("logit", |g| {
        let eps = g.args.f64_opt("eps")?;
        one(g, |x| Ok(x[0].logit(eps)?))
    }),
    ("nan_to_num", |g| {
        let numbers = ["nan", "posinf", "neginf"].map(|key| g.args.f64_opt(key));
        let [nan, posinf, neginf] = numbers;
        let (nan, posinf, neginf) = (nan?, posinf?, neginf?);
        one(g, |x| Ok(x[0].nan_to_num(nan, posinf, neginf)?))
    }),
    ("clone", |g| one(g, |x| Ok(x[0].copy()?))),
    ("contiguous", |g| one(g, |x| Ok(x[0].contiguous()?))),
    ("add", |g| {
        scaled(
            g,
            Var::add,
            Var::add_scaled,
            |x, c| x.add_scalar(c),
            |c, x| x.add_scalar(c),
        )
    }),
    ("sub", |g| {
        scaled(
            g,
            Var::sub,
            Var::sub_scaled,
            |x, c| x.sub_scalar(c),
            |c, x| x.rsub_scalar(c),
        )
    }),
    ("rsub", |g| {
        scaled(
            g,
            Var::rsub,
            |a, b, alpha| b.sub_scaled(a, alpha),
            |x, c| x.rsub_scalar(c),
            |c, x| x.sub_scalar(c),
        )
    }),
    mixed!("mul", "other", mul, mul_scalar, |c, x| x.mul_scalar(c)),
    ("div", divide),
    ("true_divide", divide),
    mixed!(
        "floor_divide",
        "other",
        floor_divide,
        floor_divide_scalar,
        |c, x| Operand::Number(c).to_var().floor_divide(x)
    ),
    mixed!("fmod", "other", fmod, fmod_scalar, |c, x| {
        Operand::Number(c).to_var().fmod(x)
    }),
    mixed!("remainder", "other", remainder, remainder_scalar, |c, x| x
        .rremainder_scalar(c)),
    mixed!("pow", "exponent", pow, pow_scalar, |c, x| x.rpow_scalar(c)),
    mixed!(
        "float_power",
        "exponent",
        float_power,
        float_power_scalar,
        |c, x| Operand::Number(c).to_var().float_power(x)
    ),
    mixed!("copysign", "other", copysign, copysign_scalar, |_, _| Err(
        gradus_tensor::Error::custom("copysign", "a number has no elements")
    )),
    mixed!("xlogy", "other", xlogy, xlogy_scalar, |c, x| x
        .rxlogy_scalar(c)),
    mixed!(
        "special.xlog1py",
        "other",
        xlog1py,
        xlog1py_scalar,
        |c, x| x.rxlog1py_scalar(c)
    ),
    binary!("maximum", maximum),
    binary!("minimum", minimum),
    binary!("fmax", fmax),
    binary!("fmin", fmin),
    binary!("atan2", atan2),
    binary!("hypot", hypot),
    binary!("heaviside", heaviside),
    binary!("logaddexp", logaddexp),
    binary!("logaddexp2", logaddexp2),
    ("ldexp", |g| {
        one(g, |x| {
            let exponent = g.some_operand(x, "other", 1)?.to_var();
            Ok(x[0].ldexp(&exponent)?)
        })
    }),
    ("addcmul", |g| {
        let value = g.args.scalar_or("value", 1)?;
        one(g, |x| match x {
            [a, b, c] => Ok(a.addcmul(b, c, value)?),
            _ => Err(Stop::wrong("three tensors are taken")),
        })
    }),
    ("addcdiv", |g| {
        let value = g.args.scalar_or("value", 1)?;
        one(g, |x| match x {
            [a, b, c] => Ok(a.addcdiv(b, c, value)?),
            _ => Err(Stop::wrong("three tensors are taken")),
        })
    }),
    ("lerp", |g| {
        one(g, |x| match g.some_operand(x, "weight", 2)? {
            Operand::Array(weight) => Ok(x[0].lerp(&x[1], weight)?),
            Operand::Number(weight) => Ok(x[0].lerp_scalar(&x[1], weight)?),
        })
    }),
    ("clamp", |g| clamp(g, "min", "max")),
    ("clamp_min", |g| clamp(g, "min", "none")),
    ("clamp_max", |g| clamp(g, "none", "max")),
    ("where", |g| {
        one(g, |x| {
            let condition = x[0].value();
            let a = g.some_operand(x, "input", 1)?;
            let b = g.some_operand(x, "other", 2)?;
            match (a, b) {
                (Operand::Array(a), Operand::Number(c)) => Ok(a.where_scalar(&condition, c)?),
                (Operand::Number(c), Operand::Array(b)) => {
                    Ok(b.where_scalar(&condition.logical_not()?, c)?)
                }
                (a, b) => Ok(a.to_var().where_(&condition, &b.to_var())?),
            }
        })
    }),
    ("masked_fill", |g| {
        one(g, |x| {
            let mask = x[1].value();
            match g.some_operand(x, "value", 2)? {
                Operand::Array(value) => Ok(x[0].masked_fill_tensor(&mask, value)?),
                Operand::Number(value) => Ok(x[0].masked_fill(&mask, value)?),
            }
        })
    }),
];

type Done = gradus_tensor::Result<Var>;

/// `a ∘ α b`.
fn scaled(
    given: &Given,
    arrays: fn(&Var, &Var) -> Done,
    with_alpha: fn(&Var, &Var, Scalar) -> Done,
    right: fn(&Var, Scalar) -> Done,
    left: fn(Scalar, &Var) -> Done,
) -> Outcome<Answer> {
    let alpha = given.args.scalar_opt("alpha")?;
    one(given, |x| {
        let a = given.some_operand(x, "input", 0)?;
        let b = given.some_operand(x, "other", 1)?;
        match alpha {
            None => a.with(b, arrays, right, left),
            Some(alpha) => Ok(with_alpha(&a.to_var(), &b.to_var(), alpha)?),
        }
    })
}

fn divide(given: &Given) -> Outcome<Answer> {
    let mode = match given.args.str_or("rounding_mode", "")? {
        "" => None,
        "trunc" => Some(RoundingMode::Trunc),
        "floor" => Some(RoundingMode::Floor),
        other => return Err(Stop::wrong(format!("no rounding mode {other}"))),
    };
    one(given, |x| {
        let a = given.some_operand(x, "input", 0)?;
        let b = given.some_operand(x, "other", 1)?;
        match mode {
            None => a.with(b, Var::div, |x, c| x.div_scalar(c), |c, x| x.rdiv_scalar(c)),
            Some(mode) => a.with(
                b,
                |a, b| a.div_rounded(b, mode),
                |x, c| x.div_rounded_scalar(c, mode),
                |c, x| Operand::Number(c).to_var().div_rounded(x, mode),
            ),
        }
    })
}

fn clamp(given: &Given, low: &str, high: &str) -> Outcome<Answer> {
    // Without names the only input is what is clamped.
    const NOWHERE: usize = usize::MAX;
    one(given, |x| {
        let input = &x[0];
        let bounds = (
            given.operand(x, low, NOWHERE)?,
            given.operand(x, high, NOWHERE)?,
        );
        Ok(match bounds {
            (Some(Operand::Array(low)), Some(Operand::Array(high))) => {
                input.clamp_between(low, high)?
            }
            (Some(Operand::Array(low)), None) => input.maximum(low)?,
            (None, Some(Operand::Array(high))) => input.minimum(high)?,
            (Some(Operand::Number(low)), Some(Operand::Number(high))) => input.clamp(low, high)?,
            (Some(Operand::Number(low)), None) => input.clamp_min(low)?,
            (None, Some(Operand::Number(high))) => input.clamp_max(high)?,
            _ => return Err(Stop::wrong("two bounds of one kind, or one, are taken")),
        })
    })
}
