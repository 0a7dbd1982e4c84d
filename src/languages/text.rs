//! Blocks `text` and `http`: shown, and proved where they say what prints them.
//!
//! `lab` names a lab, `run` a command in it, `log` a log of it: the lines of the block stand, one
//! after the other, in what the command prints, or else in the log. `program` names a program of the course:
//! the lines stand in its declared output, which it is proved to print.

use super::console::part;
use super::live::Named;
use super::shell_language::ShellLanguage;
use super::shells;
use super::shown::stands_in;
use crate::code_blocks::{Bench, Block, Miss};
use crate::sandbox::End;

/// The attributes by which a block promises anything.
const PROMISES: [&str; 5] = ["lab", "state", "run", "log", "program"];

/// Blocks `text` and `http`.
pub(super) static TEXT: ShellLanguage = ShellLanguage {
    names: &["text", "http"],
    attributes: &PROMISES,
    is_run: |block| PROMISES.iter().any(|name| block.attribute(name).is_some()),
    runs_shell: |block| block.attribute("run").is_some(),
    prove,
};

fn prove(block: &Block, bench: &mut Bench<'_>) -> Result<Vec<Miss>, Miss> {
    let broken = |message: &str| Miss::Broken(block.problem(message));
    if let Some(name) = block.attribute("program") {
        return prove_output(name, block, bench);
    }
    let Some(named) = Named::of(block)? else {
        return Err(broken("the block does not say in which `lab`"));
    };
    let (run, log) = (block.attribute("run"), block.attribute("log"));
    if log.is_some_and(|log| log.contains('/')) {
        return Err(broken("`log` is a file in the lab's folder `logs`"));
    }
    let lab = shells::lab(named, block, bench)?;
    let mut came = String::new();
    let mut code = 0;
    if let Some(run) = run {
        let done = lab.run(run);
        let done = done.map_err(|error| Miss::of_error(block, &error))?;
        if let Some(trouble) = done.trouble() {
            return Err(broken(&format!(
                "`{run}` {trouble}{}",
                part("came:", &done.printed)
            )));
        }
        if let End::Code(ended) = done.end {
            code = ended;
        }
        came = done.printed;
    }
    let place = match (run, log) {
        (_, Some(log)) => {
            let read = lab.log(log, |text| stands_in(text, &block.text));
            came = read.map_err(|error| broken(&error))?;
            format!("logs/{log}")
        }
        (Some(run), None) => format!("what `{run}` prints"),
        (None, None) => {
            let problem = block.problem("the block does not say what prints it");
            let help = "name a command with `run=\"…\"`, a log with `log=\"error.log\"`, or both";
            return Err(Miss::Broken(problem.help(help)));
        }
    };
    if stands_in(&came, &block.text) {
        return Ok(Vec::new());
    }
    let mut message = format!("this does not appear in {place}");
    if code != 0 {
        let ended = format!("; the command ended with code {code}");
        message.push_str(&ended);
    }
    let both = part("shown:", &block.text) + &part("came:", &came);
    Ok(block.broken(message + &both))
}

/// Compares a block with the declared output of the program `name`.
fn prove_output(name: &str, block: &Block, bench: &Bench<'_>) -> Result<Vec<Miss>, Miss> {
    let mut programs = bench.course.programs.iter();
    let Some(program) = programs.find(|program| program.id.as_str() == name) else {
        let message = format!("the course has no program `{name}`");
        return Err(Miss::Broken(block.problem(message)));
    };
    let printed = program.output(bench.course);
    if stands_in(printed, &block.text) {
        return Ok(Vec::new());
    }
    let message = format!("this is not what the program `{name}` prints");
    Ok(block.broken(message + &part("shown:", &block.text) + &part("printed:", printed)))
}
