//! Blocks `console`: lines `$ command`, each with what it prints.
//!
//! They are run in the lab that `lab` names, else at a learner's desk with a workspace of the course.
//! A block that shows no output at all is a list of commands: they are run, and may print anything.

use super::live;
use super::shell::Output;
use super::shell_language::ShellLanguage;
use super::shells::{self, Shell};
use super::shown::same;
use crate::code_blocks::{Bench, Block, Miss};

/// What stands before a command.
const PROMPT: &str = "$ ";
/// The most lines of output in a problem.
const MOST: usize = 24;

/// Blocks `console`.
pub(super) static CONSOLE: ShellLanguage = ShellLanguage {
    names: &["console"],
    attributes: &live::ATTRIBUTES,
    is_run: |_| true,
    runs_shell: |_| true,
    prove,
};

/// A command of a block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Command {
    /// Its line in the block, from 1.
    pub line: usize,
    /// What is typed.
    pub typed: String,
    /// What is shown below it.
    pub shown: String,
}

/// Returns the commands of the block `text`; `None` if it does not start with one.
pub fn commands(text: &str) -> Option<Vec<Command>> {
    let mut commands: Vec<Command> = Vec::new();
    for (index, line) in text.lines().enumerate() {
        match (line.strip_prefix(PROMPT), commands.last_mut()) {
            (Some(typed), _) => commands.push(Command {
                line: index + 1,
                typed: typed.to_owned(),
                shown: String::new(),
            }),
            (None, Some(last)) if last.shown.is_empty() && last.typed.ends_with('\\') => {
                last.typed.extend(["\n", line]);
            }
            (None, Some(last)) => last.shown.extend([line, "\n"]),
            (None, None) => return None,
        }
    }
    Some(commands)
}

fn prove(block: &Block, bench: &mut Bench<'_>) -> Result<Vec<Miss>, Miss> {
    let Some(commands) = commands(&block.text) else {
        let problem = block.problem("a block `console` starts with a command");
        return Err(Miss::Broken(problem.help("write `$ ` before each command")));
    };
    let shell = shells::shell(block, bench)?;
    let is_list = commands.iter().all(|command| command.shown.is_empty());
    let mut misses = Vec::new();
    for command in &commands {
        misses.extend(one(block, command, is_list, &shell));
    }
    Ok(misses)
}

fn one(block: &Block, command: &Command, is_list: bool, shell: &Shell<'_>) -> Option<Miss> {
    let came = match shell.run(&command.typed) {
        Ok(came) => came,
        Err(error) => return Some(Miss::of_error(block, &error)),
    };
    let fault = fault(command, is_list, &came)?;
    let typed = command.typed.lines().next().unwrap_or_default();
    let mut message = format!("`{typed}` {fault}");
    if !is_list {
        message.push_str(&part("shown:", &command.shown));
    }
    message.push_str(&part("came:", &came.printed));
    let problem = block.problem(message).at(block.line + command.line);
    Some(Miss::Broken(problem))
}

fn fault(command: &Command, is_list: bool, came: &Output) -> Option<String> {
    let trouble = came.trouble();
    if trouble.is_some() {
        return trouble;
    }
    if is_list {
        // The code for a wrong use, of Gradus, curl, grep, ls and many others.
        let misused = came.end == crate::sandbox::End::Code(2);
        return misused.then(|| "ends with code 2".to_owned());
    }
    (!same(&came.printed, &command.shown)).then(|| "does not print what is shown".to_owned())
}

/// Returns `text` below `title`, within bounds, for a problem.
pub(super) fn part(title: &str, text: &str) -> String {
    let mut part = format!("\n{title}");
    let count = text.lines().count();
    for line in text.lines().take(MOST) {
        part.extend(["\n  ", line]);
    }
    match count {
        0 => part.push_str(" nothing"),
        count if count > MOST => {
            let more = count - MOST;
            part.extend(["\n  and ", &more.to_string(), " lines more"]);
        }
        _ => {}
    }
    part
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_may_go_on_and_each_has_its_output() {
        let text = "$ curl -i \\\n    http://a\nHTTP/1.1 200 OK\n\nbody\n$ ls\n";
        let command = |line, typed: &str, shown: &str| Command {
            line,
            typed: typed.to_owned(),
            shown: shown.to_owned(),
        };
        let first = command(1, "curl -i \\\n    http://a", "HTTP/1.1 200 OK\n\nbody\n");
        assert_eq!(commands(text), Some(vec![first, command(6, "ls", "")]));
        assert_eq!(commands("ls\n"), None);
    }

    #[test]
    fn a_list_of_commands_may_print_anything_but_must_be_understood() {
        let command = &commands("$ ls\n").unwrap()[0];
        let came = |code, printed: &str| Output {
            printed: printed.to_owned(),
            end: crate::sandbox::End::Code(code),
        };
        assert_eq!(fault(command, true, &came(1, "x\n")), None);
        assert!(fault(command, true, &came(2, "")).is_some());
        assert!(fault(command, true, &came(127, "")).is_some());
        assert!(fault(command, false, &came(0, "x\n")).is_some());
        assert_eq!(fault(command, false, &came(1, "")), None);
    }
}
