//! System calls that no crate wraps safely.

use std::io;
use std::os::fd::AsRawFd;

use rustix::net::{AddressFamily, SocketType, socket};
use rustix::thread::{UnshareFlags, unshare_unsafe};

/// Makes `landlock_create_ruleset` return the ABI version; `libc` does not define it.
const LANDLOCK_CREATE_RULESET_VERSION: u32 = 1;

/// Returns the Landlock ABI version of this kernel, if it has Landlock.
pub(super) fn landlock_version() -> Option<i32> {
    let nothing = std::ptr::null::<libc::c_void>();
    #[expect(unsafe_code, reason = "no crate wraps this call safely")]
    // SAFETY: LANDLOCK_CREATE_RULESET_VERSION takes a null pointer and no length: the kernel reads and
    // writes no memory of ours, and opens no descriptor.
    let version = unsafe {
        libc::syscall(
            libc::SYS_landlock_create_ruleset,
            nothing,
            0_usize,
            LANDLOCK_CREATE_RULESET_VERSION,
        )
    };
    i32::try_from(version).ok().filter(|version| *version > 0)
}

/// Marks every descriptor but the three standard ones close-on-exec.
pub(super) fn close_inherited() -> io::Result<()> {
    let (first, last) = (3_u32, u32::MAX);
    #[expect(unsafe_code, reason = "no crate wraps this call safely")]
    // SAFETY: CLOSE_RANGE_CLOEXEC only sets a flag; no descriptor that an OwnedFd holds is closed.
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

/// Moves this process, which has one thread, into new `namespaces`; a PID namespace is its children's.
pub(super) fn unshare(namespaces: UnshareFlags) -> io::Result<()> {
    #[expect(unsafe_code, reason = "no crate wraps this call safely")]
    // SAFETY: unsafe only for CLONE_FILES, which would give this thread its own descriptor table, so that
    // an OwnedFd of another thread could name another file here. The flag is removed.
    let done = unsafe { unshare_unsafe(namespaces - UnshareFlags::FILES) };
    Ok(done?)
}

/// Brings up the loopback interface of this network namespace; in a new one it is down.
pub(super) fn raise_loopback() -> io::Result<()> {
    let socket = socket(AddressFamily::INET, SocketType::DGRAM, None)?;
    let mut name = [0; libc::IFNAMSIZ];
    for (byte, letter) in name.iter_mut().zip(*b"lo") {
        *byte = libc::c_char::from_ne_bytes([letter]);
    }
    let flags = libc::IFF_UP | libc::IFF_RUNNING;
    let request = libc::ifreq {
        ifr_name: name,
        ifr_ifru: libc::__c_anonymous_ifr_ifru {
            ifru_flags: libc::c_short::try_from(flags).map_err(io::Error::other)?,
        },
    };
    #[expect(unsafe_code, reason = "no crate wraps this call safely")]
    // SAFETY: SIOCSIFFLAGS reads one `ifreq` and writes nothing; `request` is one, initialized, and lives
    // until the call returns, and `socket` is open for as long.
    let done = unsafe { libc::ioctl(socket.as_raw_fd(), libc::SIOCSIFFLAGS, &raw const request) };
    if done == 0 {
        Ok(())
    } else {
        Err(io::Error::last_os_error())
    }
}
