//! What `#[module(..)]` says on a struct and on its fields.

use syn::meta::ParseNestedMeta;
use syn::{Attribute, LitStr, Path, Result};

/// `#[module(..)]` on the struct.
#[derive(Default)]
pub(crate) struct StructAttributes {
    pub(crate) no_forward: bool,
    pub(crate) no_display: bool,
    pub(crate) observed: bool,
    pub(crate) extra_repr: bool,
    pub(crate) name: Option<LitStr>,
    pub(crate) home: Option<Path>,
}

impl StructAttributes {
    pub(crate) fn parse(attributes: &[Attribute]) -> Result<Self> {
        let mut found = Self::default();
        each(attributes, |meta| {
            if meta.path.is_ident("no_forward") {
                found.no_forward = true;
            } else if meta.path.is_ident("no_display") {
                found.no_display = true;
            } else if meta.path.is_ident("observed") {
                found.observed = true;
            } else if meta.path.is_ident("extra_repr") {
                found.extra_repr = true;
            } else if meta.path.is_ident("name") {
                found.name = Some(meta.value()?.parse()?);
            } else if meta.path.is_ident("crate") {
                found.home = Some(meta.value()?.parse::<LitStr>()?.parse()?);
            } else {
                return Err(meta.error(
                    "on a struct, `module` takes no_forward, no_display, observed, extra_repr, name = \"..\" or crate = \"..\"",
                ));
            }
            Ok(())
        })?;
        Ok(found)
    }
}

/// `#[module(..)]` on a field.
#[derive(Default)]
pub(crate) struct FieldAttributes {
    pub(crate) skip: bool,
    pub(crate) name: Option<LitStr>,
}

impl FieldAttributes {
    pub(crate) fn parse(attributes: &[Attribute]) -> Result<Self> {
        let mut found = Self::default();
        each(attributes, |meta| {
            if meta.path.is_ident("skip") {
                found.skip = true;
            } else if meta.path.is_ident("name") {
                found.name = Some(meta.value()?.parse()?);
            } else {
                return Err(meta.error("on a field, `module` takes skip or name = \"..\""));
            }
            Ok(())
        })?;
        Ok(found)
    }
}

fn each(
    attributes: &[Attribute],
    mut on: impl FnMut(ParseNestedMeta<'_>) -> Result<()>,
) -> Result<()> {
    attributes
        .iter()
        .filter(|attribute| attribute.path().is_ident("module"))
        .try_for_each(|attribute| attribute.parse_nested_meta(&mut on))
}
