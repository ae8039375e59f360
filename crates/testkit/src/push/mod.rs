//! Web Push from the other side: a device, and a push service of the test's own.

mod crypto;
mod device;
mod service;

pub use device::Device;
pub use service::{PushService, Pushed};
