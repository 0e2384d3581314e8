//! Positions and fitted scalers through JSON.

use gradus_data::{
    DataLoader, ImputeStrategy, LabelEncoder, LoaderState, MaxAbsScaler, MinMaxScaler, Normalizer,
    OneHotEncoder, Pipeline, PolynomialFeatures, RobustScaler, SelectKBest, SimpleImputer,
    StandardScaler, TensorDataset, VarianceThreshold, f_classif, load_iris, make_moons,
};
use gradus_tensor::Tensor;

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

#[test]
fn a_fitted_pipeline_is_the_same_after_loading() {
    let iris = load_iris().unwrap();
    let mut values = iris.x.to_vec::<f64>().unwrap();
    values.iter_mut().step_by(7).for_each(|x| *x = f64::NAN);
    let x = Tensor::from_vec(values, iris.x.shape()).unwrap();
    let mut pipeline = Pipeline::new()
        .then(SimpleImputer::new(ImputeStrategy::Mean).add_indicator(true))
        .then(StandardScaler::new())
        .then(MinMaxScaler::new())
        .then(MaxAbsScaler::default())
        .then(RobustScaler::default())
        .then(VarianceThreshold::new(1e-3))
        .then(PolynomialFeatures::new(2))
        .then(Normalizer::default());
    let y = pipeline.fit_transform(&x).unwrap();
    let text = serde_json::to_string(&pipeline).unwrap();
    let loaded: Pipeline = serde_json::from_str(&text).unwrap();
    assert_eq!(loaded, pipeline);
    assert!(loaded.transform(&x).unwrap().equal(&y));
}

#[test]
fn encoders_and_selections_are_the_same_after_loading() {
    let iris = load_iris().unwrap();
    let y = iris.y.unwrap();
    let mut select = SelectKBest::new(2);
    select.fit(&iris.x, &y, f_classif).unwrap();
    let text = serde_json::to_string(&select).unwrap();
    let loaded: SelectKBest = serde_json::from_str(&text).unwrap();
    assert_eq!(loaded, select);
    let column = y.reshape([150, 1]).unwrap();
    let mut one_hot = Pipeline::new().then(OneHotEncoder::default());
    let indicators = one_hot.fit_transform(&column).unwrap();
    let loaded: Pipeline = serde_json::from_str(&serde_json::to_string(&one_hot).unwrap()).unwrap();
    assert!(loaded.transform(&column).unwrap().equal(&indicators));
    let mut labels = LabelEncoder::default();
    labels.fit(&["b".to_string(), "a".to_string()]);
    let loaded: LabelEncoder<String> =
        serde_json::from_str(&serde_json::to_string(&labels).unwrap()).unwrap();
    assert_eq!(loaded, labels);
}
