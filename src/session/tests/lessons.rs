use super::super::{Farewell, Input, ProgressNote};
use super::play::{Play, SCREEN};
use crate::course::Answer;
use crate::progress::{Place, Progress};
use crate::term::{Ask, Caps, Key, PromptReply, Size, TerminalEvent};

fn place(lesson: &str, section: usize, item: usize) -> Place {
    Place {
        lesson: lesson.parse().unwrap(),
        section,
        item,
    }
}

#[test]
fn a_first_start_shows_the_tracks_and_where_files_will_go() {
    let mut play = Play::new();
    for text in ["Small course", "Fast", "Slow", "~/small"] {
        assert!(play.page.contains(text), "{text} in\n{}", play.page);
    }
    assert_eq!((play.made, play.notes.len()), (0, 0));
    play.keys("q");
    assert_eq!(play.ended, Some(Farewell::Done));
    assert!(play.page.contains("Nothing was written"), "{}", play.page);
}

#[test]
fn a_chosen_track_makes_the_workspace_and_opens_the_first_lesson() {
    let mut play = Play::new();
    play.tell(TerminalEvent::Key(Key::Down));
    play.keys("\n");
    assert_eq!(play.made, 1);
    assert_eq!(play.notes[0], ProgressNote::Track("slow".parse().unwrap()));
    assert!(
        play.notes
            .contains(&ProgressNote::Place(place("start", 0, 0)))
    );
    assert!(play.page.contains("Welcome, learner."), "{}", play.page);
}

#[test]
fn a_workspace_that_cannot_be_made_leads_back_to_the_welcome() {
    let mut play = Play::new();
    play.keys("1");
    let trouble = super::super::Trouble {
        what: "the folder is not empty".into(),
        hint: None,
    };
    play.tell(Input::Made(Err(trouble)));
    assert!(play.page.contains("~/small"));
    assert!(play.footer.contains("not empty"), "{}", play.footer);
}

#[test]
fn a_session_goes_on_where_the_last_one_ended() {
    let mut progress = Progress::default();
    progress.track = Some("fast".parse().unwrap());
    progress.place = Some(place("start", 1, 2));
    let play = Play::with(SCREEN, progress, true);
    assert!(play.page.contains("After the question."), "{}", play.page);
    assert!(
        play.footer.contains("1 Start · 1/1 Middle"),
        "{}",
        play.footer
    );
}

#[test]
fn enter_reads_on_and_b_goes_back() {
    let mut play = Play::on("fast");
    play.keys("\n");
    assert!(play.page.contains("The middle part."));
    play.keys("\n");
    assert!(play.page.contains("Which one?"));
    play.keys("bb");
    assert!(play.page.contains("Welcome, learner."));
    play.keys("b");
    assert!(play.footer.contains("begins"), "{}", play.footer);
}

#[test]
fn every_step_notes_the_place_and_a_read_section_is_seen() {
    let mut play = Play::on("fast");
    play.keys("\n");
    let seen = |section| ProgressNote::Seen("start".parse().unwrap(), section);
    assert!(play.notes.contains(&seen(0)));
    assert!(
        !play.notes.contains(&seen(1)),
        "text after the question is unread"
    );
    assert!(
        play.notes
            .contains(&ProgressNote::Place(place("start", 1, 0)))
    );
    play.keys("\ns");
    assert!(play.notes.contains(&seen(1)));
}

#[test]
fn no_page_is_longer_than_the_screen() {
    let view = super::super::View {
        caps: Caps {
            width: 40,
            height: 8,
            ..SCREEN.caps
        },
        ..SCREEN
    };
    let mut play = Play::with(view, Progress::default(), true);
    play.keys("1");
    for _ in 0..40 {
        play.keys(if play.machine.solving().is_some() {
            "n"
        } else {
            "\n"
        });
        play.keys("s");
        assert!(play.longest <= 5, "{} rows:\n{}", play.longest, play.page);
    }
}

#[test]
fn n_skips_to_the_next_lesson() {
    let mut play = Play::on("fast");
    play.keys("n");
    assert!(play.page.contains("Which ones?"), "{}", play.page);
}

#[test]
fn a_right_answer_is_noted_and_praised_in_one_word() {
    let mut play = Play::on("fast");
    play.go_to("Which one?");
    play.keys("\n");
    assert!(matches!(play.asked, Some(Ask::One(_))));
    play.tell(Input::Reply(PromptReply::Answer(Answer::Choices(vec![0]))));
    assert!(play.page.contains("✓ Right."), "{}", play.page);
    assert!(
        play.page.contains("Which one?"),
        "the question stays:\n{}",
        play.page
    );
    assert!(play.notes.contains(&ProgressNote::Answered(
        "start".parse().unwrap(),
        "one".into(),
        true
    )));
    play.keys("\n");
    assert!(play.page.contains("After the question."));
}

#[test]
fn a_wrong_answer_is_explained_and_may_be_tried_again_or_left() {
    let mut play = Play::on("fast");
    play.go_to("Which one?");
    play.keys("2");
    assert!(play.page.contains("that is far off"), "{}", play.page);
    assert!(!play.page.contains("this it is"), "{}", play.page);
    assert!(play.footer.contains("t try again"), "{}", play.footer);
    play.keys("t");
    assert!(!play.page.contains("far off"));
    play.tell(Input::Reply(PromptReply::Answer(Answer::Choices(vec![1]))));
    play.keys("a");
    assert!(play.page.contains("Answer: this"), "{}", play.page);
    play.keys("\n");
    assert!(play.page.contains("After the question."));
}

