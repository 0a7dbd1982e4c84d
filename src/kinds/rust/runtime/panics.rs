//! Panics of this process: how many began to unwind, on any thread, caught or not, and what the last one
//! said.

use std::panic;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

static COUNT: AtomicUsize = AtomicUsize::new(0);
static WORDS: Mutex<String> = Mutex::new(String::new());

/// Takes note of panics from now on, and keeps them quiet.
pub fn watch() {
    panic::set_hook(Box::new(|info| {
        COUNT.fetch_add(1, Ordering::SeqCst);
        let words = info.payload_as_str().unwrap_or_default();
        words.clone_into(&mut WORDS.lock().unwrap_or_else(PoisonError::into_inner));
    }));
}

/// Returns a number that grows with each panic.
pub fn count() -> usize {
    COUNT.load(Ordering::SeqCst)
}

/// Takes the words of the last panic; one that is only resumed has none.
pub fn take_words() -> String {
    std::mem::take(&mut WORDS.lock().unwrap_or_else(PoisonError::into_inner))
}

/// What is thrown without a call of the hook, as `resume_unwind` does, is counted where all unwinding
/// begins: the standard library's call of this function ends here, and goes on to the real one.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
mod raise {
    use std::ffi::{c_char, c_int, c_void};
    use std::sync::atomic::Ordering;

    type Raise = unsafe extern "C-unwind" fn(*mut c_void) -> c_int;

    /// Stands for the libraries that come after this program.
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
