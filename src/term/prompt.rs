//! Questions with dialoguer: the choice of an answer, and a few words.

use std::io;

use dialoguer::console::Term;
use dialoguer::theme::SimpleTheme;
use dialoguer::{Input, MultiSelect, Select};
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

use super::screen::{Ask, PromptReply};
use crate::course::Answer;
use crate::text::visible;

/// Asks on the terminal, which is `columns` wide.
pub(crate) fn ask(ask: &Ask, columns: usize) -> io::Result<PromptReply> {
    let term = Term::stdout();
    let answered = match ask {
        Ask::One(labels) => select(&term, &cut_all(labels, columns)),
        Ask::Several(labels) => select_several(&term, &cut_all(labels, columns)),
        Ask::Words(prompt) => words(&term, prompt),
    };
    term.show_cursor()?;
    match answered {
        Ok(Some(answer)) => Ok(PromptReply::Answer(answer)),
        Ok(None) => Ok(PromptReply::Dismissed),
        Err(dialoguer::Error::IO(error)) if error.kind() == io::ErrorKind::Interrupted => {
            Ok(PromptReply::Interrupted)
        }
        Err(dialoguer::Error::IO(error)) => Err(error),
    }
}

fn select(term: &Term, labels: &[String]) -> dialoguer::Result<Option<Answer>> {
    let select = Select::with_theme(&SimpleTheme).items(labels).default(0);
    let chosen = select.report(false).interact_on_opt(term)?;
    Ok(chosen.map(|index| Answer::Choices(vec![index])))
}

fn select_several(term: &Term, labels: &[String]) -> dialoguer::Result<Option<Answer>> {
    let select = MultiSelect::with_theme(&SimpleTheme).items(labels);
    let chosen = select.report(false).interact_on_opt(term)?;
    Ok(chosen.map(Answer::Choices))
}

fn words(term: &Term, prompt: &str) -> dialoguer::Result<Option<Answer>> {
    let input = Input::<String>::with_theme(&SimpleTheme).with_prompt(prompt);
    let words = input
        .allow_empty(true)
        .report(false)
        .interact_text_on(term)?;
    let words = words.trim();
    Ok((!words.is_empty()).then(|| Answer::Words(words.to_owned())))
}

fn cut_all(labels: &[String], columns: usize) -> Vec<String> {
    let marks = 6;
    let width = columns.saturating_sub(marks).max(1);
    labels.iter().map(|label| cut(label, width)).collect()
}

/// Cuts `text` to `width` cells; what is cut shows as an ellipsis.
pub(crate) fn cut(text: &str, width: usize) -> String {
    let text = visible(text);
    if text.width() <= width {
        return text;
    }
    if width == 0 {
        return String::new();
    }
    let mut kept = String::new();
    for grapheme in text.graphemes(true) {
        if kept.width() + grapheme.width() + 1 > width {
            break;
        }
        kept.push_str(grapheme);
    }
    kept + "…"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_is_cut_to_whole_characters() {
        assert_eq!(cut("short", 5), "short");
        assert_eq!(cut("longer", 5), "long…");
        assert_eq!(cut("漢字漢字", 5), "漢字…");
        assert_eq!(cut("漢字漢字", 4), "漢…");
    }
}
