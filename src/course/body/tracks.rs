//! The parts of a lesson that are for one track: a section marked `{track=NAME}`, or the blocks between
//! `<!-- track: NAME -->` and `<!-- /track -->`.

use std::ops::Range;

use super::TrackPart;
use crate::course::outline::Directive;
use crate::lesson::{Block, BlockKind, Doc, HeadingMarks, walk};
use crate::source::{Problem, TrackId};

const ON_ITS_OWN: &str = "put `<!-- track: NAME -->` and `<!-- /track -->` on lines of their own, \
    outside of lists and quotations";
const CLOSE: &str = "put `<!-- /track -->` after the last block that is meant; a whole section is \
    marked by its heading, `## Title {track=NAME}`";

/// A part that is not closed yet.
struct Open {
    track: Option<TrackId>,
    start: usize,
    line: usize,
}

impl Open {
    fn closed_at(self, end: usize) -> Option<TrackPart> {
        Some(TrackPart {
            blocks: Range {
                start: self.start,
                end,
            },
            track: self.track?,
            line: self.line,
        })
    }
}

/// Returns the parts of `doc`, in order. A part ends with its section at the latest.
pub(super) fn track_parts(doc: &Doc, file: &str, problems: &mut Vec<Problem>) -> Vec<TrackPart> {
    let mut reader = Reader {
        file,
        problems,
        parts: Vec::new(),
        section: None,
        part: None,
    };
    for (index, block) in doc.blocks.iter().enumerate() {
        reader.block(index, block);
    }
    reader.end_section(doc.blocks.len());
    let notes = doc.notes.iter().flat_map(|note| &note.blocks);
    notes.for_each(|block| reader.nested(block));
    reader.parts
}

struct Reader<'a> {
    file: &'a str,
    problems: &'a mut Vec<Problem>,
    parts: Vec<TrackPart>,
    section: Option<Open>,
    part: Option<Open>,
}

impl Reader<'_> {
    fn block(&mut self, index: usize, block: &Block) {
        let line = block.line;
        match &block.kind {
            BlockKind::Heading { level, marks, .. } => self.heading(*level, marks, index, line),
            BlockKind::Comment(text) => match Directive::in_comment(text) {
                Some(Directive::Track(name)) => self.open(name, index, line),
                Some(Directive::EndOfTrack) => self.close(index, line),
                Some(Directive::Exercise(_)) | None => {}
            },
            BlockKind::List(_)
            | BlockKind::Quote(_)
            | BlockKind::Alert { .. }
            | BlockKind::Definitions(_) => self.nested(block),
            BlockKind::Paragraph(_)
            | BlockKind::Code { .. }
            | BlockKind::Table(_)
            | BlockKind::Rule
            | BlockKind::Html(_) => {}
        }
    }

    fn heading(&mut self, level: u8, marks: &HeadingMarks, index: usize, line: usize) {
        let track = marks.values.iter().find(|(name, _)| name == "track");
        if level == 2 {
            self.end_section(index);
            self.section = track.map(|(_, name)| self.opened(name, index, line));
        } else if track.is_some() {
            let message = format!("`track` on a heading of level {level}");
            let help = "only a section, `## Title {track=NAME}`, is for a track";
            self.report(message, line, help);
        }
    }

    fn open(&mut self, name: &str, index: usize, line: usize) {
        if let Some(outer) = self.part.as_ref().or(self.section.as_ref()) {
            let message = format!("a track inside the track that line {} begins", outer.line);
            self.report(message, line, "close the outer one first");
            return;
        }
        self.part = Some(self.opened(name, index, line));
    }

    fn close(&mut self, index: usize, line: usize) {
        match self.part.take() {
            Some(part) => self.parts.extend(part.closed_at(index + 1)),
            None => self.report(
                "`/track` without a `track` before it".to_owned(),
                line,
                "begin the part with `<!-- track: NAME -->`",
            ),
        }
    }

    fn opened(&mut self, name: &str, start: usize, line: usize) -> Open {
        let track = name.parse::<TrackId>();
        if let Err(error) = &track {
            let help = "name a track of course.toml";
            self.report(error.to_string(), line, help);
        }
        Open {
            track: track.ok(),
            start,
            line,
        }
    }

    fn end_section(&mut self, index: usize) {
        if let Some(part) = self.part.take() {
            let message = "this track is not closed in its section".to_owned();
            self.report(message, part.line, CLOSE);
            self.parts.extend(part.closed_at(index));
        }
        let section = self.section.take();
        self.parts
            .extend(section.and_then(|section| section.closed_at(index)));
    }

    fn nested(&mut self, block: &Block) {
        let mut lines = Vec::new();
        walk(std::slice::from_ref(block), &mut |inner| {
            if let BlockKind::Comment(text) = &inner.kind
                && let Some(Directive::Track(_) | Directive::EndOfTrack) =
                    Directive::in_comment(text)
            {
                lines.push(inner.line);
            }
        });
        for line in lines {
            let message = "a track's mark inside another block".to_owned();
            self.report(message, line, ON_ITS_OWN);
        }
    }

    fn report(&mut self, message: String, line: usize, help: &str) {
        self.problems
            .push(Problem::new(self.file, message).at(line).help(help));
    }
}

