//! From the struct to its `impl Module`.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Data, DeriveInput, Error, Fields, Index, LitStr, Result, parse_quote};

use crate::attributes::{FieldAttributes, StructAttributes};

pub(crate) fn expand(input: &DeriveInput, home: TokenStream) -> Result<TokenStream> {
    let attributes = StructAttributes::parse(&input.attrs)?;
    let home = attributes
        .home
        .as_ref()
        .map_or(home, ToTokens::to_token_stream);
    let Data::Struct(data) = &input.data else {
        let message = "Module can be derived for structs only; a module with alternatives holds them as `Option` fields";
        return Err(Error::new(input.ident.span(), message));
    };

    let Parts {
        visits,
        visits_mut,
        copies,
    } = parts(&data.fields, &home)?;
    let ident = &input.ident;
    let name = attributes
        .name
        .clone()
        .unwrap_or_else(|| LitStr::new(&ident.to_string(), ident.span()));
    let forward = forward(&attributes, &home, &name, here(ident.span()));
    let extra_repr = attributes.extra_repr.then(|| {
        quote! {
            #[inline]
            fn extra_repr(&self) -> ::std::string::String {
                Self::extra_repr(self)
            }
        }
    });

    let mut generics = input.generics.clone();
    for parameter in generics.type_params_mut() {
        parameter.bounds.push(parse_quote!(#home::Field));
    }
    let (impl_generics, type_generics, where_clause) = generics.split_for_impl();
    let display = (!attributes.no_display).then(|| {
        quote! {
            #[automatically_derived]
            impl #impl_generics ::std::fmt::Display for #ident #type_generics #where_clause {
                #[inline]
                fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                    ::std::fmt::Display::fmt(#home::AsModule::as_module(self), f)
                }
            }
        }
    });

    Ok(quote! {
        #[automatically_derived]
        impl #impl_generics #home::Module for #ident #type_generics #where_clause {
            #forward

            #[inline]
            fn visit<'a>(&'a self, see: &mut dyn ::std::ops::FnMut(&str, #home::Member<'a>)) {
                let _ = &see;
                #(#visits)*
            }

            #[inline]
            fn visit_mut(&mut self, see: &mut dyn ::std::ops::FnMut(&str, #home::MemberMut<'_>)) {
                let _ = &see;
                #(#visits_mut)*
            }

            #[inline]
            fn type_name(&self) -> &'static str {
                #name
            }

            #extra_repr

            #[inline]
            fn shallow_copy(&self) -> ::std::option::Option<Self> {
                ::std::option::Option::Some(Self { #(#copies)* })
            }
        }

        #display
    })
}

/// Shown at this place in messages, with the names that this macro defines in scope.
fn here(span: Span) -> Span {
    span.resolved_at(Span::call_site())
}

/// One line per field.
#[derive(Default)]
struct Parts {
    visits: Vec<TokenStream>,
    visits_mut: Vec<TokenStream>,
    /// `field: copy`, of fields that are skipped too.
    copies: Vec<TokenStream>,
}

fn parts(fields: &Fields, home: &TokenStream) -> Result<Parts> {
    let mut parts = Parts::default();
    for (position, field) in fields.iter().enumerate() {
        let attributes = FieldAttributes::parse(&field.attrs)?;
        let (access, key) = match &field.ident {
            Some(ident) => (
                ident.to_token_stream(),
                ident.to_string().trim_start_matches("r#").to_owned(),
            ),
            None => (
                Index::from(position).to_token_stream(),
                position.to_string(),
            ),
        };
        if attributes.skip {
            // Whatever it is, it is cloned if it can be.
            parts.copies.push(quote! {
                #access: {
                    #[allow(unused_imports, reason = "one of the two is used")]
                    use #home::probe::{ByClone as _, ByNothing as _};
                    (&#home::probe::Probe(&self.#access)).copy()?
                },
            });
            continue;
        }
        let key = attributes.name.map_or(key, |name| name.value());
        if key.is_empty() || key.contains('.') {
            let message = format!(
                "`{key}` cannot name a part of a module: a name is not empty and has no dot"
            );
            return Err(Error::new(field.span(), message));
        }
        // The type's span puts "is not a part of a module" under the field that is meant.
        let span = here(field.ty.span());
        parts.visits.push(
            quote_spanned!(span=> #home::Field::visit_field(&self.#access, #key, &mut *see);),
        );
        parts.visits_mut.push(
            quote_spanned!(span=> #home::Field::visit_field_mut(&mut self.#access, #key, &mut *see);),
        );
        parts
            .copies
            .push(quote_spanned!(span=> #access: #home::Field::copy_field(&self.#access)?,));
    }
    Ok(parts)
}

/// `Module::forward` calls the `forward` that the user wrote on the struct itself.
fn forward(
    attributes: &StructAttributes,
    home: &TokenStream,
    name: &LitStr,
    span: Span,
) -> TokenStream {
    if attributes.no_forward {
        return quote! {
            #[inline]
            fn forward(&self, _input: &#home::Var) -> #home::Result<#home::Var> {
                ::std::result::Result::Err(#home::Error::no_forward(#name))
            }
        };
    }
    let call = quote_spanned!(span=> Self::forward(self, input));
    let seen = (!attributes.observed).then(|| quote!(#home::seen(self, &output);));
    // Without an inherent `forward` the call would find this very method and never end; the second
    // trait makes it ambiguous, and its name says in the compiler's message what is missing.
    quote! {
        #[inline]
        fn forward(&self, input: &#home::Var) -> #home::Result<#home::Var> {
            #[allow(dead_code, reason = "only there to make a missing inherent `forward` an error")]
            trait WriteFnForwardInAnImplOfTheStructOrMarkItModuleNoForward {
                fn forward(&self, _input: &#home::Var) {}
            }
            impl<T: ?::std::marker::Sized> WriteFnForwardInAnImplOfTheStructOrMarkItModuleNoForward for T {}
            let output = #call?;
            #seen
            ::std::result::Result::Ok(output)
        }
    }
}
