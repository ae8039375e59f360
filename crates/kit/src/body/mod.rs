//! Reading a body: JSON into a struct, and everything that stands in the way at once.

mod strict;

use crate::error::{Error, FieldError, Result};

pub(crate) use strict::object;

/// Reads a body that says itself how it is read.
///
/// # Errors
/// [`Code::InvalidJson`], [`Code::ValidationFailed`].
pub(crate) fn read<T: whisper_schema::Body>(body: &[u8]) -> Result<T> {
    let object = object(body)?;
    whisper_schema::body::read(&object)
        .map_err(|wrong| Error::fields(wrong.into_iter().map(FieldError::from).collect()))
}

/// Whether a body can be read: for the examples of the API's document.
///
/// # Errors
/// As [`read`].
pub(crate) fn check<T: whisper_schema::Body>(body: &[u8]) -> Result<()> {
    read::<T>(body).map(drop)
}
