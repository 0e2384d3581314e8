//! The #[derive(Module)] macro of gradus-nn.
