//! Grading of an exercise: points, weights, and the visibility of test results.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Points in hundredths, so that sums are exact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Points(u64);

/// The most points an exercise may be worth.
const MOST: f64 = 1_000_000.0;

impl Points {
    /// Returns whole points.
    pub const fn whole(points: u32) -> Self {
        Self(points as u64 * 100)
    }

    pub(crate) const fn of_hundredths(hundredths: u64) -> Self {
        Self(hundredths)
    }

    pub(crate) const fn hundredths(self) -> u64 {
        self.0
    }

    /// Returns `part` of `of` shares of these points, rounded to the nearest hundredth.
    #[must_use]
    pub fn share(self, part: u64, of: u64) -> Self {
        if of == 0 {
            return Self::default();
        }
        Self((self.0 * part * 2 + of) / (of * 2))
    }

    fn from_number(number: f64) -> Option<Self> {
        let in_bounds = (0.0..=MOST).contains(&number);
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "the bounds are checked"
        )]
        in_bounds.then(|| Self((number * 100.0).round() as u64))
    }

    #[expect(clippy::cast_precision_loss, reason = "points are far below 2^53")]
    fn number(self) -> f64 {
        self.0 as f64 / 100.0
    }
}

impl std::iter::Sum for Points {
    fn sum<I: Iterator<Item = Self>>(points: I) -> Self {
        Self(points.map(|points| points.0).sum())
    }
}

impl fmt::Display for Points {
    /// Writes as few decimals as needed: `10`, `7.5`, `3.33`.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(&self.number().to_string())
    }
}

impl Serialize for Points {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.0.is_multiple_of(100) {
            serializer.serialize_u64(self.0 / 100)
        } else {
            serializer.serialize_f64(self.number())
        }
    }
}

impl<'de> Deserialize<'de> for Points {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl serde::de::Visitor<'_> for Visitor {
            type Value = Points;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("points from 0 to a million")
            }

            fn visit_f64<E: serde::de::Error>(self, number: f64) -> Result<Points, E> {
                let unexpected = serde::de::Unexpected::Float(number);
                Points::from_number(number).ok_or_else(|| E::invalid_value(unexpected, &self))
            }

            fn visit_u64<E: serde::de::Error>(self, number: u64) -> Result<Points, E> {
                let unexpected = serde::de::Unexpected::Unsigned(number);
                let small = u32::try_from(number).ok();
                let points = small.and_then(|small| Points::from_number(small.into()));
                points.ok_or_else(|| E::invalid_value(unexpected, &self))
            }

            fn visit_i64<E: serde::de::Error>(self, number: i64) -> Result<Points, E> {
                let unexpected = serde::de::Unexpected::Signed(number);
                let positive =
                    u64::try_from(number).map_err(|_| E::invalid_value(unexpected, &self))?;
                self.visit_u64(positive)
            }
        }
        deserializer.deserialize_any(Visitor)
    }
}

/// The score of a submission that does not pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Credit {
    /// The share of the weights of the passed tests.
    #[default]
    Partial,
    /// Zero.
    All,
}

/// Who sees the result of a test, and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Visibility {
    /// The learner, at once.
    #[default]
    Visible,
    /// Instructors only.
    Hidden,
    /// The learner, after the due date.
    AfterDueDate,
    /// The learner, once grades are published.
    AfterPublished,
}

/// The weight and visibility of a hidden test.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TestGrading {
    /// The test's name in the code.
    pub name: String,
    /// Its weight among the tests.
    pub weight: u32,
    /// Who sees its result.
    pub visibility: Visibility,
    /// The line of its entry in `exercise.toml`, from 1.
    pub line: usize,
}

impl TestGrading {
    /// The weight of a test without an entry.
    pub(crate) const WEIGHT: u32 = 1;
}

