//! Text in several styles as one string.

use std::ops::Range;

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

use crate::text::{Line, Role, Span};

/// The joined text of several spans, and the offset where each ends.
pub(super) struct StyledRun<'s> {
    pub(super) text: String,
    spans: &'s [Span],
    ends: Vec<usize>,
    ascii: bool,
}

impl<'s> StyledRun<'s> {
    pub(super) fn new(spans: &'s [Span]) -> Self {
        let mut text = String::with_capacity(spans.iter().map(|span| span.text.len()).sum());
        let mut ends = Vec::with_capacity(spans.len());
        for span in spans {
            text.push_str(&span.text);
            ends.push(text.len());
        }
        let ascii = text.is_ascii();
        Self {
            text,
            spans,
            ends,
            ascii,
        }
    }

    /// Splits `range` at changes of style.
    fn parts(&self, range: Range<usize>) -> impl Iterator<Item = (&'s Span, Range<usize>)> {
        let first = self.ends.partition_point(|end| *end <= range.start);
        let last = self.ends.partition_point(|end| *end < range.end);
        let end = self.spans.len().min(last + 1).max(first);
        let mut start = range.start;
        let spans = self.spans[first..end].iter().zip(&self.ends[first..end]);
        let parts = spans.map(move |(span, end)| {
            let part = start..range.end.min(*end);
            start = part.end;
            (span, part)
        });
        parts.filter(|(_, part)| !part.is_empty())
    }

    /// Returns the width of `range` in cells: the sum over its spans, as in [`Line::width`].
    pub(super) fn width(&self, range: Range<usize>) -> usize {
        if self.ascii {
            return range.len();
        }
        self.parts(range)
            .map(|(_, part)| self.text[part].width())
            .sum()
    }

    /// Returns the grapheme clusters of `range`; a change of style ends a cluster.
    pub(super) fn clusters(&self, range: Range<usize>) -> impl Iterator<Item = Range<usize>> {
        self.parts(range).flat_map(|(_, part)| {
            let offset = part.start;
            let clusters = self.text[part].grapheme_indices(true);
            clusters.map(move |(at, cluster)| offset + at..offset + at + cluster.len())
        })
    }

    pub(super) fn line(&self, range: Range<usize>) -> Line {
        let span = |(span, part): (&Span, Range<usize>)| Span {
            text: self.text[part].to_owned(),
            style: span.style.clone(),
        };
        Line {
            spans: self.parts(range).map(span).collect(),
            table: None,
        }
    }

    /// Returns whether `at` is inside a span of inline code.
    pub(super) fn is_inside_code(&self, at: usize) -> bool {
        let after = self.ends.partition_point(|end| *end <= at);
        let before = self.ends.partition_point(|end| *end < at);
        before == after
            && self
                .spans
                .get(after)
                .is_some_and(|span| span.style.role == Role::Code)
    }
}
