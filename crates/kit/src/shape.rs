//! The JSON shape of bodies and parameters, for the OpenAPI document.
//!
//! Only native builds carry shapes: in a component they would cost size and be of no use.

#[cfg(not(target_family = "wasm"))]
mod native {
    /// A type with a JSON schema; implemented by everything that derives `schemars::JsonSchema`.
    pub trait Shaped: schemars::JsonSchema {}
    impl<T: schemars::JsonSchema + ?Sized> Shaped for T {}

    /// How to make a type's JSON schema.
    #[derive(Clone, Copy)]
    pub struct Shape {
        pub(crate) schema: fn(&mut schemars::SchemaGenerator) -> schemars::Schema,
        pub(crate) name: fn() -> std::borrow::Cow<'static, str>,
    }

    impl Shape {
        /// The shape of a type.
        pub fn of<T: Shaped>() -> Self {
            Self {
                schema: |generator| generator.subschema_for::<T>(),
                name: T::schema_name,
            }
        }
    }
}

#[cfg(target_family = "wasm")]
mod wasm {
    /// Every type: shapes don't exist here.
    pub trait Shaped {}
    impl<T: ?Sized> Shaped for T {}

    /// Nothing.
    #[derive(Clone, Copy)]
    pub struct Shape;

    impl Shape {
        /// Nothing.
        pub fn of<T: Shaped>() -> Self {
            Self
        }
    }
}

#[cfg(not(target_family = "wasm"))]
pub use native::{Shape, Shaped};
#[cfg(target_family = "wasm")]
pub use wasm::{Shape, Shaped};