#[cfg(test)]
mod tests {
    use crate::course::body::Body;

    fn problems(text: &str) -> Vec<String> {
        let body = Body::parse(text, 10, "l.md");
        let first_line = |problem: String| problem.lines().next().unwrap_or_default().to_owned();
        let problems = body.problems.iter();
        problems
            .map(|problem| first_line(problem.to_string()))
            .collect()
    }

    fn parts(text: &str) -> Vec<(usize, usize, String)> {
        let body = Body::parse(text, 1, "l.md");
        assert_eq!(body.problems, []);
        let parts = body.parts.into_iter();
        parts
            .map(|part| (part.blocks.start, part.blocks.end, part.track.into()))
            .collect()
    }

    #[test]
    fn sections_and_blocks_are_for_a_track() {
        let text = "All.\n\n<!-- track: slow -->\nOne.\n\nTwo.\n<!-- /track -->\n\n\
            ## A {track=fast}\n\nThree.\n\n## B\n\nFour.\n";
        let expected = [(1, 5, "slow"), (5, 7, "fast")];
        assert_eq!(
            parts(text),
            expected.map(|(start, end, track)| (start, end, track.to_owned()))
        );
    }

    #[test]
    fn a_mark_that_does_not_fit_is_a_problem_with_its_line() {
        let cases = [
            (
                "<!-- track: a -->\n\nText.\n",
                "l.md:10: this track is not closed in its section",
            ),
            (
                "<!-- track: a -->\n\nText.\n\n## B\n\n<!-- exercise: e -->\n",
                "l.md:10: this track is not closed in its section",
            ),
            (
                "Text.\n\n<!-- /track -->\n",
                "l.md:12: `/track` without a `track` before it",
            ),
            (
                "## A {track=a}\n\n<!-- track: b -->\n\nText.\n",
                "l.md:12: a track inside the track that line 10 begins",
            ),
            (
                "- item\n\n  <!-- track: a -->\n",
                "l.md:12: a track's mark inside another block",
            ),
            (
                "> <!-- /track -->\n",
                "l.md:10: a track's mark inside another block",
            ),
            (
                "Text.\n\n### A {track=a}\n",
                "l.md:12: `track` on a heading of level 3",
            ),
        ];
        for (text, problem) in cases {
            assert_eq!(problems(text), [problem], "{text}");
        }
        assert_eq!(
            problems("<!-- track: Not good -->\n\nT.\n\n<!-- /track -->\n").len(),
            1
        );
        assert_eq!(
            problems("<!-- track: a -->\n<!-- track: b -->\nT.\n\n<!-- /track -->\n").len(),
            1
        );
    }
}
