//! Blocks `sh` and `bash`: a script that ends with code 0.

use super::console::part;
use super::{Bench, Block, Language, Miss, live};
use crate::kinds::gateway::lab::control::wrappers::quoted;
use crate::sandbox::End;

/// Blocks `sh` and `bash`.
#[derive(Debug)]
pub(super) struct Script;

impl Language for Script {
    fn names(&self) -> &'static [&'static str] {
        &["sh", "bash"]
    }

    fn attributes(&self) -> &'static [&'static str] {
        &live::ATTRIBUTES
    }

    fn prove(&self, blocks: &[&Block], bench: &mut Bench<'_>) -> Vec<Vec<Miss>> {
        let prove = |block: &&Block| prove(block, bench).unwrap_or_else(|miss| vec![miss]);
        blocks.iter().map(prove).collect()
    }
}

fn prove(block: &Block, bench: &mut Bench<'_>) -> Result<Vec<Miss>, Miss> {
    let shell = bench.shell(block)?;
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
