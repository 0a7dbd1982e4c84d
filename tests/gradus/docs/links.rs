//! Links between pages have a target.

use crate::repository::{files_of, read, root};

#[test]
fn links_lead_to_files_and_headings() {
    let mut pages: Vec<String> = [
        "README.md",
        "ARCHITECTURE.md",
        "CHANGELOG.md",
        "CONTRIBUTING.md",
    ]
    .map(str::to_owned)
    .to_vec();
    pages.extend(files_of("book/src", "md"));
    let mut faults = Vec::new();
    let mut count = 0;
    for page in &pages {
        for link in links(&read(page)) {
            count += 1;
            faults.extend(fault(page, &link).map(|fault| format!("{page}: {link}: {fault}")));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    assert!(count > 30, "{count} links");
}

#[test]
fn summary_names_every_page() {
    let summary = links(&read("book/src/SUMMARY.md"));
    for page in files_of("book/src", "md") {
        let path = page.trim_start_matches("book/src/");
        let is_named = path == "SUMMARY.md" || summary.iter().any(|link| link == path);
        assert!(is_named, "{page}");
    }
}

/// Returns the targets of the links in `text`, code aside, that lead to files here.
fn links(text: &str) -> Vec<String> {
    let mut links = Vec::new();
    let mut fence: Option<String> = None;
    for line in text.lines() {
        let mark: String = line
            .trim_start()
            .chars()
            .take_while(|char| *char == '`')
            .collect();
        match &fence {
            Some(open) if mark.len() >= open.len() => fence = None,
            None if mark.len() >= 3 => fence = Some(mark),
            Some(_) => {}
            None => links.extend(links_of(line)),
        }
    }
    links
}

fn links_of(line: &str) -> Vec<String> {
    // What stands in backticks is code.
    let prose: String = line.split('`').step_by(2).collect::<Vec<_>>().join("`");
    let targets = prose.split("](").skip(1);
    let targets = targets.filter_map(|rest| rest.split_once(')'));
    let targets = targets.map(|(target, _)| target.to_owned());
    targets.filter(|target| !target.contains("://")).collect()
}

fn fault(page: &str, link: &str) -> Option<String> {
    let (path, anchor) = link.split_once('#').unwrap_or((link, ""));
    let folder = page.rsplit_once('/').map_or("", |(folder, _)| folder);
    let target = match path {
        "" => page.to_owned(),
        path => joined(folder, path),
    };
    if !root().join(&target).exists() {
        return Some(format!("{target} is not there"));
    }
    if anchor.is_empty() {
        return None;
    }
    let headings = read(&target);
    let mut headings = headings.lines().filter(|line| line.starts_with('#'));
    let is_there = headings.any(|line| slug(line.trim_start_matches('#')) == anchor);
    (!is_there).then(|| format!("{target} has no such heading"))
}

fn joined(folder: &str, path: &str) -> String {
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in path.split('/') {
        match part {
            ".." => drop(parts.pop()),
            "." => {}
            part => parts.push(part),
        }
    }
    parts.join("/")
}

/// Returns the anchor of a heading as GitHub and mdBook make it.
fn slug(heading: &str) -> String {
    let kept = heading.trim().chars().filter_map(|char| match char {
        ' ' | '-' => Some('-'),
        '_' => Some('_'),
        _ => char.is_alphanumeric().then_some(char),
    });
    kept.flat_map(char::to_lowercase).collect()
}
