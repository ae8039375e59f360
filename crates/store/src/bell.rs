//! Waking the other requests of an instance.

#[cfg(target_family = "wasm")]
pub use component::Bell;
#[cfg(not(target_family = "wasm"))]
pub use native::Bell;

/// In a component each request is a task of the host's, and a Rust waker reaches its own task alone: so a waiting
/// request reads from a stream, and closing that is an event like any other of the host. README.md tells why
/// wit-bindgen's `inter-task-wakeup` doesn't do yet.
#[cfg(target_family = "wasm")]
mod component {
    use std::cell::{Cell, RefCell};

    use spin_sdk::wasip3::wit_stream;
    use spin_sdk::wit_bindgen::StreamWriter;

    /// Wakes all who wait for it, in whichever request of the instance.
    #[derive(Default)]
    pub struct Bell {
        waiting: RefCell<Vec<(u64, StreamWriter<u8>)>>,
        next: Cell<u64>,
    }

    /// The place of a waiting task; forgotten when dropped.
    struct Place<'a> {
        bell: &'a Bell,
        number: u64,
    }

    impl Bell {
        /// Waits until it rings.
        pub async fn wait(&self) {
            let number = self.next.get();
            self.next.set(number + 1);
            let _place = Place { bell: self, number };
            let (writer, mut reader) = wit_stream::new::<u8>();
            self.waiting.borrow_mut().push((number, writer));
            reader.next().await;
        }

        /// Wakes all who wait now.
        pub fn ring(&self) {
            drop(self.waiting.take());
        }
    }

    impl Drop for Place<'_> {
        fn drop(&mut self) {
            let mut waiting = self.bell.waiting.borrow_mut();
            waiting.retain(|(number, _)| *number != self.number);
        }
    }
}

#[cfg(not(target_family = "wasm"))]
mod native {
    use std::cell::{Cell, RefCell};
    use std::future::poll_fn;
    use std::task::{Poll, Waker};

    /// Wakes all who wait for it, in whichever request of the instance.
    #[derive(Default)]
    pub struct Bell {
        waiting: RefCell<Vec<(u64, Waker)>>,
        next: Cell<u64>,
        rung: Cell<u64>,
    }

    /// The place of a waiting task; forgotten when dropped.
    struct Place<'a> {
        bell: &'a Bell,
        number: u64,
    }

    impl Bell {
        /// Waits until it rings.
        pub async fn wait(&self) {
            let number = self.next.get();
            self.next.set(number + 1);
            let place = Place { bell: self, number };
            poll_fn(|context| {
                if self.rung.get() > place.number {
                    return Poll::Ready(());
                }
                place.leave();
                let mut waiting = self.waiting.borrow_mut();
                waiting.push((place.number, context.waker().clone()));
                Poll::Pending
            })
            .await;
        }

        /// Wakes all who wait now.
        pub fn ring(&self) {
            self.rung.set(self.next.get());
            // Woken without the borrow: a waker may poll at once.
            for (_, waker) in self.waiting.take() {
                waker.wake();
            }
        }
    }

    impl Place<'_> {
        fn leave(&self) {
            self.bell
                .waiting
                .borrow_mut()
                .retain(|(number, _)| *number != self.number);
        }
    }

    impl Drop for Place<'_> {
        fn drop(&mut self) {
            self.leave();
        }
    }
}
