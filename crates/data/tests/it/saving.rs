//! Positions and fitted scalers through JSON.

use gradus_data::{DataLoader, LoaderState, StandardScaler, TensorDataset, make_moons};

#[test]
fn a_fitted_scaler_is_the_same_after_loading() {
    let (x, _) = make_moons(20, 0.1, 0).unwrap();
    let mut scaler = StandardScaler::new();
    let z = scaler.fit_transform(&x).unwrap();
    let text = serde_json::to_string(&scaler).unwrap();
    let loaded: StandardScaler = serde_json::from_str(&text).unwrap();
    assert!(loaded.transform(&x).unwrap().equal(&z));
}

#[test]
fn a_position_is_the_same_after_loading() {
    let (x, y) = make_moons(20, 0.1, 0).unwrap();
    let loader = DataLoader::new(TensorDataset::new((x, y)).unwrap(), 6);
    let mut batches = loader.iter();
    batches.next().unwrap().unwrap();
    let text = serde_json::to_string(&loader.state()).unwrap();
    let state: LoaderState = serde_json::from_str(&text).unwrap();
    assert_eq!(state, loader.state());
    assert_eq!(state.open.unwrap().delivered, 1);
}
