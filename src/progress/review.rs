//! Spaced repetition: what was answered wrongly comes again at growing intervals (Leitner boxes).

use serde::{Deserialize, Serialize};

use super::Progress;
use crate::source::LessonId;

const HOUR: u64 = 3600;
const DAY: u64 = 24 * HOUR;
/// How many days a card stays in each box. A right answer in the last one takes it out.
const DAYS: [u64; 5] = [1, 2, 4, 8, 16];
/// How much earlier a card is due: who comes at about the same hour every day, in any time zone, meets it.
const EARLY: u64 = 8 * HOUR;
/// The most cards a day: about five minutes.
const MOST: usize = 10;

/// The cards, and how many of them were answered today.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(super) struct Review {
    /// Also those of questions that the course no longer has.
    #[serde(default)]
    cards: Vec<Card>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    today: Option<Today>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Card {
    #[serde(flatten)]
    id: CardId,
    /// From 1. A higher number than this version knows is kept, and counts as the last box.
    #[serde(rename = "box")]
    number: u32,
    /// When it was put there, in seconds since 1970-01-01 UTC.
    since: u64,
}

/// What a card asks.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(untagged)]
pub(crate) enum CardId {
    /// A question of a lesson.
    Quiz { lesson: LessonId, quiz: String },
    /// A cause of the drill.
    Cause { cause: String },
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Today {
    /// When the first card was answered, in seconds since 1970-01-01 UTC.
    since: u64,
    answered: usize,
}

impl Today {
    fn is_at(&self, now: u64) -> bool {
        (self.since..self.since.saturating_add(DAY - EARLY)).contains(&now)
    }
}

impl Card {
    fn due(&self) -> u64 {
        let last = DAYS.len() - 1;
        let index = usize::try_from(self.number).map_or(last, |number| number.saturating_sub(1));
        let wait = DAYS[index.min(last)] * DAY - EARLY;
        self.since.saturating_add(wait)
    }

    fn is_last(&self) -> bool {
        usize::try_from(self.number).map_or(true, |number| number >= DAYS.len())
    }
}

impl Review {
    pub(super) fn is_empty(&self) -> bool {
        self.cards.is_empty() && self.today.is_none()
    }

    fn count(&mut self, now: u64) {
        let today = self.today.take_if(|today| today.is_at(now));
        let mut today = today.unwrap_or(Today {
            since: now,
            answered: 0,
        });
        today.answered = today.answered.saturating_add(1);
        self.today = Some(today);
    }
}

impl Progress {
    /// Records an answer at `now` (seconds since 1970-01-01 UTC) to what `id` asks, in a review or elsewhere.
    pub(crate) fn answer_card(&mut self, id: CardId, right: bool, now: u64) {
        match id {
            CardId::Quiz { lesson, quiz } => self.answer(&lesson, &quiz, right, now),
            CardId::Cause { .. } => self.recall(id, right, now),
        }
    }

    /// Moves the card of `id`: a wrong answer puts it into the first box; a right one moves it to the next, if it
    /// is due.
    pub(super) fn recall(&mut self, id: CardId, right: bool, now: u64) {
        let review = &mut self.review;
        let Some(index) = review.cards.iter().position(|card| card.id == id) else {
            if !right {
                review.cards.push(Card {
                    id,
                    number: 1,
                    since: now,
                });
            }
            return;
        };
        let card = &mut review.cards[index];
        let is_due = card.due() <= now;
        let is_out = right && is_due && card.is_last();
        if !right {
            (card.number, card.since) = (1, now);
        } else if is_due {
            (card.number, card.since) = (card.number.max(1).saturating_add(1), now);
        }
        if is_due {
            review.count(now);
        }
        if is_out {
            self.review.cards.remove(index);
        }
    }

    /// Returns the cards with the time when each is due, in seconds since 1970-01-01 UTC: those of the first
    /// box first, in each those that have waited longest.
    pub(crate) fn cards(&self) -> Vec<(&CardId, u64)> {
        let mut cards: Vec<_> = self.review.cards.iter().collect();
        cards.sort_by_key(|card| (card.number, card.due()));
        cards
            .into_iter()
            .map(|card| (&card.id, card.due()))
            .collect()
    }

