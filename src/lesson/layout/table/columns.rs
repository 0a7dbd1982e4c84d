//! The widths of a table's columns.

use super::TableCell;
use crate::lesson::wrap::content_widths;

/// The width between two columns: a blank, the line, a blank.
const GAP: usize = 3;
/// Longer words may be broken to make the table fit.
const LONGEST_WORD: usize = 20;

/// The columns of a table that fits.
pub(super) struct Columns {
    pub(super) widths: Vec<usize>,
}

/// The minimum and maximum useful width of a column.
#[derive(Clone, Copy, Default)]
struct ColumnNeeds {
    /// The longest word.
    least: usize,
    /// The longest row.
    most: usize,
}

impl Columns {
    /// Computes the widths of `count` columns; `None` if their longest words do not fit in `width` cells.
    ///
    /// Each column gets its longest word, then a share of the rest in proportion to what it could still use.
    pub(super) fn fit(rows: &[Vec<TableCell>], count: usize, width: usize) -> Option<Self> {
        let room = width.checked_sub(GAP * count.checked_sub(1)?)?;
        let needs: Vec<ColumnNeeds> = (0..count).map(|column| needs(rows, column)).collect();
        let least: usize = needs.iter().map(|needs| needs.least).sum();
        let most: usize = needs.iter().map(|needs| needs.most).sum();
        if most <= room {
            return Some(Self {
                widths: needs.iter().map(|needs| needs.most).collect(),
            });
        }
        let (spare, wanted) = (room.checked_sub(least)?, most - least);
        let width = |needs: &ColumnNeeds| needs.least + spare * (needs.most - needs.least) / wanted;
        Some(Self {
            widths: needs.iter().map(width).collect(),
        })
    }
}

fn needs(rows: &[Vec<TableCell>], column: usize) -> ColumnNeeds {
    let cells = rows.iter().filter_map(|row| row.get(column)).flatten();
    cells.fold(ColumnNeeds::default(), |needs, spans| {
        let (word, row) = content_widths(spans);
        ColumnNeeds {
            least: needs.least.max(word.min(LONGEST_WORD)),
            most: needs.most.max(row),
        }
    })
}
