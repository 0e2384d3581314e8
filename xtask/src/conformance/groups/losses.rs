//! Losses and their gradients.

use gradus_nn::{BceLoss, BceWithLogitsLoss, L1Loss, Loss, MseLoss};
use gradus_tensor::Reduction;

use super::Table;
use super::differentiate::{Outcome, one};
use crate::conformance::case::{Answer, Given, Stop};

pub(super) const TABLE: Table = &[
    ("MSELoss", |g| {
        compared(g, &MseLoss::new().reduction(reduction(g)?))
    }),
    ("L1Loss", |g| {
        compared(g, &L1Loss::new().reduction(reduction(g)?))
    }),
    ("BCELoss", |g| {
        let mut loss = BceLoss::new().reduction(reduction(g)?);
        if g.args.bool_or("weight", false)? {
            loss = loss.weight(g.tensor(2)?);
        }
        compared(g, &loss)
    }),
    ("BCEWithLogitsLoss", |g| {
        let mut loss = BceWithLogitsLoss::new().reduction(reduction(g)?);
        let weighted = g.args.bool_or("weight", false)?;
        if weighted {
            loss = loss.weight(g.tensor(2)?);
        }
        if g.args.bool_or("pos_weight", false)? {
            loss = loss.pos_weight(g.tensor(2 + usize::from(weighted))?);
        }
        compared(g, &loss)
    }),
];

fn reduction(given: &Given) -> Outcome<Reduction> {
    match given.args.str("reduction")? {
        "none" => Ok(Reduction::None),
        "mean" => Ok(Reduction::Mean),
        "sum" => Ok(Reduction::Sum),
        other => Err(Stop::unsupported(other)),
    }
}

/// The loss of the first input against the second.
fn compared(given: &Given, loss: &dyn Loss) -> Outcome<Answer> {
    one(given, |inputs| Ok(loss.forward(&inputs[0], &inputs[1])?))
}
