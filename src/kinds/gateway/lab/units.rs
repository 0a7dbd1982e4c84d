//! Units in manifests: times such as `300ms`, file modes such as `0666`.

use std::time::Duration;

use serde::{Deserialize, Deserializer, de::Error};

const LONGEST: Duration = Duration::from_mins(1);

/// A time, written as `300ms` or `2s`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Time(pub Duration);

impl<'de> Deserialize<'de> for Time {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        time(&text).map(Self).ok_or_else(|| {
            D::Error::custom(format!(
                "`{text}` is not a time: write `300ms` or `2s`, at most 60 s"
            ))
        })
    }
}

fn time(text: &str) -> Option<Duration> {
    let split = text.find(|char: char| !char.is_ascii_digit())?;
    let number = text[..split].parse().ok()?;
    let time = match &text[split..] {
        "ms" => Duration::from_millis(number),
        "s" => Duration::from_secs(number),
        _ => return None,
    };
    (time <= LONGEST).then_some(time)
}

/// Permission bits, written in octal as `0666`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mode(pub u32);

impl<'de> Deserialize<'de> for Mode {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let is_mode = |bits: &u32| *bits <= 0o777 && (3..=4).contains(&text.len());
        let bits = u32::from_str_radix(&text, 8).ok().filter(is_mode);
        bits.map(Self).ok_or_else(|| {
            D::Error::custom(format!(
                "`{text}` is not a mode: write three octal digits after a 0, as in `0660`"
            ))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_has_a_unit_and_a_bound() {
        assert_eq!(time("300ms"), Some(Duration::from_millis(300)));
        assert_eq!(time("2s"), Some(Duration::from_secs(2)));
        for wrong in [
            "",
            "2",
            "ms",
            "2 s",
            "-1s",
            "2h",
            "61s",
            "99999999999999999999s",
        ] {
            assert_eq!(time(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_mode_is_octal() {
        let mode = |text: &str| toml::from_str::<std::collections::BTreeMap<String, Mode>>(text);
        assert_eq!(mode("a = '0640'").unwrap()["a"], Mode(0o640));
        for wrong in ["a = '0680'", "a = '07777'", "a = '6'", "a = 'rw'"] {
            assert!(mode(wrong).is_err(), "{wrong}");
        }
    }
}
