//! Wrong: the exact fit is seen one byte too early.

use contract::{Buffers, Fit, Refusal};

/// The size of the header at the start of `response`, in bytes.
pub fn header_size(response: &str) -> Option<u64> {
    let mut size = 0;
    for line in response.split_inclusive('\n') {
        size += line.len();
        if line == "\n" || line == "\r\n" {
            return u64::try_from(size).ok();
        }
    }
    None
}

/// What becomes of a response with a header of this size.
pub fn header_fits(header: u64, buffer: u64, buffering: bool) -> Fit {
    if header > buffer {
        Fit::TooBig
    } else if header + 1 == buffer && buffering {
        Fit::BodyLost
    } else {
        Fit::Fits
    }
}

/// Whether `nginx -t` accepts the buffers.
pub fn check_buffers(buffers: &Buffers) -> Result<(), Refusal> {
    let size = buffers.size.unwrap_or(buffers.page);
    let (number, each) = buffers.buffers.unwrap_or((8, buffers.page));
    let larger = size.max(each);
    let busy = buffers.busy.unwrap_or(2 * larger);
    if number < 2 {
        return Err(Refusal::TooFewBuffers);
    }
    if busy < larger {
        return Err(Refusal::BusyTooSmall);
    }
    if busy > (number - 1) * each {
        return Err(Refusal::BusyTooBig);
    }
    Ok(())
}
