//! Declaring a closed set of strings.

/// Declares the enum of an attribute: one documented variant per string.
///
/// The first variant is its `Default`. Gives serde, `as_str`, `ALL`, `ELEMENTS`, `Display`,
/// `FromStr` and the conversion into a JSON value.
///
/// ```
/// whisper_schema::choices! {
///     /// How far a parcel got.
///     pub enum Progress {
///         /// Still here.
///         Waiting = "waiting",
///         /// On its way.
///         Sent = "sent",
///     }
/// }
/// assert_eq!("sent".parse(), Ok(Progress::Sent));
/// assert_eq!(Progress::ELEMENTS, ["waiting", "sent"]);
/// ```
#[macro_export]
macro_rules! choices {
    ($(#[doc = $doc:literal])* pub enum $name:ident {
        $($(#[doc = $variant_doc:literal])* $variant:ident = $text:literal,)+
    }) => {
        $(#[doc = $doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum $name {
            $($(#[doc = $variant_doc])* $variant,)+
        }

        impl $name {
            /// Every variant, in the declared order.
            pub const ALL: &'static [$name] = &[$($name::$variant),+];
            /// The strings, in the declared order.
            pub const ELEMENTS: &'static [&'static str] = &[$($text),+];

            /// The string on the wire.
            pub const fn as_str(self) -> &'static str {
                Self::ELEMENTS[self as usize]
            }
        }

        impl $crate::Choice for $name {
            const NAME: &'static str = stringify!($name);
            const DOC: &'static str = concat!($($doc, "\n"),*);
            const ELEMENTS: &'static [&'static str] = $name::ELEMENTS;

            fn parse(text: &str) -> Option<Self> {
                match text {
                    $($text => Some($name::$variant),)+
                    _ => None,
                }
            }
        }

        impl Default for $name {
            fn default() -> Self {
                Self::ALL[0]
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::UnknownChoice;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                <$name as $crate::Choice>::parse(text).ok_or($crate::UnknownChoice::new($name::ELEMENTS))
            }
        }

        impl From<$name> for $crate::derived::serde_json::Value {
            fn from(choice: $name) -> Self {
                choice.as_str().into()
            }
        }

        impl $crate::derived::serde::Serialize for $name {
            fn serialize<S: $crate::derived::serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> $crate::derived::serde::Deserialize<'de> for $name {
            fn deserialize<D: $crate::derived::serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                $crate::derived::deserialize_choice(deserializer)
            }
        }

        impl $crate::body::Field for $name {
            fn read(
                value: &$crate::derived::serde_json::Value,
                _: &$crate::body::Limits,
                at: &mut $crate::body::At<'_, '_>,
            ) -> Option<Self> {
                $crate::derived::read_choice(value, at)
            }

            #[cfg(not(target_family = "wasm"))]
            fn schema(
                _: &$crate::body::Limits,
                generator: &mut $crate::derived::schemars::SchemaGenerator,
            ) -> $crate::derived::schemars::Schema {
                generator.subschema_for::<$name>()
            }
        }

        #[cfg(not(target_family = "wasm"))]
        impl $crate::derived::schemars::JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut $crate::derived::schemars::SchemaGenerator) -> $crate::derived::schemars::Schema {
                $crate::derived::choice_schema::<$name>()
            }
        }
    };
}
