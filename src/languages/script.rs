//! Blocks `sh` and `bash`: a script that ends with code 0.

use std::ffi::OsString;

use super::console::part;
use super::{live, shells};
use crate::check::Context;
use crate::kinds::gateway::lab::control::wrappers::quoted;
use crate::proof::{Bench, Block, Language, Miss, Need, one_by_one};
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

    fn runs_shell(&self, _block: &Block) -> bool {
        true
    }

    fn need(&self, name: &str, context: &Context) -> Need {
        shells::need(name, context)
    }

    fn variables(&self, context: &Context) -> Vec<(&'static str, OsString)> {
        shells::variables(context)
    }

    fn prove(&self, blocks: &[&Block], bench: &mut Bench<'_>) -> Vec<Vec<Miss>> {
        one_by_one(blocks, |block| prove(block, bench))
    }
}

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
