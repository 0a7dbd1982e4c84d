//! Messages on a socket: one byte that says what it is, a 32-bit length, the bytes.

use std::io::{self, Read, Write};

/// To a dispatcher: call a function. To Gradus: the answer to a call is wanted.
pub const CALL: u8 = b'c';
/// A call returned; its value follows.
pub const RETURNED: u8 = b'r';
/// A call panicked; the message follows.
pub const PANICKED: u8 = b'p';
/// The learner's crate lacks the function, or has it with another signature.
pub const LACKING: u8 = b'l';
/// There was no memory for something; what became of that shows later.
pub const MEMORY: u8 = b'm';
/// A call never returned; a code and words follow.
pub const LOST: u8 = b'x';
/// To a judge: an answer known beforehand, a call and its reply.
pub const KNOWN: u8 = b'k';
/// To a judge: no more known answers.
pub const READY: u8 = b'g';
/// To Gradus: the calls from here on are another test's.
pub const TEST: u8 = b't';
/// To Gradus: a test panicked; what it was doing follows.
pub const NOTE: u8 = b'n';

/// The longest message.
pub const LONGEST: usize = 64 << 20;

/// Writes one message.
///
/// # Errors
/// Fails when the other side is gone.
pub fn write(out: &mut impl Write, kind: u8, bytes: &[u8]) -> io::Result<()> {
    let length = u32::try_from(bytes.len()).map_err(io::Error::other)?;
    let mut head = [kind, 0, 0, 0, 0];
    head[1..].copy_from_slice(&length.to_le_bytes());
    out.write_all(&head)?;
    out.write_all(bytes)
}

/// Reads one message; `None` at the end.
///
/// # Errors
/// Fails when the line breaks, or the message is too long.
pub fn read(input: &mut impl Read) -> io::Result<Option<(u8, Vec<u8>)>> {
    let mut head = [0; 5];
    match input.read_exact(&mut head) {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        Err(error) => return Err(error),
    }
    let length = u32::from_le_bytes([head[1], head[2], head[3], head[4]]) as usize;
    if length > LONGEST {
        return Err(io::Error::other("a message too long"));
    }
    let mut bytes = vec![0; length];
    input.read_exact(&mut bytes)?;
    Ok(Some((head[0], bytes)))
}
