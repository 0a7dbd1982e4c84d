//! DNS messages (RFC 1035, section 4): the question of a query, and the response to it.

use super::Lookup;

const HEADER: usize = 12;
const LONGEST_LABEL: usize = 63;
const LONGEST_NAME: usize = 255;
/// The record type of an IPv4 address.
const A: u16 = 1;
/// The class of the Internet.
const IN: u16 = 1;
/// The response, authoritative, recursion available.
const RESPONSE: u16 = 0x8480;
const IS_RESPONSE: u16 = 0x8000;
const OPCODE: u16 = 0x7800;
const RECURSION_DESIRED: u16 = 0x0100;
/// A pointer to the name in the question.
const NAME_OF_QUESTION: u16 = 0xc00c;

/// Response codes.
#[derive(Debug, Clone, Copy)]
enum Rcode {
    NoError = 0,
    FormatError = 1,
    NameError = 3,
    NotImplemented = 4,
}

#[derive(Debug, PartialEq, Eq)]
struct Question<'a> {
    host: String,
    kind: u16,
    class: u16,
    /// Its bytes, which the response repeats.
    bytes: &'a [u8],
}

/// The response to `query`, whose records may be kept for `ttl` seconds; `None` if it is not a query at all.
pub(super) fn response(query: &[u8], ttl: u32, lookup: impl Fn(&str) -> Lookup) -> Option<Vec<u8>> {
    let flags = word(query, 2).filter(|flags| flags & IS_RESPONSE == 0)?;
    let header = query.get(..HEADER)?;
    let head = |rcode: Rcode, questions: u16, answers: u16| {
        let flags = RESPONSE | flags & (OPCODE | RECURSION_DESIRED) | rcode as u16;
        let mut message = header[..2].to_vec();
        for field in [flags, questions, answers, 0, 0] {
            message.extend(field.to_be_bytes());
        }
        message
    };
    if flags & OPCODE != 0 {
        return Some(head(Rcode::NotImplemented, 0, 0));
    }
    let Some(question) = question(query) else {
        return Some(head(Rcode::FormatError, 0, 0));
    };
    let answer = |rcode, answers| [&head(rcode, 1, answers), question.bytes].concat();
    let Lookup::Found(address) = lookup(&question.host) else {
        return Some(answer(Rcode::NameError, 0));
    };
    if (question.kind, question.class) != (A, IN) {
        return Some(answer(Rcode::NoError, 0));
    }
    let mut message = answer(Rcode::NoError, 1);
    for field in [NAME_OF_QUESTION, A, IN] {
        message.extend(field.to_be_bytes());
    }
    message.extend(ttl.to_be_bytes());
    message.extend(4_u16.to_be_bytes());
    message.extend(address.octets());
    Some(message)
}

/// The only question of `query`; `None` if there is none, or more, or a malformed one.
fn question(query: &[u8]) -> Option<Question<'_>> {
    let questions = word(query, 4)?;
    let mut labels = Vec::new();
    let mut place = HEADER;
    loop {
        let length = usize::from(*query.get(place)?);
        place += 1;
        if length == 0 {
            break;
        }
        // A greater length is a pointer, which a first name has nothing to point to.
        let label = query.get(place..place + length)?;
        if length > LONGEST_LABEL || label.contains(&b'.') {
            return None;
        }
        labels.push(String::from_utf8_lossy(label));
        place += length;
        if place - HEADER > LONGEST_NAME {
            return None;
        }
    }
    (questions == 1).then_some(Question {
        host: labels.join("."),
        kind: word(query, place)?,
        class: word(query, place + 2)?,
        bytes: &query[HEADER..place + 4],
    })
}

/// The 16-bit number at `place` of `message`.
fn word(message: &[u8], place: usize) -> Option<u16> {
    let bytes = message.get(place..place + 2)?;
    Some(u16::from_be_bytes([bytes[0], bytes[1]]))
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;

    const AAAA: u16 = 28;
    const SHOP: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 3);

    /// A recursive query for the record `kind` of `host`.
    fn query(host: &str, kind: u16) -> Vec<u8> {
        let mut query = vec![0xab, 0xcd, 0x01, 0, 0, 1, 0, 0, 0, 0, 0, 0];
        for label in host.split('.') {
            query.push(u8::try_from(label.len()).unwrap());
            query.extend(label.bytes());
        }
        query.push(0);
        query.extend([kind.to_be_bytes(), IN.to_be_bytes()].concat());
        query
    }

    fn lookup(host: &str) -> Lookup {
        match host {
            "shop.test" => Lookup::Found(SHOP),
            _ => Lookup::NotFound,
        }
    }

    fn answer(query: &[u8]) -> Option<Vec<u8>> {
        response(query, 600, lookup)
    }

    #[test]
    fn a_name_has_an_address_with_its_time_to_live() {
        let query = query("shop.test", A);
        let answer = answer(&query).unwrap();
        assert_eq!(
            answer[..12],
            [0xab, 0xcd, 0x85, 0x80, 0, 1, 0, 1, 0, 0, 0, 0]
        );
        let record = [0xc0, 0x0c, 0, 1, 0, 1, 0, 0, 2, 88, 0, 4, 127, 0, 0, 3];
        assert_eq!(answer[12..], [&query[12..], &record].concat());
    }

    #[test]
    fn a_name_without_a_record_of_that_type_exists_and_an_unknown_one_does_not() {
        let codes = |query: &[u8]| answer(query).map(|it| (it[3] & 15, it[7]));
        assert_eq!(codes(&query("shop.test", AAAA)), Some((0, 0)));
        assert_eq!(codes(&query("cart.test", A)), Some((3, 0)));
        assert_eq!(codes(&query("", A)), Some((3, 0)));
    }

    #[test]
    fn what_is_no_query_is_not_answered_and_a_malformed_one_is_an_error() {
        let good = query("shop.test", A);
        let with = |place: usize, byte: u8| {
            let mut query = good.clone();
            query[place] = byte;
            answer(&query).map(|answer| answer[3] & 15)
        };
        assert_eq!(answer(&good[..11]), None);
        assert_eq!(with(2, 0x81), None, "a response");
        assert_eq!(with(2, 0x29), Some(4), "another operation");
        assert_eq!(with(5, 2), Some(1), "two questions");
        assert_eq!(with(12, 0xc0), Some(1), "a pointer");
        assert_eq!(with(12, 63), Some(1), "a label past the end");
        assert_eq!(with(16, b'.'), Some(1), "a dot in a label");
        let long = vec!["a"; 130].join(".");
        assert_eq!(answer(&query(&long, A)).unwrap()[3] & 15, 1);
    }

    #[test]
    fn no_packet_makes_it_panic_or_answer_with_more_than_a_record_beyond_the_question() {
        let good = query("shop.test", A);
        let mut seed = 1_u32;
        let mut random = move || {
            seed ^= seed << 13;
            seed ^= seed >> 17;
            seed ^= seed << 5;
            seed
        };
        for round in 0..20_000 {
            let mut packet = good.clone();
            for _ in 0..=round % 7 {
                let place = random() as usize % packet.len();
                packet[place] = random().to_le_bytes()[0];
            }
            packet.truncate(random() as usize % (packet.len() * 2));
            if let Some(answer) = answer(&packet) {
                assert!(answer.len() <= packet.len() + 16, "{packet:?}");
                assert_eq!(answer[..2], packet[..2]);
            }
        }
    }
}
