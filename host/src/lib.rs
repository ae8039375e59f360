//! The whisper command: runs, builds and tends a bundle
