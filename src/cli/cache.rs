//! `gradus cache`.

use clap::{Args, Subcommand};

use super::app::{App, Done};
use super::exit::Code;
use crate::check::cache::{self, BOUND, PartUsage};
use crate::kind::cache_parts;
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
        let parts = cache_parts(app.guests.kinds);
        let lines = match self.command {
            None => {
                let place = Line::new().with(Role::Accent, app.shown(&folder));
                let mut lines = vec![place];
                lines.extend(rows(&cache::contents(&folder, &parts)));
                lines
            }
            Some(CacheCommand::Clear) => {
                let (bytes, left) = cache::clear(&folder, &parts);
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
    let of_part = |usage: &PartUsage| {
        let PartUsage { part, entries, .. } = usage;
        row(part.name, usage.bytes, &format!("{entries} {}", part.what))
    };
    let mut rows: Vec<Line> = contents.iter().map(of_part).collect();
    let all = contents.iter().map(|usage| usage.bytes).sum();
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
