//! Documents, queries and batches over SQL
