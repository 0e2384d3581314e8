//! Scalers: what was transformed comes back.

use gradus_data::{MaxAbsScaler, MinMaxScaler, Result, RobustScaler, StandardScaler};
use gradus_tensor::Tensor;
use proptest::prelude::*;

/// A table of a few columns, some of them constant.
fn tables() -> impl Strategy<Value = Tensor> {
    (1_usize..30, 1_usize..5)
        .prop_flat_map(|(rows, columns)| {
            let values = proptest::collection::vec(-1e3..1e3, rows * columns);
            (values, any::<bool>(), Just((rows, columns)))
        })
        .prop_map(|(mut values, constant, (rows, columns))| {
            if constant {
                values.iter_mut().step_by(columns).for_each(|x| *x = 0.1);
            }
            Tensor::from_vec(values, [rows, columns]).expect("rows × columns values")
        })
}

fn assert_restores(x: &Tensor, run: impl FnOnce() -> Result<Tensor>) {
    let back = run().unwrap().to_vec::<f64>().unwrap();
    for (x, back) in x.to_vec::<f64>().unwrap().iter().zip(back) {
        // Rounding of two steps on numbers up to 1000.
        assert!((x - back).abs() < 1e-11, "{x} came back as {back}");
    }
}

proptest! {
    #[test]
    fn what_was_scaled_comes_back(x in tables()) {
        let mut standard = StandardScaler::new();
        assert_restores(&x, || { let z = standard.fit_transform(&x)?; standard.inverse_transform(&z) });
        let mut min_max = MinMaxScaler::new().feature_range(-1.0, 3.0);
        assert_restores(&x, || { let z = min_max.fit_transform(&x)?; min_max.inverse_transform(&z) });
        let mut max_abs = MaxAbsScaler::default();
        assert_restores(&x, || { let z = max_abs.fit_transform(&x)?; max_abs.inverse_transform(&z) });
        let mut robust = RobustScaler::default();
        assert_restores(&x, || { let z = robust.fit_transform(&x)?; robust.inverse_transform(&z) });
    }

    #[test]
    fn standardised_features_have_mean_zero_and_variance_one_or_zero(x in tables()) {
        let z = StandardScaler::new().fit_transform(&x).unwrap();
        let mut again = StandardScaler::new();
        again.fit(&z).unwrap();
        for (mean, var) in again.mean().unwrap().iter().zip(again.var().unwrap()) {
            prop_assert!(mean.abs() < 1e-10);
            prop_assert!((var - 1.0).abs() < 1e-9 || *var < 1e-20, "{var}");
        }
    }
}
