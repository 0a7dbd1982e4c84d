//! What this machine can enforce, as its kernel reports.

use super::ability::Ability;
#[cfg(target_os = "linux")]
use super::{kernel, namespaces, user};

impl Ability {
    /// Asks the kernel of this machine.
    #[cfg(target_os = "linux")]
    pub fn of_machine() -> Self {
        Self {
            landlock: kernel::landlock_version(),
            seccomp: std::path::Path::new("/proc/sys/kernel/seccomp/actions_avail").exists()
                || rustix::thread::secure_computing_mode().is_ok(),
            user: user::available(),
            namespaces: namespaces::are_available(),
        }
    }

    /// Returns [`Ability::none`]: all of it needs Linux.
    #[cfg(not(target_os = "linux"))]
    pub fn of_machine() -> Self {
        Self::none()
    }
}
