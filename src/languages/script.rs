//! Blocks `sh` and `bash`: a script that ends with code 0.

use super::console::part;
use super::shell_language::ShellLanguage;
use super::{live, shells};
use crate::code_blocks::{Bench, Block, Miss};
use crate::kinds::gateway::lab::control::wrappers::quoted;
use crate::sandbox::End;

/// Blocks `sh` and `bash`.
pub(super) static SCRIPT: ShellLanguage = ShellLanguage {
    names: &["sh", "bash"],
    attributes: &live::ATTRIBUTES,
    is_run: |_| true,
    runs_shell: |_| true,
    prove,
};

fn prove(block: &Block, bench: &mut Bench<'_>) -> Result<Vec<Miss>, Miss> {
    let shell = shells::shell(block, bench)?;
    let script = quoted(block.text.as_ref());
    let line = format!("{} -ec {script}", block.info().language());
    let came = shell.run(&line);
    let came = came.map_err(|error| Miss::of_error(block, &error))?;
    let fault = match came.end {
        End::Code(0) => return Ok(Vec::new()),
        End::Code(127) => "the script names a command that is not here".to_owned(),
        End::Code(code) => format!("the script ends with code {code}"),
        _ => format!("the script {}", came.trouble().unwrap_or_default()),
    };
    Ok(block.broken(fault + &part("came:", &came.printed)))
}
