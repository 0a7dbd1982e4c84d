//! A minimal WebSocket: a handshake and an echo, which show that a connection was upgraded.

use std::io::{self, Read, Write};

use data_encoding::BASE64;
use sha1::{Digest, Sha1};

use crate::kinds::gateway::lab::http::Request;

/// The GUID of RFC 6455, section 1.3.
const GUID: &str = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
/// The longest payload that is echoed, in bytes.
const LONGEST: u8 = 125;
/// The mask bit of a frame's second byte.
const MASKED: u8 = 0x80;
/// FIN and the opcode of text.
const TEXT: u8 = 0x81;
pub(super) const KEY: &str = "sec-websocket-key";

pub(super) fn is_handshake(request: &Request) -> bool {
    let asks =
        request.has_token("upgrade", "websocket") && request.has_token("connection", "upgrade");
    // HTTP/1.0 has no upgrades.
    asks && request.version == "HTTP/1.1"
}

/// The response to a handshake.
pub(super) fn switching(name: &str, request: &Request) -> String {
    let accept = accept(request.header(KEY).unwrap_or_default());
    format!(
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
         Sec-WebSocket-Accept: {accept}\r\nX-Served-By: {name}\r\n\r\n"
    )
}

/// `Sec-WebSocket-Accept` for `key`.
pub(crate) fn accept(key: &str) -> String {
    BASE64.encode(&Sha1::digest(format!("{key}{GUID}")))
}

/// A client's text frame.
pub(crate) fn frame(text: &str) -> Vec<u8> {
    let length = u8::try_from(text.len()).unwrap_or(LONGEST).min(LONGEST);
    let mut frame = vec![TEXT, MASKED | length, 0, 0, 0, 0];
    frame.extend(text.bytes().take(usize::from(length)));
    frame
}

/// Reads a text frame of up to 125 bytes; `None` for any other frame.
pub(crate) fn read_frame(stream: &mut impl Read) -> io::Result<Option<Vec<u8>>> {
    let mut start = [0; 2];
    stream.read_exact(&mut start)?;
    let [kind, length] = start;
    let is_masked = length & MASKED != 0;
    let length = length & !MASKED;
    if kind != TEXT || length > LONGEST {
        return Ok(None);
    }
    let mut mask = [0; 4];
    if is_masked {
        stream.read_exact(&mut mask)?;
    }
    let mut text = vec![0; usize::from(length)];
    stream.read_exact(&mut text)?;
    for (byte, mask) in text.iter_mut().zip(mask.iter().cycle()) {
        *byte ^= mask;
    }
    Ok(Some(text))
}

/// Echoes frames until something else than a short text arrives.
pub(super) fn echo(stream: &mut (impl Read + Write)) -> io::Result<()> {
    while let Some(text) = read_frame(stream)? {
        let length = u8::try_from(text.len()).unwrap_or(LONGEST);
        stream.write_all(&[&[TEXT, length], text.as_slice()].concat())?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_answer_to_a_key_is_that_of_the_standard() {
        let example = accept("dGhlIHNhbXBsZSBub25jZQ==");
        assert_eq!(example, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
    }

    #[test]
    fn a_frame_is_read_as_it_was_made() {
        let mut bytes = frame("hello");
        assert_eq!(
            read_frame(&mut bytes.as_slice()).unwrap().unwrap(),
            b"hello"
        );
        bytes[2..6].copy_from_slice(&[1, 2, 3, 4]);
        let masked = read_frame(&mut bytes.as_slice()).unwrap().unwrap();
        assert_eq!(masked[0], b'h' ^ 1);
        assert_eq!(read_frame(&mut [0x88, 0].as_slice()).unwrap(), None);
        assert!(read_frame(&mut [0x81, 5, b'h'].as_slice()).is_err());
    }
}
