//! What a field of a `#[derive(Module)]` struct may be.

use std::marker::PhantomData;

use gradus_autograd::Var;
use gradus_random::Generator;
use gradus_tensor::{DType, Device, Reduction};

use crate::{Buffer, Member, MemberMut, Mode, Module};

/// A field of a module: a part of it, several parts, or plain data that the walk passes by.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a part of a module",
    label = "neither module, parameter (`Var`), `Buffer`, `Mode`, nor plain data",
    note = "derive `Module` for `{Self}`, hold a tensor in a `Buffer` or a leaf `Var`, or mark the field `#[module(skip)]`"
)]
pub trait Field: Send + Sync + 'static {
    /// Shows the parts of this field, which is called `name`.
    fn visit_field<'a>(&'a self, name: &str, see: &mut dyn FnMut(&str, Member<'a>));

    /// As [`visit_field`](Field::visit_field), for replacing parts.
    fn visit_field_mut(&mut self, name: &str, see: &mut dyn FnMut(&str, MemberMut<'_>));
}

impl<M: Module> Field for M {
    fn visit_field<'a>(&'a self, name: &str, see: &mut dyn FnMut(&str, Member<'a>)) {
        see(name, Member::Module(self.as_module().unboxed()));
    }

    fn visit_field_mut(&mut self, name: &str, see: &mut dyn FnMut(&str, MemberMut<'_>)) {
        see(name, MemberMut::Module(self));
    }
}

macro_rules! single {
    ($($Type:ident => $Part:ident),*) => {$(
        impl Field for $Type {
            fn visit_field<'a>(&'a self, name: &str, see: &mut dyn FnMut(&str, Member<'a>)) {
                see(name, Member::$Part(self));
            }

            fn visit_field_mut(&mut self, name: &str, see: &mut dyn FnMut(&str, MemberMut<'_>)) {
                see(name, MemberMut::$Part(self));
            }
        }
    )*};
}
single!(Var => Parameter, Buffer => Buffer, Mode => Mode);

impl<F: Field> Field for Option<F> {
    fn visit_field<'a>(&'a self, name: &str, see: &mut dyn FnMut(&str, Member<'a>)) {
        if let Some(field) = self {
            field.visit_field(name, see);
        }
    }

    fn visit_field_mut(&mut self, name: &str, see: &mut dyn FnMut(&str, MemberMut<'_>)) {
        if let Some(field) = self {
            field.visit_field_mut(name, see);
        }
    }
}

/// Entries are called `name.0`, `name.1`, as in PyTorch's `ModuleList` and `ParameterList`.
impl<F: Field> Field for Vec<F> {
    fn visit_field<'a>(&'a self, name: &str, see: &mut dyn FnMut(&str, Member<'a>)) {
        for (i, field) in self.iter().enumerate() {
            field.visit_field(&format!("{name}.{i}"), see);
        }
    }

    fn visit_field_mut(&mut self, name: &str, see: &mut dyn FnMut(&str, MemberMut<'_>)) {
        for (i, field) in self.iter_mut().enumerate() {
            field.visit_field_mut(&format!("{name}.{i}"), see);
        }
    }
}

/// As a `Vec`.
impl<F: Field, const N: usize> Field for [F; N] {
    fn visit_field<'a>(&'a self, name: &str, see: &mut dyn FnMut(&str, Member<'a>)) {
        for (i, field) in self.iter().enumerate() {
            field.visit_field(&format!("{name}.{i}"), see);
        }
    }

    fn visit_field_mut(&mut self, name: &str, see: &mut dyn FnMut(&str, MemberMut<'_>)) {
        for (i, field) in self.iter_mut().enumerate() {
            field.visit_field_mut(&format!("{name}.{i}"), see);
        }
    }
}

impl<A: Field, B: Field> Field for (A, B) {
    fn visit_field<'a>(&'a self, name: &str, see: &mut dyn FnMut(&str, Member<'a>)) {
        self.0.visit_field(&format!("{name}.0"), see);
        self.1.visit_field(&format!("{name}.1"), see);
    }

    fn visit_field_mut(&mut self, name: &str, see: &mut dyn FnMut(&str, MemberMut<'_>)) {
        self.0.visit_field_mut(&format!("{name}.0"), see);
        self.1.visit_field_mut(&format!("{name}.1"), see);
    }
}

macro_rules! plain_data {
    ($($Type:ty),*) => {$(
        impl Field for $Type {
            fn visit_field<'a>(&'a self, _: &str, _: &mut dyn FnMut(&str, Member<'a>)) {}
            fn visit_field_mut(&mut self, _: &str, _: &mut dyn FnMut(&str, MemberMut<'_>)) {}
        }
    )*};
}
plain_data!(
    bool,
    char,
    u8,
    u16,
    u32,
    u64,
    u128,
    usize,
    i8,
    i16,
    i32,
    i64,
    i128,
    isize,
    f32,
    f64,
    String,
    &'static str,
    (),
    DType,
    Device,
    Reduction,
    Generator
);

impl<T: Send + Sync + 'static> Field for PhantomData<T> {
    fn visit_field<'a>(&'a self, _: &str, _: &mut dyn FnMut(&str, Member<'a>)) {}
    fn visit_field_mut(&mut self, _: &str, _: &mut dyn FnMut(&str, MemberMut<'_>)) {}
}
