//! Calls to the kernel that no crate has a safe form of.

use std::io;

/// Asks for the version instead of making a set of rules.
const VERSION: u32 = 1;

/// Returns the version of this kernel's Landlock, if it has one.
pub(super) fn landlock_version() -> Option<i32> {
    let nothing = std::ptr::null::<libc::c_void>();
    #[expect(unsafe_code, reason = "there is no safe form of this call")]
    // SAFETY: asked for the version, the kernel reads and writes no memory of ours.
    let version =
        unsafe { libc::syscall(libc::SYS_landlock_create_ruleset, nothing, 0_usize, VERSION) };
    i32::try_from(version).ok().filter(|version| *version > 0)
}

/// Lets every descriptor but the three standard ones go when this process becomes another program.
pub(super) fn close_inherited() -> io::Result<()> {
    let (first, last) = (3_u32, u32::MAX);
    #[expect(unsafe_code, reason = "there is no safe form of this call")]
    // SAFETY: the descriptors stay open for this program, so whoever owns one is not betrayed.
    let done = unsafe {
        libc::syscall(
            libc::SYS_close_range,
            first,
            last,
            libc::CLOSE_RANGE_CLOEXEC,
        )
    };
    if done == 0 {
        Ok(())
    } else {
        Err(io::Error::last_os_error())
    }
}
