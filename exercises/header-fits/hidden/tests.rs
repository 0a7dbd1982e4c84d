//! Hidden tests of header sizes and buffers.

use contract::{Buffers, Fit, Refusal};
use header_fits::{check_buffers, header_fits, header_size};

const K: u64 = 1024;

/// The header counts every line, the blank one included
#[test]
fn header_counts_every_line() {
    assert_eq!(header_size("HTTP/1.1 200 OK\r\n\r\n"), Some(19));
    assert_eq!(
        header_size("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n"),
        Some(38)
    );
    let cookie = format!(
        "HTTP/1.1 200 OK\r\nSet-Cookie: a={}\r\n\r\n",
        "x".repeat(7000)
    );
    assert_eq!(header_size(&cookie), Some(7035));
}

/// The body does not count, blank lines in it neither
#[test]
fn body_does_not_count() {
    assert_eq!(header_size("HTTP/1.1 200 OK\r\n\r\nhello"), Some(19));
    assert_eq!(
        header_size("HTTP/1.1 200 OK\r\nX: 1\r\n\r\none\r\n\r\ntwo\n\n"),
        Some(25)
    );
}

/// Lines that end with LF alone, or mixed
#[test]
fn bare_line_feeds() {
    assert_eq!(header_size("HTTP/1.1 200 OK\n\nbody"), Some(17));
    assert_eq!(header_size("HTTP/1.1 200 OK\r\nX: 1\n\nbody"), Some(23));
    assert_eq!(header_size("HTTP/1.1 200 OK\nX: 1\r\n\r\nbody"), Some(24));
    assert_eq!(
        header_size("HTTP/1.1 200 OK\nX: 1\n\nbody\r\n\r\n"),
        Some(22)
    );
    assert_eq!(header_size("HTTP/1.1 200 OK\nX: 1\n\r\nbody"), Some(23));
}

/// Bytes count, not characters
#[test]
fn bytes_not_characters() {
    assert_eq!(
        header_size("HTTP/1.1 200 OK\r\nX-City: Zürich\r\n\r\n"),
        Some(36)
    );
}

/// A header without its blank line has no size
#[test]
fn incomplete_header() {
    assert_eq!(header_size("HTTP/1.1 20"), None);
    assert_eq!(header_size("HTTP/1.1 200 OK\r\n"), None);
    assert_eq!(header_size("HTTP/1.1 200 OK\r\nX: 1\r\n"), None);
    assert_eq!(header_size("HTTP/1.1 200 OK\r\nX: 1\r\n\r"), None);
    assert_eq!(header_size(""), None);
}

/// A smaller header fits
#[test]
fn smaller_fits() {
    for buffering in [true, false] {
        assert_eq!(header_fits(100, 4096, buffering), Fit::Fits);
        assert_eq!(header_fits(4095, 4096, buffering), Fit::Fits);
        assert_eq!(header_fits(7000, 8192, buffering), Fit::Fits);
    }
}

/// A larger header is too big
#[test]
fn larger_is_too_big() {
    for buffering in [true, false] {
        assert_eq!(header_fits(4097, 4096, buffering), Fit::TooBig);
        assert_eq!(header_fits(7000, 4096, buffering), Fit::TooBig);
        assert_eq!(header_fits(32_769, 32_768, buffering), Fit::TooBig);
    }
}

/// An exact fit loses the body, unless buffering is off
#[test]
fn exact_fit() {
    for size in [K, 4 * K, 8 * K, 32 * K] {
        assert_eq!(header_fits(size, size, true), Fit::BodyLost);
    }
    assert_eq!(header_fits(8 * K, 8 * K, false), Fit::Fits);
}

/// Defaults: 8 buffers of a page, twice the larger of size and buffer
#[test]
fn defaults() {
    assert_eq!(check_buffers(&buffers(None, None, None)), Ok(()));
    assert_eq!(check_buffers(&buffers(Some(4 * K), None, None)), Ok(()));
    assert_eq!(
        check_buffers(&buffers(None, Some((4, 64 * K)), None)),
        Ok(())
    );
    assert_eq!(
        check_buffers(&buffers(None, Some((2, 8 * K)), None)),
        Err(Refusal::BusyTooBig)
    );
    assert_eq!(
        check_buffers(&buffers(Some(8 * K), Some((3, 4 * K)), None)),
        Err(Refusal::BusyTooBig)
    );
}

/// The defaults follow the page size
#[test]
fn page_size() {
    let mut large_pages = buffers(Some(32 * K), None, None);
    large_pages.page = 16 * K;
    assert_eq!(check_buffers(&large_pages), Ok(()));
    large_pages.busy = Some(16 * K);
    assert_eq!(check_buffers(&large_pages), Err(Refusal::BusyTooSmall));
    assert_eq!(
        check_buffers(&buffers(Some(32 * K), None, None)),
        Err(Refusal::BusyTooBig)
    );
}

/// A larger proxy_buffer_size alone loads up to 14k, no further
#[test]
fn size_alone() {
    assert_eq!(check_buffers(&buffers(Some(14 * K), None, None)), Ok(()));
    for size in [15 * K, 16 * K, 32 * K] {
        assert_eq!(
            check_buffers(&buffers(Some(size), None, None)),
            Err(Refusal::BusyTooBig)
        );
    }
}

/// Fewer than two proxy_buffers
#[test]
fn too_few_buffers() {
    for busy in [None, Some(4 * K), Some(128 * K)] {
        assert_eq!(
            check_buffers(&buffers(None, Some((1, 64 * K)), busy)),
            Err(Refusal::TooFewBuffers)
        );
    }
    assert_eq!(
        check_buffers(&buffers(None, Some((2, 64 * K)), Some(64 * K))),
        Ok(())
    );
}

/// proxy_busy_buffers_size below one of the buffers
#[test]
fn busy_too_small() {
    let refused = Err(Refusal::BusyTooSmall);
    assert_eq!(
        check_buffers(&buffers(Some(16 * K), None, Some(8 * K))),
        refused
    );
    assert_eq!(
        check_buffers(&buffers(None, Some((8, 16 * K)), Some(15 * K))),
        refused
    );
    assert_eq!(
        check_buffers(&buffers(Some(16 * K), None, Some(16 * K))),
        Ok(())
    );
    assert_eq!(
        check_buffers(&buffers(Some(64 * K), Some((2, 4 * K)), Some(16 * K))),
        refused
    );
}

/// proxy_busy_buffers_size up to all buffers but one
#[test]
fn busy_too_big() {
    assert_eq!(check_buffers(&buffers(None, None, Some(28 * K))), Ok(()));
    assert_eq!(
        check_buffers(&buffers(None, None, Some(28 * K + 1))),
        Err(Refusal::BusyTooBig)
    );
    assert_eq!(
        check_buffers(&buffers(Some(128 * K), Some((4, 256 * K)), Some(256 * K))),
        Ok(())
    );
    assert_eq!(
        check_buffers(&buffers(Some(128 * K), None, Some(256 * K))),
        Err(Refusal::BusyTooBig)
    );
    let huge = 1 << 60;
    assert_eq!(
        check_buffers(&buffers(None, Some((2, huge + 1)), Some(huge + 1))),
        Ok(())
    );
    assert_eq!(
        check_buffers(&buffers(None, Some((3, huge - 1)), None)),
        Ok(())
    );
}

/// Directives on a machine with pages of 4 KiB.
fn buffers(size: Option<u64>, buffers: Option<(u64, u64)>, busy: Option<u64>) -> Buffers {
    Buffers {
        page: 4 * K,
        size,
        buffers,
        busy,
    }
}
