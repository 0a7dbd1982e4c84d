//! A solution as the changes to what a learner was handed out.

use similar::{ChangeTag, TextDiff};

use super::{Task, WorkspaceFile};

impl dyn Task + '_ {
    /// Returns the files of the reference solution, each as what it changes in the file that was handed out, if
    /// there was one.
    pub(crate) fn solution_changes(&self) -> Vec<WorkspaceFile> {
        let starter = self.workspace();
        self.changes_to_solution(|path| {
            let mut files = starter.iter();
            let before = files.find(|before| before.path == path);
            before.map(|before| before.text.clone())
        })
    }

    /// Returns the files of the reference solution, each as what it changes in the text that `before` has for its
    /// path, if there is one.
    pub(crate) fn changes_to_solution(
        &self,
        before: impl Fn(&str) -> Option<String>,
    ) -> Vec<WorkspaceFile> {
        let files = self.solution().into_iter();
        let changes = files.map(|file| match before(&file.path) {
            Some(before) => WorkspaceFile {
                text: changes(&before, &file.text),
                language: "diff",
                ..file
            },
            None => file,
        });
        changes.collect()
    }
}

/// Returns every line of `before` and `after`, marked `-`, `+`, or with a blank where it is in both.
fn changes(before: &str, after: &str) -> String {
    let diff = TextDiff::from_lines(before, after);
    let lines = diff.iter_all_changes().map(|change| {
        let mark = match change.tag() {
            ChangeTag::Delete => '-',
            ChangeTag::Insert => '+',
            ChangeTag::Equal => ' ',
        };
        let line = format!("{mark}{}", change.value().trim_end_matches('\n'));
        line.trim_end().to_owned() + "\n"
    });
    lines.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_line_says_whether_it_stays() {
        assert_eq!(changes("a\n\nb\n", "a\n\nc\nd"), " a\n\n-b\n+c\n+d\n");
    }
}
