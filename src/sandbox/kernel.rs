//! Calls to the kernel that no crate has a safe form of.

use std::io;
use std::os::fd::AsRawFd;

use rustix::net::{AddressFamily, SocketType, socket};
use rustix::thread::{UnshareFlags, unshare_unsafe};

/// Asks for the version instead of making a set of rules; `libc` has no name for it.
const LANDLOCK_CREATE_RULESET_VERSION: u32 = 1;

/// Returns the version of this kernel's Landlock, if it has one.
pub(super) fn landlock_version() -> Option<i32> {
    let nothing = std::ptr::null::<libc::c_void>();
    #[expect(unsafe_code, reason = "there is no safe form of this call")]
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

/// Lets every descriptor but the three standard ones go when this process becomes another program.
pub(super) fn close_inherited() -> io::Result<()> {
    let (first, last) = (3_u32, u32::MAX);
    #[expect(unsafe_code, reason = "there is no safe form of this call")]
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

/// Gives this process, which has one thread, or its children namespaces of their own.
pub(super) fn unshare(namespaces: UnshareFlags) -> io::Result<()> {
    #[expect(unsafe_code, reason = "there is no safe form of this call")]
    // SAFETY: CLONE_FILES is left out, so the table of descriptors is not copied: what one thread opens
    // or closes stays open or closed for all.
    let done = unsafe { unshare_unsafe(namespaces - UnshareFlags::FILES) };
    Ok(done?)
}

/// Switches the loopback interface of this network on; a new network has it switched off.
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
    #[expect(unsafe_code, reason = "there is no safe form of this call")]
    // SAFETY: SIOCSIFFLAGS reads one `ifreq` and writes nothing; `request` is one, initialized, and lives
    // until the call returns, and `socket` is open for as long.
    let done = unsafe { libc::ioctl(socket.as_raw_fd(), libc::SIOCSIFFLAGS, &raw const request) };
    if done == 0 {
        Ok(())
    } else {
        Err(io::Error::last_os_error())
    }
}
