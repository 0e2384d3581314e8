//! The `#[derive(Module)]` macro of `gradus-nn`, which documents it.

mod attributes;
mod expand;

use proc_macro::TokenStream;
use quote::quote;
use syn::{DeriveInput, parse_macro_input};

/// Derives the walk over parameters, buffers and children; see `gradus_nn::Module`.
#[proc_macro_derive(Module, attributes(module))]
pub fn derive_module(input: TokenStream) -> TokenStream {
    derive(input, quote!(::gradus_nn))
}

/// The same for crates that reach `gradus-nn` through the façade `gradus`, which exports it as
/// `Module`.
#[proc_macro_derive(ModuleThroughGradus, attributes(module))]
pub fn derive_module_through_gradus(input: TokenStream) -> TokenStream {
    derive(input, quote!(::gradus::nn))
}

fn derive(input: TokenStream, home: proc_macro2::TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    expand::expand(&input, home)
        .unwrap_or_else(syn::Error::into_compile_error)
        .into()
}
