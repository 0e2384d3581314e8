//! Deep learning in Rust that prints PyTorch's numbers: one prelude over the gradus crates.
//!
//! Each crate is a module here; [`prelude`] has the names a program needs every day. Whoever needs only one part,
//! metrics or the tensor say, depends on that crate alone.
//!
//! ```
//! use gradus::prelude::*;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let (x, y) = make_moons(100, 0.3, 0)?;
//! let [(x_train, x_val), (y_train, y_val)] = train_test_split([&x, &y], 0.2, 13)?;
//! let mut scaler = StandardScaler::new();
//! let x_train = scaler.fit_transform(&x_train)?.to_dtype(DType::F32)?;
//! let x_val = scaler.transform(&x_val)?.to_dtype(DType::F32)?;
//! let y_train = y_train.reshape([80, 1])?.to_dtype(DType::F32)?;
//! let y_val = y_val.reshape([20, 1])?.to_dtype(DType::F32)?;
//!
//! let rng = Generator::new(42);
//! let model = Sequential::new().with_named("linear", Linear::new(2, 1, &rng))?;
//! let sgd = Sgd::new(model.parameters(), 0.1)?;
//! let mut trainer = Trainer::new(model, BceWithLogitsLoss::new(), sgd).with_generator(&rng);
//! trainer.set_loaders(
//!     DataLoader::new(TensorDataset::new((x_train, y_train))?, 16).shuffle(true).rng(&rng),
//!     DataLoader::new(TensorDataset::new((x_val.clone(), y_val.clone()))?, 16).rng(&rng),
//! )?;
//! trainer.set_seed(42)?;
//! trainer.train(100)?;
//! println!("{}", trainer.model().state_dict().get("linear.weight").unwrap());
//! println!("AUC {:.4}", roc_auc_score(&y_val, &trainer.predict(&x_val)?, Default::default())?);
//! # assert_eq!(trainer.model().state_dict().get("linear.weight").unwrap().to_string(), "tensor([[ 1.1806, -1.8693]])");
//! # assert_eq!(format!("{:.4}", roc_auc_score(&y_val, &trainer.predict(&x_val)?, Default::default())?), "0.9798");
//! # Ok(())
//! # }
//! ```
//!
//! It prints `tensor([[ 1.1806, -1.8693]])` and `AUC 0.9798`, the numbers of the same program in PyTorch.

pub use gradus_autograd as autograd;
pub use gradus_data as data;
pub use gradus_formats as formats;
pub use gradus_metrics as metrics;
pub use gradus_optim as optim;
pub use gradus_plot as plot;
pub use gradus_random as random;
pub use gradus_tensor as tensor;
pub use gradus_trainer as trainer;

pub mod nn {
    //! The crate `gradus-nn`, with a `#[derive(Module)]` that finds it here.
    //!
    //! ```
    //! use gradus::nn;
    //! use gradus::prelude::*;
    //!
    //! #[derive(Module)]
    //! struct Net {
    //!     hidden: Linear,
    //!     output: Linear,
    //! }
    //!
    //! impl Net {
    //!     fn forward(&self, x: &Var) -> nn::Result<Var> {
    //!         self.output.forward(&self.hidden.forward(x)?.tanh()?)
    //!     }
    //! }
    //!
    //! let rng = Generator::new(0);
    //! let net = Net { hidden: Linear::new(2, 3, &rng), output: Linear::new(3, 1, &rng) };
    //! assert_eq!(net.parameters().len(), 4);
    //! ```

    pub use gradus_nn::ModuleThroughGradus as Module;
    pub use gradus_nn::*;
}
pub mod prelude;
