//! `gradus cache`.

use clap::{Args, Subcommand};

use super::app::{App, Done};
use super::exit::Code;
use crate::check::cache::{self, BOUND, PartUsage};
use crate::text::{Line, Role};

/// Show the location and size of the cache
///
/// It holds only what can be recreated, at most 500 MB: when something is added, the least recently used
/// entries are evicted, except those in use.
#[derive(Debug, Args)]
pub(crate) struct Cache {
    #[command(subcommand)]
    command: Option<CacheCommand>,
}

#[derive(Debug, Subcommand)]
enum CacheCommand {
    /// Empty the cache, except for what is in use
    Clear,
}

impl Cache {
    pub(super) fn run(self, app: &App) -> Done {
        let folder = app.environment.cache();
        let lines = match self.command {
            None => {
                let place = Line::new().with(Role::Accent, app.shown(&folder));
                let mut lines = vec![place];
                lines.extend(rows(&cache::contents(&folder)));
                lines
            }
            Some(CacheCommand::Clear) => {
                let (bytes, left) = cache::clear(&folder);
                let place = app.shown(&folder);
                let cleared = format!("Removed {} from {place}.", megabytes(bytes));
                let stays = (left > 0).then(|| format!("Kept, since in use: {}.", entries(left)));
                let sentences = std::iter::once(cleared).chain(stays);
                sentences.map(Line::plain).collect()
            }
        };
        app.output.lines(&lines)?;
        Ok(Code::Fine)
    }
}

fn rows(contents: &[PartUsage]) -> Vec<Line> {
    let row = |name: &str, bytes: u64, text: &str| {
        let size = megabytes(bytes);
        Line::plain(format!("  {name:<14}  {size:>9}  {text}"))
    };
    let mut rows: Vec<Line> = contents
        .iter()
        .map(
            |PartUsage {
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

/// `bytes` in units of a million.
#[expect(
    clippy::cast_precision_loss,
    reason = "one digit after the point is shown"
)]
fn megabytes(bytes: u64) -> String {
    format!("{:.1} MB", bytes as f64 / 1e6)
}
