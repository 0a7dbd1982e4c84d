//! Calls to the kernel that no crate has a safe form of.

use std::io;
use std::os::fd::AsRawFd;

use rustix::net::{AddressFamily, SocketType, socket};
use rustix::thread::{UnshareFlags, unshare_unsafe};

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

/// Gives this process, which has one thread, or its children namespaces of their own.
pub(super) fn unshare(namespaces: UnshareFlags) -> io::Result<()> {
    #[expect(unsafe_code, reason = "there is no safe form of this call")]
    // SAFETY: descriptors stay shared, which is all that could surprise another thread.
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
    // SAFETY: the socket is open, and the request lives and is whole while the kernel reads it.
    let done = unsafe { libc::ioctl(socket.as_raw_fd(), libc::SIOCSIFFLAGS, &raw const request) };
    if done == 0 {
        Ok(())
    } else {
        Err(io::Error::last_os_error())
    }
}
