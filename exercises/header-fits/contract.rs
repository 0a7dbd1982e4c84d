/// What becomes of a response whose header meets a buffer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fit {
    /// The header fits.
    Fits,
    /// The client gets the header and none of the body.
    BodyLost,
    /// 502, `upstream sent too big header`.
    TooBig,
}

/// The buffer directives of one `location`. All sizes are in bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Buffers {
    /// The page size of the machine: 4096 on most, 16384 on some.
    pub page: u64,
    /// `proxy_buffer_size`, if it is written. Default: one page.
    pub size: Option<u64>,
    /// Number and size of `proxy_buffers`, if it is written.
    /// Default: 8 buffers of one page. The number is at least 1.
    pub buffers: Option<(u64, u64)>,
    /// `proxy_busy_buffers_size`, if it is written. Default: twice the larger
    /// of `proxy_buffer_size` and the size of one of the `proxy_buffers`.
    pub busy: Option<u64>,
}

/// Why nginx refuses to start with these buffers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// `there must be at least 2 "proxy_buffers"`
    TooFewBuffers,
    /// `"proxy_busy_buffers_size" must be equal to or greater than the maximum
    /// of the value of "proxy_buffer_size" and one of the "proxy_buffers"`
    BusyTooSmall,
    /// `"proxy_busy_buffers_size" must be less than the size of all
    /// "proxy_buffers" minus one buffer`
    BusyTooBig,
}

/// The size of the header at the start of `response`, in bytes: the status
/// line, all header lines and the blank line that ends them, each with its
/// line end.
///
/// * A line ends with CR LF or, as nginx also accepts, with LF alone; one
///   header may mix the two.
/// * What follows the first blank line is the body and does not count.
/// * `None` when no blank line comes: the header is not complete.
///
/// The response always starts with its status line.
pub fn header_size(response: &str) -> Option<u64>;

/// What becomes of a response with a header of `header` bytes, when
/// `proxy_buffer_size` is `buffer` bytes and `proxy_buffering` is on or off.
///
/// * A header smaller than the buffer: `Fits`.
/// * A header larger than the buffer: `TooBig`.
/// * Equal sizes: `BodyLost` with `proxy_buffering on`, `Fits` with
///   `proxy_buffering off`.
pub fn header_fits(header: u64, buffer: u64, buffering: bool) -> Fit;

/// Whether `nginx -t` accepts the buffers. With S = `proxy_buffer_size`,
/// N buffers of P bytes in `proxy_buffers`, Y = `proxy_busy_buffers_size`, and
/// the defaults filled in, nginx asks in this order and stops at the first no:
///
/// 1. Is N at least 2? Else `TooFewBuffers`.
/// 2. Is Y at least as large as the larger of S and P? Else `BusyTooSmall`.
/// 3. Is Y at most (N - 1) times P? Else `BusyTooBig`. Equal is accepted,
///    although the message says "less than".
///
/// All numbers are small enough for the products to fit.
pub fn check_buffers(buffers: &Buffers) -> Result<(), Refusal>;
