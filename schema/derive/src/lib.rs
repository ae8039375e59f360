//! Derives a collection's documents and metadata
