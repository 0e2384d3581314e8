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
pub trait Field: Send + Sync + Sized + 'static {
    /// Shows the parts of this field, which is called `name`.
    fn visit_field<'a>(&'a self, name: &str, see: &mut dyn FnMut(&str, Member<'a>));

    /// As [`visit_field`](Field::visit_field), for replacing parts.
    fn visit_field_mut(&mut self, name: &str, see: &mut dyn FnMut(&str, MemberMut<'_>));

    /// A copy that shares parameters and buffers, if everything in it can be cloned.
    fn copy_field(&self) -> Option<Self>;
}

impl<M: Module> Field for M {
    fn visit_field<'a>(&'a self, name: &str, see: &mut dyn FnMut(&str, Member<'a>)) {
        see(name, Member::Module(self.as_module().unboxed()));
    }

    fn visit_field_mut(&mut self, name: &str, see: &mut dyn FnMut(&str, MemberMut<'_>)) {
        see(name, MemberMut::Module(self));
    }

    fn copy_field(&self) -> Option<Self> {
        self.shallow_copy()
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

            fn copy_field(&self) -> Option<Self> {
                Some(self.clone())
            }
        }
    )*};
}
single!(Var => Parameter, Buffer => Buffer, Mode => Mode, Generator => Generator);

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

    fn copy_field(&self) -> Option<Self> {
        match self {
            Some(field) => field.copy_field().map(Some),
            None => Some(None),
        }
    }
}

/// The parts are called `name.0` and `name.1`.
impl<A: Field, B: Field> Field for (A, B) {
    fn visit_field<'a>(&'a self, name: &str, see: &mut dyn FnMut(&str, Member<'a>)) {
        self.0.visit_field(&format!("{name}.0"), see);
        self.1.visit_field(&format!("{name}.1"), see);
    }

    fn visit_field_mut(&mut self, name: &str, see: &mut dyn FnMut(&str, MemberMut<'_>)) {
        self.0.visit_field_mut(&format!("{name}.0"), see);
        self.1.visit_field_mut(&format!("{name}.1"), see);
    }

    fn copy_field(&self) -> Option<Self> {
        Some((self.0.copy_field()?, self.1.copy_field()?))
    }
}

macro_rules! passed_by {
    ($([$($generics:tt)*] $Type:ty),*) => {$(
        impl $($generics)* Field for $Type {
            fn visit_field<'a>(&'a self, _: &str, _: &mut dyn FnMut(&str, Member<'a>)) {}
            fn visit_field_mut(&mut self, _: &str, _: &mut dyn FnMut(&str, MemberMut<'_>)) {}
            fn copy_field(&self) -> Option<Self> {
                Some(self.clone())
            }
        }
    )*};
}
passed_by!([<T: Send + Sync + 'static>] PhantomData<T>, [] ());

/// Each alone, in a `Vec` and in an array. (`Vec` and arrays of modules and parameters are modules.)
macro_rules! plain_data {
    ($($Type:ty),*) => {$(
        passed_by!([] $Type, [] Vec<$Type>, [<const N: usize>] [$Type; N]);
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
    DType,
    Device,
    Reduction
);
