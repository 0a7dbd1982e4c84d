//! A few public examples. The hidden tests try more sizes.

use contract::{Buffers, Fit, Refusal};
use header_fits::{check_buffers, header_fits, header_size};

/// 17 bytes of status line and 2 of the blank line
#[test]
fn smallest_header() {
    assert_eq!(header_size("HTTP/1.1 200 OK\r\n\r\nhi"), Some(19));
}

/// 7000 bytes do not fit into 4 KiB
#[test]
fn too_big() {
    assert_eq!(header_fits(7000, 4096, true), Fit::TooBig);
    assert_eq!(header_fits(7000, 8192, true), Fit::Fits);
}

/// proxy_buffer_size 16k alone does not load, with buffers to match it does
#[test]
fn sixteen_kilobytes() {
    let mut buffers = Buffers {
        page: 4096,
        size: Some(16 * 1024),
        buffers: None,
        busy: None,
    };
    assert_eq!(check_buffers(&buffers), Err(Refusal::BusyTooBig));
    buffers.buffers = Some((4, 16 * 1024));
    assert_eq!(check_buffers(&buffers), Ok(()));
}
