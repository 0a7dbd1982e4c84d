//! `gradus cache`.

use clap::{Args, Subcommand};

use super::app::{App, Done};
use super::exit::Code;
use crate::check::cache::{self, BOUND, Content};
use crate::text::{Line, Role};

/// Show where the cache is, and how much of it is used
///
/// It holds what can be made again, and no more than 500 MB of it: what was not used for longest goes
/// when something new is added, and what is in use stays.
#[derive(Debug, Args)]
pub(crate) struct Cache {
    #[command(subcommand)]
    word: Option<Word>,
}

#[derive(Debug, Subcommand)]
enum Word {
    /// Empty the cache; what is in use stays
    Clear,
}

impl Cache {
    pub(super) fn run(self, app: &App) -> Done {
        let folder = app.environment.cache();
        let lines = match self.word {
            None => {
                let place = Line::new().with(Role::Accent, app.shown(&folder));
                let mut lines = vec![place];
                lines.extend(rows(&cache::contents(&folder)));
                lines
            }
            Some(Word::Clear) => {
                let (bytes, left) = cache::clear(&folder);
                let place = app.shown(&folder);
                let cleared = format!("Removed {} from {place}.", megabytes(bytes));
                let stays =
                    (left > 0).then(|| format!("In use, and still there: {}.", entries(left)));
                let said = std::iter::once(cleared).chain(stays);
                said.map(Line::plain).collect()
            }
        };
        app.output.lines(&lines)?;
        Ok(Code::Fine)
    }
}

fn rows(contents: &[Content]) -> Vec<Line> {
    let row = |name: &str, bytes: u64, text: &str| {
        let size = megabytes(bytes);
        Line::plain(format!("  {name:<14}  {size:>9}  {text}"))
    };
    let mut rows: Vec<Line> = contents
        .iter()
        .map(
            |Content {
                 part,
                 entries,
                 bytes,
             }| { row(part.name, *bytes, &format!("{entries} {}", part.what)) },
        )
        .collect();
    let all = contents.iter().map(|content| content.bytes).sum();
    rows.push(row("all", all, &format!("of {}", megabytes(BOUND))));
    rows
}

fn entries(count: usize) -> String {
    match count {
        1 => "1 entry".to_owned(),
        _ => format!("{count} entries"),
    }
}

/// Returns `bytes` in units of a million.
#[expect(
    clippy::cast_precision_loss,
    reason = "one digit after the point is shown"
)]
fn megabytes(bytes: u64) -> String {
    format!("{:.1} MB", bytes as f64 / 1e6)
}