    /// Returns how many more cards may come on the day of `now`.
    pub(crate) fn cards_left_today(&self, now: u64) -> usize {
        let today = self.review.today.as_ref().filter(|today| today.is_at(now));
        MOST.saturating_sub(today.map_or(0, |today| today.answered))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EVENING: u64 = 20_000 * DAY + 20 * HOUR;

    fn cause(name: &str) -> CardId {
        CardId::Cause { cause: name.into() }
    }

    fn due(progress: &Progress, now: u64) -> Vec<&CardId> {
        let cards = progress.cards().into_iter();
        cards
            .filter_map(|(id, due)| (due <= now).then_some(id))
            .collect()
    }

    #[test]
    fn a_card_comes_again_after_1_2_4_8_and_16_days_and_then_never() {
        let mut progress = Progress::default();
        progress.recall(cause("port"), true, EVENING);
        assert!(progress.cards().is_empty());
        progress.recall(cause("port"), false, EVENING);
        let mut now = EVENING;
        for days in [1, 2, 4, 8, 16] {
            // An hour earlier than the day before is not too early, half of the time is.
            assert_eq!(due(&progress, now + days * DAY / 2).len(), 0, "{days}");
            now += days * DAY - HOUR;
            assert_eq!(due(&progress, now), [&cause("port")], "{days}");
            progress.recall(cause("port"), true, now);
        }
        assert!(progress.cards().is_empty());
    }

    #[test]
    fn a_wrong_answer_leads_back_to_the_first_box_and_a_right_one_before_its_time_nowhere() {
        let mut progress = Progress::default();
        progress.recall(cause("port"), false, EVENING);
        let again = progress.clone();
        progress.recall(cause("port"), true, EVENING + 60);
        assert_eq!(progress, again);
        progress.recall(cause("port"), true, EVENING + DAY);
        assert!(due(&progress, EVENING + 2 * DAY).is_empty());
        progress.recall(cause("port"), false, EVENING + 3 * DAY);
        assert_eq!(due(&progress, EVENING + 4 * DAY).len(), 1);
    }

    #[test]
    fn so_many_cards_come_a_day_those_of_the_first_box_first() {
        let mut progress = Progress::default();
        for number in 0..12 {
            progress.recall(cause(&number.to_string()), false, EVENING + number);
        }
        progress.recall(cause("0"), true, EVENING + DAY);
        let now = EVENING + 3 * DAY;
        let ids = due(&progress, now);
        assert_eq!((ids[0], ids[11]), (&cause("1"), &cause("0")));
        assert_eq!(progress.cards_left_today(now), 10);
        let ids: Vec<_> = ids.into_iter().cloned().collect();
        for id in &ids[..10] {
            progress.recall(id.clone(), true, now);
        }
        assert_eq!(progress.cards_left_today(now + HOUR), 0);
        assert_eq!(progress.cards_left_today(now + DAY), 10);
        // A clock that was set back ends no day early.
        assert_eq!(progress.cards_left_today(now - DAY), 10);
    }

    #[test]
    fn odd_numbers_in_a_file_do_no_harm_and_stay() {
        let text = r#"{"review": {"cards": [
            {"lesson": "gone", "quiz": "q", "box": 0, "since": 18446744073709551615},
            {"cause": "gone", "box": 4294967295, "since": 0}],
            "today": {"since": 18446744073709551615, "answered": 18446744073709551615}}}"#;
        let mut progress: Progress = serde_json::from_str(text).unwrap();
        assert_eq!(due(&progress, EVENING), [&cause("gone")]);
        assert_eq!(progress.cards_left_today(u64::MAX), 10);
        let written = serde_json::to_string(&progress).unwrap();
        assert!(written.contains("4294967295"), "{written}");
        assert_eq!(
            serde_json::from_str::<Progress>(&written).unwrap(),
            progress
        );
        progress.recall(cause("gone"), true, EVENING);
        assert_eq!(progress.cards().len(), 1);
    }

    #[test]
    fn a_file_without_a_review_is_read_and_written_as_it_was() {
        let before = r#"{"lessons":{"one":{"seen":[],"quizzes":{"q":"tried"}}},"exercises":{}}"#;
        let progress: Progress = serde_json::from_str(before).unwrap();
        assert!(progress.cards().is_empty());
        assert_eq!(serde_json::to_string(&progress).unwrap(), before);
    }
}
