//! Workflow files: what a class's repository runs, and what its instructor's runs.
//!
//! A secret in a repository that a learner can write to is a secret that the learner has. So a
//! class's workflow has none and runs public examples only; hidden tests run in a repository of the
//! instructor's, which reads the class's.

use super::Packed;

/// Where the command that installs Gradus stands.
const INSTALL: &str = "@INSTALL@";

/// A service that runs workflows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Service {
    /// GitHub Actions.
    Github,
    /// GitLab CI.
    Gitlab,
}

/// Returns the workflows of a class's repository, for every service.
pub(crate) fn of_class(install: &str) -> Vec<Packed> {
    vec![
        filled(
            ".github/workflows/gradus.yml",
            include_str!("workflows/class-github.yml"),
            install,
        ),
        filled(
            ".gitlab-ci.yml",
            include_str!("workflows/class-gitlab.yml"),
            install,
        ),
    ]
}

/// Returns the workflow of an instructor's repository.
pub(crate) fn of_instructor(service: Service, install: &str) -> Packed {
    match service {
        Service::Github => filled(
            ".github/workflows/grade.yml",
            include_str!("workflows/grade-github.yml"),
            install,
        ),
        Service::Gitlab => filled(
            ".gitlab-ci.yml",
            include_str!("workflows/grade-gitlab.yml"),
            install,
        ),
    }
}

/// Returns the command that installs this version of Gradus.
pub(crate) fn install() -> String {
    format!(
        "cargo install gradus --locked --version {}",
        env!("CARGO_PKG_VERSION")
    )
}

fn filled(path: &str, template: &str, install: &str) -> Packed {
    Packed {
        path: path.to_owned(),
        text: template.replace(INSTALL, install),
    }
}
