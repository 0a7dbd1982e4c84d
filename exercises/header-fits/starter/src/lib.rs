//! Does a response header fit, and does nginx accept the buffers?

use contract::{Buffers, Fit, Refusal};

/// The size of the header at the start of `response`, in bytes.
pub fn header_size(response: &str) -> Option<u64> {
    let end = response.find("\r\n\r\n")?;
    Some(end as u64)
}

/// What becomes of a response with a header of this size.
pub fn header_fits(header: u64, buffer: u64, _buffering: bool) -> Fit {
    if header < buffer {
        Fit::Fits
    } else {
        Fit::TooBig
    }
}

/// Whether `nginx -t` accepts the buffers.
pub fn check_buffers(buffers: &Buffers) -> Result<(), Refusal> {
    let (number, _each) = buffers.buffers.unwrap_or((8, 4096));
    if number < 2 {
        return Err(Refusal::TooFewBuffers);
    }
    // The two rules about proxy_busy_buffers_size are missing.
    Ok(())
}
