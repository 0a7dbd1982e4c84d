//! Signals that ask a long work to end.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicI32, Ordering};
use std::thread;

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::{Handle, Signals};
use signal_hook::low_level::emulate_default_handler;

/// Listens for signals as long as it lives. The first is told, the second ends the process.
#[derive(Debug)]
pub(crate) struct Interrupts {
    first: Arc<AtomicI32>,
    handle: Handle,
}

impl Interrupts {
    /// Calls `told` when the first signal comes.
    ///
    /// # Errors
    /// Fails when the system lets nobody listen.
    pub(crate) fn listen(told: impl FnOnce() + Send + 'static) -> io::Result<Self> {
        let mut signals = Signals::new([SIGINT, SIGTERM, SIGHUP])?;
        let handle = signals.handle();
        let first = Arc::new(AtomicI32::new(0));
        let noted = Arc::clone(&first);
        let mut told = Some(told);
        thread::Builder::new()
            .name("signals".into())
            .spawn(move || {
                for signal in signals.forever() {
                    match told.take() {
                        Some(told) => {
                            noted.store(signal, Ordering::SeqCst);
                            told();
                        }
                        None => drop(emulate_default_handler(signal)),
                    }
                }
            })?;
        Ok(Self { first, handle })
    }

    /// Returns the number of the signal that came, if one did.
    pub(crate) fn signal(&self) -> Option<i32> {
        Some(self.first.load(Ordering::SeqCst)).filter(|signal| *signal != 0)
    }
}

impl Drop for Interrupts {
    fn drop(&mut self) {
        self.handle.close();
    }
}
