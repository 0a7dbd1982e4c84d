//! Counts panics of this process, on any thread, caught or not, and keeps the message of the last one.

use std::panic;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

static COUNT: AtomicUsize = AtomicUsize::new(0);
static MESSAGE: Mutex<Message> = Mutex::new((String::new(), String::new()));

/// The words of a panic, and its place, such as `src/lib.rs:6:17`.
pub type Message = (String, String);

/// Installs a panic hook that counts and prints nothing.
pub fn watch() {
    panic::set_hook(Box::new(|info| {
        COUNT.fetch_add(1, Ordering::SeqCst);
        let words = info.payload_as_str().unwrap_or_default();
        let place = info.location().map(ToString::to_string).unwrap_or_default();
        *MESSAGE.lock().unwrap_or_else(PoisonError::into_inner) = (words.to_owned(), place);
    }));
}

/// The number of panics so far; may count one twice.
pub fn count() -> usize {
    COUNT.load(Ordering::SeqCst)
}

/// Takes the message of the last panic; empty after `resume_unwind`.
pub fn take_message() -> Message {
    std::mem::take(&mut MESSAGE.lock().unwrap_or_else(PoisonError::into_inner))
}

/// Panics that bypass the hook, such as `resume_unwind`, are counted where all unwinding begins: this
/// definition of `_Unwind_RaiseException` interposes the one of libgcc, which it calls.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
mod raise {
    use std::ffi::{c_char, c_int, c_void};
    use std::sync::atomic::Ordering;

    type Raise = unsafe extern "C-unwind" fn(*mut c_void) -> c_int;

    /// `RTLD_NEXT`: the next definition after the one in this program.
    const NEXT: *mut c_void = usize::MAX as *mut c_void;

    unsafe extern "C" {
        fn dlsym(handle: *mut c_void, name: *const c_char) -> *mut c_void;
    }

    #[unsafe(no_mangle)]
    unsafe extern "C-unwind" fn _Unwind_RaiseException(exception: *mut c_void) -> c_int {
        super::COUNT.fetch_add(1, Ordering::SeqCst);
        // SAFETY: the library that unwinds has a function of this name and type; the argument is passed on
        // as it came.
        unsafe {
            let real = dlsym(NEXT, c"_Unwind_RaiseException".as_ptr());
            assert!(!real.is_null(), "nothing unwinds");
            std::mem::transmute::<*mut c_void, Raise>(real)(exception)
        }
    }
}