#[test]
fn a_question_can_be_skipped_and_dismissed() {
    let mut play = Play::on("fast");
    play.go_to("Which one?");
    play.keys("\n");
    play.tell(Input::Reply(PromptReply::Dismissed));
    assert!(play.page.contains("Which one?"));
    play.keys("s");
    assert!(play.page.contains("After the question."));
    assert!(
        !play
            .notes
            .iter()
            .any(|note| matches!(note, ProgressNote::Answered(..)))
    );
}

#[test]
fn words_are_asked_for_and_marked() {
    let mut play = Play::on("fast");
    play.go_to("Which word?");
    play.keys("\n");
    assert!(matches!(play.asked, Some(Ask::Words(_))));
    play.tell(Input::Reply(PromptReply::Answer(Answer::Words(
        "Port ".into(),
    ))));
    assert!(play.page.contains("a port it is"), "{}", play.page);
}

#[test]
fn an_interrupted_prompt_ends_the_session() {
    let mut play = Play::on("fast");
    play.go_to("Which word?");
    play.keys("\n");
    play.tell(Input::Reply(PromptReply::Interrupted));
    assert_eq!(play.ended, Some(Farewell::Interrupted));
}

#[test]
fn the_map_shows_what_was_done_and_leads_everywhere() {
    let mut play = Play::on("fast");
    play.keys("\nm");
    assert!(play.page.contains("◐ 1  Start"), "{}", play.page);
    assert!(play.page.contains("○ Both"), "{}", play.page);
    assert!(
        !play.page.contains("Careful"),
        "an exercise of the other track:\n{}",
        play.page
    );
    assert!(play.page.contains("0 of 1 exercises"), "{}", play.page);
    play.keys("2\n");
    assert!(play.page.contains("Which ones?"), "{}", play.page);
}

#[test]
fn the_map_closes_to_the_page_under_it() {
    let mut play = Play::on("fast");
    play.keys("\nm?");
    assert!(play.page.contains("Keys"));
    play.keys("\n");
    assert!(play.page.contains("Map"), "{}", play.page);
    play.keys("m");
    assert!(play.page.contains("The middle part."), "{}", play.page);
    play.keys("mm");
    assert!(play.page.contains("The middle part."), "{}", play.page);
}

#[test]
fn the_track_can_be_changed_from_the_map() {
    let mut play = Play::on("fast");
    play.keys("mt");
    assert!(play.page.contains("Slow"));
    play.keys("2");
    assert!(
        play.notes
            .contains(&ProgressNote::Track("slow".parse().unwrap()))
    );
    assert!(play.page.contains("Welcome, learner."), "{}", play.page);
}

#[test]
fn a_search_finds_words_and_symptoms() {
    let mut play = Play::on("fast");
    play.keys("/");
    play.tell(Input::Reply(PromptReply::Answer(Answer::Words(
        "MIDDLE part".into(),
    ))));
    assert!(play.page.contains("> Middle"), "{}", play.page);
    play.keys("\n");
    assert!(play.page.contains("The middle part."));
    play.keys("/");
    play.tell(Input::Reply(PromptReply::Answer(Answer::Words(
        "connection refused".into(),
    ))));
    assert!(play.page.contains("Nobody listens."), "{}", play.page);
    play.keys("b/");
    play.tell(Input::Reply(PromptReply::Answer(Answer::Words(
        "zebra".into(),
    ))));
    assert!(play.footer.contains("zebra"), "{}", play.footer);
}

#[test]
fn a_new_size_lays_the_page_out_anew() {
    let mut play = Play::on("fast");
    play.keys("\n");
    play.tell(TerminalEvent::Resize(Size {
        columns: 20,
        rows: 10,
    }));
    assert!(play.page.contains("The middle part."), "{}", play.page);
    assert!(
        play.footer.lines().all(|row| row.chars().count() <= 20),
        "{}",
        play.footer
    );
}

#[test]
fn the_pager_takes_the_keys_until_it_is_left() {
    let mut play = Play::on("fast");
    play.keys("v");
    assert!(
        play.frame
            .as_deref()
            .is_some_and(|frame| frame.contains("The middle part."))
    );
    play.tell(TerminalEvent::Resize(SCREEN.size()));
    play.keys("nq");
    assert_eq!(play.frame, None);
    assert!(play.page.contains("Welcome, learner."), "{}", play.page);
    assert_eq!(play.ended, None);
}

#[test]
fn ctrl_c_a_signal_and_a_closed_terminal_end_the_session() {
    let ends = [
        (TerminalEvent::Key(Key::Ctrl('c')), Farewell::Interrupted),
        (TerminalEvent::Signal(15), Farewell::Signal(15)),
        (TerminalEvent::Closed, Farewell::Closed),
    ];
    for (input, farewell) in ends {
        let mut play = Play::on("fast");
        play.tell(input);
        assert_eq!(play.ended, Some(farewell));
    }
}

#[test]
fn a_key_without_a_meaning_says_so() {
    let mut play = Play::on("fast");
    play.keys("x");
    assert!(play.footer.contains("does nothing"), "{}", play.footer);
    play.keys("\n");
    assert!(!play.footer.contains("does nothing"), "{}", play.footer);
}
