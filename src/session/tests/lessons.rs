use super::super::{Farewell, Input, ProgressNote};
use super::play::{Play, SCREEN, sized};
use crate::progress::{CardId, Place, Progress};
use crate::term::{Key, Size, TerminalEvent};
use crate::text::{Line, Role};

fn place(lesson: &str, section: usize, item: usize) -> Place {
    Place {
        lesson: lesson.parse().unwrap(),
        section,
        item,
    }
}

fn card(lesson: &str, quiz: &str) -> CardId {
    CardId::Quiz {
        lesson: lesson.parse().unwrap(),
        quiz: quiz.into(),
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
    let view = sized(40, 8);
    let mut play = Play::with(view, Progress::default(), true);
    play.keys("1");
    for _ in 0..40 {
        play.keys(if play.machine.exercise().is_some() {
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
    assert!(play.page.contains("> 1  this"), "{}", play.page);
    play.keys("\n");
    assert!(play.page.contains("✓ Right."), "{}", play.page);
    assert!(
        play.page.contains("Which one?"),
        "the question stays:\n{}",
        play.page
    );
    assert!(
        play.notes
            .contains(&ProgressNote::Answered(card("start", "one"), true))
    );
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
    play.keys("2a");
    assert!(play.page.contains("Answer: this"), "{}", play.page);
    play.keys("\n");
    assert!(play.page.contains("After the question."));
}

#[test]
fn a_question_can_be_skipped_and_dismissed() {
    let mut play = Play::on("fast");
    play.go_to("Which one?");
    play.keys("\n");
    play.escape();
    assert!(play.page.contains("  1  this"), "{}", play.page);
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
fn a_letter_begins_an_answer_in_words_and_none_is_a_key() {
    let mut play = Play::on("fast");
    play.go_to("Which word?");
    play.keys("sport");
    assert!(play.page.contains("Which word?"), "{}", play.page);
    assert!(
        play.footer.contains("Your answer: sport"),
        "{}",
        play.footer
    );
    for _ in 0..5 {
        play.tell(TerminalEvent::Key(Key::Backspace));
    }
    play.keys("Port \n");
    assert!(play.page.contains("a port it is"), "{}", play.page);
}

#[test]
fn escape_leaves_an_answer_in_words_and_letters_are_keys_again() {
    let mut play = Play::on("fast");
    play.go_to("Which word?");
    play.keys("por");
    play.escape();
    assert!(play.footer.contains("s skip"), "{}", play.footer);
    play.keys("s");
    assert!(play.page.contains("The rest."), "{}", play.page);
    let mut play = Play::on("fast");
    play.go_to("Which word?");
    play.escape();
    play.keys("m");
    assert!(play.page.contains("Map"), "{}", play.page);
}

#[test]
fn digits_mark_where_several_may_be_right() {
    let mut play = Play::on("fast");
    play.go_to("Which ones?");
    play.keys("1231");
    assert!(play.page.contains("> [ ] 1  a"), "{}", play.page);
    assert!(play.page.contains("[x] 2  b"), "{}", play.page);
    play.keys("12\n");
    assert!(play.page.contains("You answered 1, 3."), "{}", play.page);
    let mut play = Play::on("fast");
    play.go_to("Which ones?");
    play.keys("\n\n");
    assert!(play.footer.contains("Nothing is marked"), "{}", play.footer);
    play.keys(" j ");
    play.keys("\n");
    assert!(play.page.contains("You answered 1, 2."), "{}", play.page);
}

#[test]
fn an_interrupted_prompt_ends_the_session() {
    let mut play = Play::on("fast");
    play.keys("/");
    play.tell(TerminalEvent::Key(Key::Ctrl('c')));
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
    play.keys("/MIDDLE part\n");
    assert!(play.page.contains("> Middle"), "{}", play.page);
    play.keys("\n");
    assert!(play.page.contains("The middle part."));
    play.keys("/connection refused\n");
    assert!(play.page.contains("Nobody listens."), "{}", play.page);
    play.keys("b/zebra\n");
    assert!(play.footer.contains("zebra"), "{}", play.footer);
}

#[test]
fn from_the_place_that_a_result_opens_b_leads_back_to_the_results() {
    let mut play = Play::on("fast");
    play.paste("connection refused\n");
    play.keys("\n");
    assert!(play.page.contains("Which ones?"), "{}", play.page);
    play.keys("b");
    assert!(play.page.starts_with("Found"), "{}", play.page);
    play.escape();
    assert!(play.page.contains("Welcome, learner."), "{}", play.page);
    let noted = play.machine.progress().place.clone();
    assert_eq!(noted, Some(place("start", 0, 0)));
    // From an exercise, by way of the next page, and by way of a link.
    play.keys("/both of\n\n");
    assert!(play.page.contains("Do both of them."), "{}", play.page);
    play.keys("/middle part\n\n");
    assert!(play.page.contains("The middle part."), "{}", play.page);
    play.keys("\ns");
    assert!(play.page.contains("After the question."), "{}", play.page);
    play.keys("f");
    assert!(play.page.contains("The rest."), "{}", play.page);
    play.keys("b");
    assert!(play.page.contains("After the question."), "{}", play.page);
    play.keys("bb");
    assert!(play.page.contains("The middle part."), "{}", play.page);
    play.keys("b");
    assert!(play.page.starts_with("Found"), "{}", play.page);
    play.keys("b");
    assert!(play.page.contains("Do both of them."), "{}", play.page);
    play.escape();
    assert!(play.page.starts_with("Found"), "{}", play.page);
}

/// Each of its letters is a key somewhere.
const LOG_LINE: &str = "2026/11/30 10:15:02 [error] 7#7: *1 connect() failed (111: Connection refused) \
    while connecting to upstream, request: \"GET / HTTP/1.1\"\nqsny1\n";

#[test]
fn a_paste_changes_nothing_but_the_search_on_every_screen() {
    for (width, height) in [(80, 24), (40, 20)] {
        let view = sized(width, height);
        let mut play = Play::with(view, Progress::default(), false);
        play.paste(LOG_LINE);
        assert_eq!((play.made, play.notes.len(), play.ended), (0, 0, None));
        play.keys("1");
        for (place, keys) in [
            ("Welcome, learner.", ""),
            ("Welcome, learner.", "?"),
            ("Welcome, learner.", "m"),
            ("Which one?", ""),
            ("Which one?", "\n"),
            ("Do both of them.", ""),
            ("Do both of them.", "o"),
            ("Which ones?", "1"),
        ] {
            play.go_to(place);
            play.keys(keys);
            let (page, notes) = (play.page.clone(), play.notes.len());
            play.paste(LOG_LINE);
            assert!(play.page.contains("Nobody listens."), "{}", play.page);
            play.escape();
            assert_eq!(play.page, page, "after {keys:?}");
            assert_eq!((play.notes.len(), play.ended), (notes, None));
            play.escape();
        }
        play.go_to("Which word?");
        play.paste(LOG_LINE);
        assert!(play.footer.contains("Your answer:"), "{}", play.footer);
        play.escape();
        play.keys("/");
        play.paste(LOG_LINE);
        assert!(play.footer.contains("qsny1▏"), "{}", play.footer);
        play.escape();
        assert!(play.page.contains("Which word?"), "{}", play.page);
        assert_eq!((play.ended, play.checks.len()), (None, 0));
    }
}

#[test]
fn a_link_is_followed_and_the_page_comes_back() {
    let mut play = Play::on("fast");
    assert!(!play.footer.contains("follow"), "{}", play.footer);
    play.keys("f");
    assert!(play.footer.contains("No link"), "{}", play.footer);
    play.go_to("After the question.");
    assert!(play.footer.contains("f follow link"), "{}", play.footer);
    let (here, notes) = (play.page.clone(), play.notes.len());
    for back in ["\n", "b"] {
        play.keys("f");
        assert!(play.page.contains("The rest."), "{}", play.page);
        assert!(play.footer.contains("Enter back"), "{}", play.footer);
        play.keys(back);
        assert_eq!(play.page, here);
    }
    let places = |note: &ProgressNote| matches!(note, ProgressNote::Place(_));
    assert!(!play.notes[notes..].iter().any(places), "the place is kept");
    play.go_to("The rest.");
    play.keys("f");
    assert!(
        play.footer.contains("Middle") && play.footer.contains("Start"),
        "{}",
        play.footer
    );
    play.keys("1");
    assert!(play.page.contains("The middle part."), "{}", play.page);
    play.escape();
    assert!(play.page.contains("The rest."), "{}", play.page);
}

#[test]
fn a_narrow_screen_shows_the_keys_of_an_exercise_and_whole_questions() {
    let mut progress = Progress::default();
    progress.track = Some("fast".parse().unwrap());
    progress.place = Some(place("start", 1, 3));
    let mut play = Play::with(sized(40, 20), progress, true);
    assert!(play.page.contains("Do both of them."), "{}", play.page);
    for key in [
        "e edit", "h hint", "n next", "b back", "m map", "? help", "q quit",
    ] {
        assert!(play.footer.contains(key), "{key} in {}", play.footer);
    }
    play.keys("r");
    for words in ["Restore the files", "yours is kept.", "any other key no"] {
        assert!(play.footer.contains(words), "{words} in {}", play.footer);
    }
    assert!(
        play.footer.lines().all(|row| row.chars().count() <= 40),
        "{}",
        play.footer
    );
    play.keys("n");
    assert!(play.page.contains("Do both of them."), "{}", play.page);
}

#[test]
fn what_a_search_found_is_whole_on_a_narrow_screen() {
    let mut progress = Progress::default();
    progress.track = Some("fast".parse().unwrap());
    let mut play = Play::with(sized(40, 20), progress, true);
    play.keys("\n/do both of\n");
    assert!(play.page.starts_with("Found"), "{}", play.page);
    assert!(!play.page.contains('…'), "{}", play.page);
}

#[test]
fn escape_leaves_a_search_that_was_typed() {
    let mut play = Play::on("fast");
    play.keys("/middle");
    play.escape();
    assert!(play.footer.contains("n next lesson"), "{}", play.footer);
    play.keys("n");
    assert!(play.page.contains("Which ones?"), "{}", play.page);
}

#[test]
fn help_and_map_lead_back_to_the_same_screen() {
    let small = sized(40, 7);
    let mut progress = Progress::default();
    progress.track = Some("fast".parse().unwrap());
    progress.place = Some(place("start", 0, 0));
    let mut play = Play::with(small, progress, true);
    play.keys("\n");
    let (page, footer) = (play.page.clone(), play.footer.clone());
    assert!(footer.contains("page 2 of"), "{footer}");
    for keys in ["??", "?q", "mm", "m?qm"] {
        play.keys(keys);
        assert_eq!((&play.page, &play.footer), (&page, &footer), "{keys}");
    }
}

#[test]
fn every_screen_of_the_help_is_reached_and_q_leads_back() {
    let small = sized(40, 10);
    let mut progress = Progress::default();
    progress.track = Some("fast".parse().unwrap());
    let mut play = Play::with(small, progress, true);
    play.go_to("Do both");
    play.keys("?");
    let mut seen = play.page.clone();
    while play.footer.contains("Enter more") {
        play.keys("\n");
        seen += &play.page;
    }
    for text in ["open the file", "skip it: go on", "quit; everything"] {
        assert!(seen.contains(text), "{text} in\n{seen}");
    }
    play.keys("q");
    assert_eq!(play.ended, None);
    assert!(play.page.contains("Do both"), "{}", play.page);
}

#[test]
fn nothing_is_chosen_that_is_not_on_the_screen() {
    let small = sized(40, 8);
    let mut play = Play::with(small, Progress::default(), false);
    assert!(!play.page.contains("> Fast"), "{}", play.page);
    play.keys("1");
    assert_eq!(play.made, 0);
    assert!(play.page.contains("> Fast"), "{}", play.page);
    let mut play = Play::with(small, Progress::default(), false);
    for _ in 0..9 {
        if play.page.contains("> Fast") {
            break;
        }
        assert_eq!(play.made, 0);
        assert!(play.footer.contains("Enter more"), "{}", play.footer);
        play.keys("\n");
    }
    play.tell(TerminalEvent::Key(Key::Down));
    assert!(play.page.contains("> Slow"), "{}", play.page);
    play.keys("\n");
    assert_eq!(play.notes[0], ProgressNote::Track("slow".parse().unwrap()));
}

#[test]
fn a_choice_in_sight_is_answered_by_enter_and_the_footer_says_so() {
    let mut progress = Progress::default();
    progress.track = Some("fast".parse().unwrap());
    let mut play = Play::with(sized(40, 10), progress, true);
    play.go_to("Which ones?");
    play.keys("1");
    assert!(play.page.contains("> [x] 1"), "{}", play.page);
    assert!(play.footer.contains("page 1 of"), "{}", play.footer);
    assert!(play.footer.contains("Enter answer"), "{}", play.footer);
    play.keys("\n");
    assert!(matches!(
        play.notes.last(),
        Some(ProgressNote::Answered(..))
    ));
}

#[test]
fn a_narrow_screen_keeps_the_last_command_whole() {
    for (width, words) in [
        (80, "To go on: gradus --course here"),
        (40, "To go on:\ngradus --course here"),
    ] {
        let mut play = Play::with(sized(width, 20), Progress::default(), true);
        play.keys("q");
        assert!(play.page.contains(words), "{}", play.page);
    }
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

const DAY: u64 = 24 * 60 * 60;

/// A session on the track `fast` at the time of the day `day`, with these questions answered wrongly at time 0.
fn with_wrong(quizzes: &[(&str, &str)], day: u64) -> Play {
    let mut progress = Progress::default();
    progress.track = Some("fast".parse().unwrap());
    for (lesson, quiz) in quizzes {
        progress.answer_card(card(lesson, quiz), false, 0);
    }
    let mut play = Play::with(SCREEN, progress, true);
    play.tell(Input::Now(day * DAY));
    play.keys("\n");
    play
}

#[test]
fn what_is_due_is_on_the_map_and_asked_one_after_the_other() {
    let wrong = [("start", "one"), ("more", "words"), ("more", "gone")];
    let mut play = with_wrong(&wrong, 1);
    assert!(play.page.contains("Welcome, learner."), "{}", play.page);
    play.keys("mg");
    assert!(
        play.page.contains("Review: 2 questions due"),
        "{}",
        play.page
    );
    play.keys("\n");
    assert!(play.page.contains("Which one?"), "{}", play.page);
    assert!(play.footer.contains("Review · 1 of 2"), "{}", play.footer);
    play.keys("2");
    assert!(play.page.contains("that is far off"), "{}", play.page);
    play.keys("\n");
    assert!(play.page.contains("Which word?"), "{}", play.page);
    assert!(play.footer.contains("Review · 2 of 2"), "{}", play.footer);
    play.paste("port");
    play.keys("\n");
    assert!(play.page.contains("✓ Right."), "{}", play.page);
    for (quiz, right) in [(("start", "one"), false), (("more", "words"), true)] {
        let note = ProgressNote::Answered(card(quiz.0, quiz.1), right);
        assert!(play.notes.contains(&note));
    }
    // The page that the map covered is there again.
    play.keys("\n");
    assert!(play.page.contains("Welcome, learner."), "{}", play.page);
    let text = "Reviewed. The next question is due in 16 hours.";
    assert!(play.footer.contains(text), "{}", play.footer);
    play.keys("m");
    assert!(!play.page.contains("Review"), "{}", play.page);
}

#[test]
fn a_review_can_be_skipped_and_left() {
    let mut play = with_wrong(&[("start", "one"), ("more", "several")], 3);
    play.keys("mg\ns");
    assert!(play.page.contains("Which ones?"), "{}", play.page);
    play.keys("n");
    assert!(play.footer.contains("does nothing"), "{}", play.footer);
    play.keys("b");
    assert!(play.page.contains("Welcome, learner."), "{}", play.page);
    play.keys("mg");
    assert!(
        play.page.contains("Review: 2 questions due"),
        "{}",
        play.page
    );
    let mut play = with_wrong(&[("start", "one")], 0);
    play.keys("m");
    assert!(!play.page.contains("Review"), "{}", play.page);
}

#[test]
fn a_command_that_is_too_wide_is_broken_so_that_a_copy_of_it_runs() {
    let mut view = SCREEN;
    view.caps.width = 30;
    let code = "gradus --workspace ~/work read is-it-running";
    let rows = |lead: &str| -> Vec<String> {
        let line = Line::plain(lead).with(Role::Code, code);
        view.fit(vec![line]).iter().map(Line::text).collect()
    };
    let wanted = ["  gradus --workspace ~/work \\", "    read is-it-running"];
    assert_eq!(rows("  "), wanted);
    assert!(!rows("Next: ").concat().contains('\\'));
}