/// The grading of an exercise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grading {
    /// The points of a pass.
    pub points: Points,
    /// The score of a submission that does not pass.
    pub credit: Credit,
    /// The default visibility of tests.
    pub visibility: Visibility,
    /// The weight of the learner's own tests, where they are judged.
    pub own_tests: u32,
    /// The tests with an entry.
    pub tests: Vec<TestGrading>,
}

impl Default for Grading {
    fn default() -> Self {
        Self {
            points: Points::whole(1),
            credit: Credit::default(),
            visibility: Visibility::default(),
            own_tests: TestGrading::WEIGHT,
            tests: Vec::new(),
        }
    }
}

impl Grading {
    pub(crate) fn weight(&self, name: &str) -> u32 {
        self.test(name)
            .map_or(TestGrading::WEIGHT, |test| test.weight)
    }

    pub(crate) fn visibility(&self, name: &str) -> Visibility {
        self.test(name)
            .map_or(self.visibility, |test| test.visibility)
    }

    fn test(&self, name: &str) -> Option<&TestGrading> {
        self.tests.iter().find(|test| test.name == name)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn shares_are_rounded_to_the_nearest_hundredth() {
        let ten = Points::whole(10);
        assert_eq!(ten.share(1, 3).hundredths(), 333);
        assert_eq!(ten.share(2, 3).hundredths(), 667);
        assert_eq!(ten.share(3, 3), ten);
        assert_eq!(ten.share(1, 0), Points::default());
    }

    #[test]
    fn points_are_numbers_in_json() {
        let text = |points: Points| serde_json::to_string(&points).unwrap();
        assert_eq!(text(Points::whole(10)), "10");
        assert_eq!(text(Points(750)), "7.5");
        let read = |text: &str| serde_json::from_str::<Points>(text);
        assert_eq!(read("7.5").unwrap(), Points(750));
        assert_eq!(read("7").unwrap(), Points::whole(7));
        assert_eq!(read("0.005").unwrap(), Points(1));
        assert_eq!(read("1000000").unwrap(), Points::whole(1_000_000));
        for bad in ["-1", "-0.5", "1e9", "4294967296", "\"1\"", "null"] {
            assert!(read(bad).is_err(), "{bad}");
        }
        let error = read("null").unwrap_err().to_string();
        assert!(error.contains("points from 0 to a million"), "{error}");
    }

    #[test]
    fn points_are_numbers_in_manifests() {
        // Their whole numbers have a sign.
        let read = |text: &str| toml::from_str::<BTreeMap<String, Points>>(text);
        assert_eq!(read("points = 7").unwrap()["points"], Points::whole(7));
        assert_eq!(read("points = 7.25").unwrap()["points"], Points(725));
        assert!(read("points = -7").is_err());
    }

    #[test]
    fn points_have_as_few_decimals_as_needed() {
        let text = |hundredths| Points::of_hundredths(hundredths).to_string();
        assert_eq!(text(1000), "10");
        assert_eq!(text(750), "7.5");
        assert_eq!(text(333), "3.33");
        assert_eq!(format!("{:>6}", Points::whole(10)), "    10");
    }

    #[test]
    fn points_add_up_exactly() {
        let tenths = [Points(10); 10];
        assert_eq!(tenths.into_iter().sum::<Points>(), Points::whole(1));
    }

    #[test]
    fn a_test_has_the_weight_and_visibility_of_its_entry_or_the_usual_ones() {
        let entry = |name: &str, weight, visibility| TestGrading {
            name: name.to_owned(),
            weight,
            visibility,
            line: 1,
        };
        let grading = Grading {
            visibility: Visibility::AfterDueDate,
            tests: vec![
                entry("a", 3, Visibility::Hidden),
                entry("b", 0, Visibility::Visible),
            ],
            ..Grading::default()
        };
        assert_eq!(["a", "b", "c"].map(|test| grading.weight(test)), [3, 0, 1]);
        assert_eq!(
            ["a", "b", "c"].map(|test| grading.visibility(test)),
            [
                Visibility::Hidden,
                Visibility::Visible,
                Visibility::AfterDueDate
            ]
        );
    }
}
