//! SIGINT, SIGTERM and SIGHUP during long work.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicI32, Ordering};
use std::thread;

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::{Handle, Signals};
use signal_hook::low_level::emulate_default_handler;

/// Handles signals until it is dropped: the first is reported, the second ends the process.
#[derive(Debug)]
pub(crate) struct Interrupts {
    first: Arc<AtomicI32>,
    handle: Handle,
}

impl Interrupts {
    /// Calls `on_first` on the first signal.
    pub(crate) fn listen(on_first: impl FnOnce() + Send + 'static) -> io::Result<Self> {
        let mut signals = Signals::new([SIGINT, SIGTERM, SIGHUP])?;
        let handle = signals.handle();
        let first = Arc::new(AtomicI32::new(0));
        let noted = Arc::clone(&first);
        let mut on_first = Some(on_first);
        thread::Builder::new()
            .name("signals".into())
            .spawn(move || {
                for signal in signals.forever() {
                    match on_first.take() {
                        Some(on_first) => {
                            noted.store(signal, Ordering::SeqCst);
                            on_first();
                        }
                        None => drop(emulate_default_handler(signal)),
                    }
                }
            })?;
        Ok(Self { first, handle })
    }

    /// Returns the number of the first signal, if one was received.
    pub(crate) fn signal(&self) -> Option<i32> {
        Some(self.first.load(Ordering::SeqCst)).filter(|signal| *signal != 0)
    }
}

impl Drop for Interrupts {
    fn drop(&mut self) {
        self.handle.close();
    }
}
