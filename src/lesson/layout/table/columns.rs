//! How wide the columns of a table are.

use super::Cell;
use crate::lesson::wrap::content_widths;

/// The cells between two columns: a blank, the line, a blank.
const GAP: usize = 3;
/// A longer word may be cut to let the table fit.
const LONGEST_WORD: usize = 20;

/// The columns of a table that fits.
pub(super) struct Columns {
    /// The cells of each column.
    pub(super) widths: Vec<usize>,
}

/// What the cells of a column ask for.
#[derive(Clone, Copy, Default)]
struct Wish {
    /// The longest word.
    least: usize,
    /// The longest row.
    most: usize,
}

impl Columns {
    /// Gives `count` columns their widths, or returns `None` when the words do not fit side by
    /// side in `width` cells.
    ///
    /// Each column gets its longest word, then its share of the rest by what it could still use.
    pub(super) fn fit(rows: &[Vec<Cell>], count: usize, width: usize) -> Option<Self> {
        let room = width.checked_sub(GAP * count.checked_sub(1)?)?;
        let wishes: Vec<Wish> = (0..count).map(|column| wish(rows, column)).collect();
        let least: usize = wishes.iter().map(|wish| wish.least).sum();
        let most: usize = wishes.iter().map(|wish| wish.most).sum();
        if most <= room {
            return Some(Self {
                widths: wishes.iter().map(|wish| wish.most).collect(),
            });
        }
        let (spare, wanted) = (room.checked_sub(least)?, most - least);
        let width = |wish: &Wish| wish.least + spare * (wish.most - wish.least) / wanted;
        Some(Self {
            widths: wishes.iter().map(width).collect(),
        })
    }
}

fn wish(rows: &[Vec<Cell>], column: usize) -> Wish {
    let cells = rows.iter().filter_map(|row| row.get(column)).flatten();
    cells.fold(Wish::default(), |wish, spans| {
        let (word, row) = content_widths(spans);
        Wish {
            least: wish.least.max(word.min(LONGEST_WORD)),
            most: wish.most.max(row),
        }
    })
}
