//! Framing of messages on a socket: one byte for the kind, a 32-bit little-endian length, the payload.

use std::io::{self, Read, Write};

/// To a dispatcher: call a function. To Gradus: a reply is wanted.
pub const CALL: u8 = b'c';
/// A call returned; its value follows.
pub const RETURNED: u8 = b'r';
/// A call panicked; the message follows.
pub const PANICKED: u8 = b'p';
/// The learner's crate lacks the function, or has it with another signature.
pub const LACKING: u8 = b'l';
/// An allocation failed. How the process ends decides whether that matters.
pub const MEMORY: u8 = b'm';
/// A call never returned; a code and a value follow.
pub const LOST: u8 = b'x';
/// To a judge: a call and its reply, known beforehand.
pub const KNOWN: u8 = b'k';
/// To a judge: no more known replies.
pub const READY: u8 = b'g';
/// To Gradus: the next calls belong to another test.
pub const TEST: u8 = b't';
/// To Gradus: a test panicked; its state follows.
pub const NOTE: u8 = b'n';

/// The longest payload, in bytes.
pub const LONGEST: usize = 64 << 20;

pub fn write(out: &mut impl Write, kind: u8, bytes: &[u8]) -> io::Result<()> {
    let length = u32::try_from(bytes.len()).map_err(io::Error::other)?;
    let mut head = [kind, 0, 0, 0, 0];
    head[1..].copy_from_slice(&length.to_le_bytes());
    out.write_all(&head)?;
    out.write_all(bytes)
}

/// Reads one message; `None` at the end of the stream.
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
