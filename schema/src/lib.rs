//! The data model: one struct per collection, and what is generated from it
