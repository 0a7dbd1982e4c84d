//! Names of lessons, exercises and tracks: stable slugs, apart from their order.

use std::fmt;
use std::str::FromStr;

/// A name that is not a slug.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a name: lower-case letters, digits and single hyphens")]
pub struct NotASlug(String);

macro_rules! id {
    ($name:ident, $what:literal) => {
        #[doc = concat!("The name of ", $what, ": lower-case letters, digits and single hyphens.")]
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// Returns the name as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = NotASlug;

            fn from_str(text: &str) -> Result<Self, NotASlug> {
                if is_slug(text) { Ok(Self(text.to_owned())) } else { Err(NotASlug(text.to_owned())) }
            }
        }

        impl TryFrom<String> for $name {
            type Error = NotASlug;

            fn try_from(text: String) -> Result<Self, NotASlug> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.pad(&self.0)
            }
        }
    };
}

id!(LessonId, "a lesson");
id!(ExerciseId, "an exercise");
id!(ProgramId, "a program of a course");
id!(TrackId, "a track");

/// Returns whether `text` is made of lower-case letters, digits and single hyphens.
pub(crate) fn is_slug(text: &str) -> bool {
    let part = |part: &str| {
        !part.is_empty()
            && part
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
    };
    text.len() <= 64 && text.split('-').all(part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slug_has_letters_digits_and_single_hyphens() {
        for good in ["a", "first-502", "safe-divide"] {
            assert!(is_slug(good), "{good}");
        }
        for bad in ["", "-", "a--b", "A", "a/b", "..", "a_b", "é"] {
            assert!(!is_slug(bad), "{bad}");
        }
    }
}
