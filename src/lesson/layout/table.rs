//! Layout of tables: a grid if it fits, else a list of fields for each row.
//!
//! The border characters are termimad's. Its table fitter is not used: it gives all the room to one column,
//! drops columns on narrow screens, and loses styles and links.

mod columns;

use super::PageLayout;
use super::prose::decoration;
use crate::lesson::doc::{Align, Table};
use crate::lesson::wrap::wrap;
use crate::text::{Line, Role, Span, TablePart};
use columns::Columns;

/// How the lines of a field after its first are indented, where a table is laid out as records.
const INDENT: usize = 2;

/// A cell, split at hard line breaks.
type TableCell = Vec<Vec<Span>>;

impl PageLayout<'_> {
    pub(super) fn table(&mut self, table: &Table, width: usize) -> Vec<Line> {
        let rows = self.cells(table);
        match Columns::fit(&rows, table.columns.len(), width) {
            Some(columns) if !self.options.accessible => self.grid(table, &rows, &columns),
            _ => self.records(&rows, width),
        }
    }

    /// Returns the cells of all rows, the header first, in bold.
    fn cells(&mut self, table: &Table) -> Vec<Vec<TableCell>> {
        let mut head: Vec<TableCell> = table.head.iter().map(|cell| self.rows(cell)).collect();
        head.iter_mut()
            .flatten()
            .flatten()
            .for_each(|span| span.style.bold = true);
        let rows = table.rows.iter();
        let body = rows.map(|row| row.iter().map(|cell| self.rows(cell)).collect());
        std::iter::once(head).chain(body).collect()
    }

    fn grid(&self, table: &Table, rows: &[Vec<TableCell>], columns: &Columns) -> Vec<Line> {
        let rows: Vec<Vec<Line>> = rows
            .iter()
            .map(|row| self.grid_row(table, row, columns))
            .collect();
        let airy = rows.iter().skip(1).any(|row| row.len() > 1);
        let mut lines = Vec::new();
        for (index, row) in rows.into_iter().enumerate() {
            if index == 1 || index > 1 && airy {
                let part = if index == 1 {
                    TablePart::Head
                } else {
                    TablePart::Rule
                };
                lines.push(as_part(part, self.grid_rule(columns)));
            }
            let part = |at: usize| match (index, at) {
                (0, _) => TablePart::Head,
                (_, 0) => TablePart::Row,
                (_, _) => TablePart::Rest,
            };
            let row = row.into_iter().enumerate();
            lines.extend(row.map(|(at, line)| as_part(part(at), line)));
        }
        lines
    }

    fn grid_rule(&self, columns: &Columns) -> Line {
        let borders = self.glyphs.borders;
        let dash = borders.horizontal.to_string();
        let dashes: Vec<String> = columns
            .widths
            .iter()
            .map(|width| dash.repeat(*width))
            .collect();
        Line::new().with(
            Role::Dim,
            dashes.join(&format!("{dash}{}{dash}", borders.cross)),
        )
    }

    fn grid_row(&self, table: &Table, row: &[TableCell], columns: &Columns) -> Vec<Line> {
        let cells: Vec<Vec<Line>> = row
            .iter()
            .zip(&columns.widths)
            .map(|(cell, width)| cell.iter().flat_map(|spans| wrap(spans, *width)).collect())
            .collect();
        let height = cells.iter().map(Vec::len).max().unwrap_or(0);
        (0..height)
            .map(|at| self.screen_row(table, &cells, columns, at))
            .collect()
    }

    fn screen_row(&self, table: &Table, cells: &[Vec<Line>], columns: &Columns, at: usize) -> Line {
        let bar = format!(" {} ", self.glyphs.borders.vertical);
        let mut line = Line::new();
        let mut owed = 0;
        for (index, (cell, width)) in cells.iter().zip(&columns.widths).enumerate() {
            if index > 0 {
                line.push(Role::Dim, format!("{}{bar}", " ".repeat(owed)));
            }
            let empty = Line::new();
            let part = cell.get(at).unwrap_or(&empty);
            let free = width.saturating_sub(part.width());
            let left = match table.columns[index] {
                Align::Left => 0,
                Align::Center => free / 2,
                Align::Right => free,
            };
            line.push(Role::Dim, " ".repeat(left));
            line.spans.extend(part.spans.iter().cloned());
            owed = free - left;
        }
        line.trim_end();
        line
    }

    /// Lays out each row as a list of fields.
    fn records(&self, rows: &[Vec<TableCell>], width: usize) -> Vec<Line> {
        let (head, body) = rows.split_first().expect("the header is a row");
        if body.is_empty() {
            return head
                .iter()
                .flatten()
                .flat_map(|spans| wrap(spans, width))
                .collect();
        }
        let indent = if self.options.accessible { 0 } else { INDENT };
        let mut lines = Vec::new();
        for row in body {
            if !lines.is_empty() {
                lines.push(Line::new());
            }
            for (name, cell) in head.iter().zip(row) {
                lines.append(&mut field(name, cell, width, indent));
            }
        }
        lines
    }
}

fn as_part(part: TablePart, line: Line) -> Line {
    Line {
        table: Some(part),
        ..line
    }
}

/// Returns the lines of `name: cell`, those after the first indented; none if the cell is empty.
fn field(name: &TableCell, cell: &TableCell, width: usize, indent: usize) -> Vec<Line> {
    if cell.iter().all(Vec::is_empty) {
        return Vec::new();
    }
    let mut named: Vec<Span> = name.concat();
    if !named.is_empty() {
        named.push(decoration(Role::Dim, ": ".to_owned()));
    }
    let mut rows = cell.clone();
    rows[0].splice(0..0, named);
    let wrapped = |width: usize| rows.iter().flat_map(move |spans| wrap(spans, width));
    let mut lines: Vec<Line> = wrapped(width).collect();
    if lines.len() > 1 {
        lines = wrapped(width - indent).collect();
        let later = lines.iter_mut().skip(1);
        for line in later.filter(|line| !line.spans.is_empty()) {
            line.spans
                .insert(0, decoration(Role::Dim, " ".repeat(indent)));
        }
    }
    lines
}
