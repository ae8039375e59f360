//! Names of columns that know which document they belong to.

use std::fmt;
use std::marker::PhantomData;

use crate::Attribute;
use crate::document::Document;

/// A column of `D`'s collection: `Message::CREATED_AT`, or one of the two every table has.
pub struct Column<D> {
    key: &'static str,
    // A column owns no document, so it is Copy and Send for every D.
    document: PhantomData<fn() -> D>,
}

impl<D> Column<D> {
    /// Key of the document's id in the table.
    pub const ID_KEY: &'static str = "_id";
    /// Key of the commit order in the table.
    pub const SEQ_KEY: &'static str = "_seq";

    /// The column with this key. For derived code: callers use the constants of the document.
    #[doc(hidden)]
    pub const fn new(key: &'static str) -> Self {
        Column {
            key,
            document: PhantomData,
        }
    }

    /// The document's id.
    pub const fn id() -> Self {
        Column::new(Self::ID_KEY)
    }

    /// The order in which documents were committed to the collection.
    pub const fn seq() -> Self {
        Column::new(Self::SEQ_KEY)
    }

    /// The column's name in the table: an attribute's key, `_id` or `_seq`.
    pub const fn key(self) -> &'static str {
        self.key
    }
}

impl<D: Document> Column<D> {
    /// The attribute it stands for; none for `_id` and `_seq`.
    pub fn attribute(self) -> Option<&'static Attribute> {
        D::COLLECTION.attribute(self.key)
    }
}

// Derives would demand the same traits of D.
impl<D> Clone for Column<D> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<D> Copy for Column<D> {}

impl<D> PartialEq for Column<D> {
    fn eq(&self, other: &Self) -> bool {
        self.key == other.key
    }
}

impl<D> Eq for Column<D> {}

impl<D> fmt::Debug for Column<D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Column").field(&self.key).finish()
    }
}
