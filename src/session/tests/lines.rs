use super::super::{Farewell, Input, ProgressNote, View};
use super::play::{Play, SCREEN};
use crate::check::{Event, Outcome};
use crate::progress::Progress;
use crate::term::Caps;

const LINES: View = View {
    caps: Caps {
        accessible: true,
        unicode: false,
        ..SCREEN.caps
    },
    interactive: false,
};

fn play() -> Play {
    Play::with(LINES, Progress::default(), false)
}

#[test]
fn letters_and_numbers_with_enter_do_everything() {
    let mut play = play();
    assert!(play.page.contains("1. Fast"), "{}", play.page);
    assert!(play.footer.ends_with("q quit > \n"), "{}", play.footer);
    play.line("1");
    assert!(play.page.contains("Welcome, learner."), "{}", play.page);
    play.line("");
    play.line("");
    assert!(play.page.contains("Which one?"), "{}", play.page);
    play.line("2");
    assert!(play.page.contains("wrong: Not quite."), "{}", play.page);
    play.line("t");
    play.line("1");
    assert!(play.page.contains("right: Right."), "{}", play.page);
    play.line("");
    assert!(play.page.contains("After the question."), "{}", play.page);
    play.line("q");
    assert_eq!(play.ended, Some(Farewell::Done));
}

#[test]
fn several_numbers_and_words_are_answers() {
    let mut play = play();
    play.line("1");
    play.line("n");
    play.line("1, 3");
    assert!(play.page.contains("right: Right."), "{}", play.page);
    play.line("");
    play.line("");
    assert!(play.footer.contains("Your answer >"), "{}", play.footer);
    play.line("quit");
    assert!(play.page.contains("look again"), "{}", play.page);
}

#[test]
fn a_number_opens_an_entry_of_the_map_and_enter_leaves_it() {
    let mut play = play();
    play.line("1");
    play.line("m");
    assert!(
        play.page.contains("2. exercise, new: Both"),
        "{}",
        play.page
    );
    play.line("");
    assert!(play.page.contains("Welcome, learner."), "{}", play.page);
    play.line("m");
    play.line("2");
    assert!(play.page.contains("Do both of them."), "{}", play.page);
}

#[test]
fn a_search_takes_the_next_line() {
    let mut play = play();
    play.line("1");
    play.line("/");
    assert!(play.footer.contains("Search for >"));
    play.line("middle part");
    assert!(play.page.contains("1. Middle"), "{}", play.page);
}

#[test]
fn a_check_prints_nothing_while_it_runs() {
    let mut play = play();
    play.line("1");
    play.go_to("Do both of them.");
    play.line("c");
    let before = play.footer.clone();
    play.tell(Input::Checking(1, Event::Step("compiling")));
    play.tell(Input::Elapsed(1, 3));
    assert_eq!(play.footer, before);
    play.tell(Input::Checked(1, Ok(Outcome::default())));
    assert!(play.page.contains("Internal error:"), "{}", play.page);
}

#[test]
fn a_line_without_a_meaning_says_so() {
    let mut play = play();
    play.line("hello");
    assert!(
        play.footer.contains("Type one of the keys"),
        "{}",
        play.footer
    );
    play.line("99");
    assert!(play.footer.contains("no such number"), "{}", play.footer);
    assert_eq!(play.notes, Vec::<ProgressNote>::new());
}
