//! The parser: builds a [`Doc`] from the events of pulldown-cmark.

mod comment;
mod frame;
mod inlines;

use std::collections::HashMap;
use std::mem;
use std::ops::Range;

use pulldown_cmark::{CowStr, Event, HeadingLevel, Options, Parser, Tag};

use super::doc::{Block, BlockKind, Doc, Footnote};
use frame::{Frame, FrameKind};

/// Containers nested more deeply are flattened into their parent, so that hostile text cannot exhaust the
/// stack of a recursive walk over the tree.
const MAX_DEPTH: usize = 24;

fn options(markdown: &str) -> Options {
    let mut options = Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_GFM
        | Options::ENABLE_DEFINITION_LIST;
    // With heading attributes enabled, pulldown-cmark 0.13 panics on some underlined headings without text.
    // So they are enabled only if some line looks like a `#` heading with attributes.
    let has_some = |line: &str| line.contains('#') && line.trim_end().ends_with('}');
    let may_have_some = markdown.lines().any(has_some);
    options.set(Options::ENABLE_HEADING_ATTRIBUTES, may_have_some);
    options
}

/// Parses `markdown`, whose first line is line 1.
pub fn parse(markdown: &str) -> Doc {
    parse_at(markdown, 1)
}

/// Parses `markdown`, a part of a file that starts on its line `first_line`.
///
/// The Markdown is CommonMark with tables, footnotes, strikethrough, task lists, alerts, heading
/// classes and definition lists. Front matter must be removed first.
pub fn parse_at(markdown: &str, first_line: usize) -> Doc {
    let mut builder = Builder::new(markdown, first_line);
    for (event, range) in Parser::new_ext(markdown, options(markdown)).into_offset_iter() {
        builder.handle(event, range.start);
    }
    builder.finish()
}

struct Builder<'a> {
    first_line: usize,
    line_starts: Vec<usize>,
    /// The last line that was asked for, with its offsets: most events are on the line of the one before.
    last_line: (usize, Range<usize>),
    stack: Vec<Frame>,
    notes: Vec<Footnote>,
    numbers: HashMap<CowStr<'a>, usize>,
}

impl<'a> Builder<'a> {
    fn new(markdown: &str, first_line: usize) -> Self {
        let line_starts = markdown.match_indices('\n').map(|(at, _)| at + 1).collect();
        Self {
            first_line,
            line_starts,
            last_line: (first_line, 0..0),
            stack: vec![Frame::new(FrameKind::Root, first_line)],
            notes: Vec::new(),
            numbers: HashMap::new(),
        }
    }

    fn line(&mut self, offset: usize) -> usize {
        if !self.last_line.1.contains(&offset) {
            let starts = &self.line_starts;
            let index = starts.partition_point(|start| *start <= offset);
            let start = index.checked_sub(1).map_or(0, |before| starts[before]);
            let end = starts.get(index).copied().unwrap_or(usize::MAX);
            self.last_line = (self.first_line + index, start..end);
        }
        self.last_line.0
    }

    fn top(&mut self) -> &mut Frame {
        self.stack.last_mut().expect("the root is never popped")
    }

    fn handle(&mut self, event: Event<'a>, offset: usize) {
        let line = self.line(offset);
        match event {
            Event::Start(tag) => self.start(tag, line),
            Event::End(tag) if frame::is_inline(tag) => self.top().inlines.end(tag),
            Event::End(_) => self.end(),
            Event::Rule => self.top().push(Block {
                line,
                kind: BlockKind::Rule,
            }),
            Event::Html(html) => self.top().text.push_str(&html),
            Event::TaskListMarker(done) => self.mark_task(done),
            Event::FootnoteReference(label) => {
                let number = self.number(label);
                self.top().inlines_at(line).note(number);
            }
            Event::Text(text) => self.top().take_text(&text, line),
            Event::Code(code) => self.top().inlines_at(line).code(&code),
            Event::InlineHtml(html) => self.top().inlines_at(line).html(&html),
            Event::SoftBreak => self.top().inlines_at(line).text(" "),
            Event::HardBreak => self.top().inlines_at(line).line_break(),
            Event::InlineMath(math) | Event::DisplayMath(math) => {
                self.top().inlines_at(line).text(&math);
            }
        }
    }

    fn start(&mut self, tag: Tag<'a>, line: usize) {
        if frame::is_inline(tag.to_end()) {
            return self.top().inlines_at(line).start(tag);
        }
        self.top().block_starts();
        let kind = match tag {
            Tag::FootnoteDefinition(label) => FrameKind::Note(self.number(label)),
            tag => self.kind(tag),
        };
        self.stack.push(Frame::new(kind, line));
    }

    fn kind(&self, tag: Tag<'_>) -> FrameKind {
        let kind = FrameKind::from_tag(tag);
        let parent = self.stack.last().map(|frame| &frame.kind);
        let flat = parent.is_some_and(|parent| matches!(parent, FrameKind::Flat));
        let part = matches!(
            kind,
            FrameKind::Item { .. } | FrameKind::Term | FrameKind::Meaning
        );
        let deep = self.stack.len() > MAX_DEPTH && kind.is_container();
        match kind {
            FrameKind::Term if flat => FrameKind::Paragraph,
            _ if deep && !part || flat && part => FrameKind::Flat,
            kind => kind,
        }
    }

    fn end(&mut self) {
        let mut frame = self.stack.pop().expect("every end has a start");
        frame.block_starts();
        match frame.kind {
            FrameKind::Note(number) => self.notes[number].blocks = mem::take(&mut frame.blocks),
            _ => frame.close_into(self.top()),
        }
    }

    /// Marks the innermost list item, which may hold the text in a paragraph.
    fn mark_task(&mut self, is_done: bool) {
        let item = self.stack.iter_mut().rev().find_map(|frame| frame.task());
        if let Some(done) = item {
            *done = Some(is_done);
        }
    }

    fn number(&mut self, label: CowStr<'a>) -> usize {
        let notes = &mut self.notes;
        *self.numbers.entry(label).or_insert_with_key(|label| {
            notes.push(Footnote {
                label: label.to_string(),
                blocks: Vec::new(),
            });
            notes.len() - 1
        })
    }

    fn finish(mut self) -> Doc {
        let mut root = self.stack.swap_remove(0);
        root.block_starts();
        Doc {
            blocks: root.blocks,
            notes: self.notes,
        }
    }
}

fn level(level: HeadingLevel) -> u8 {
    match level {
        HeadingLevel::H1 => 1,
        HeadingLevel::H2 => 2,
        HeadingLevel::H3 => 3,
        HeadingLevel::H4 => 4,
        HeadingLevel::H5 => 5,
        HeadingLevel::H6 => 6,
    }
}

#[cfg(test)]
mod tests;
