//! Blocks `nginx`: a piece of a configuration. It is put where its info string says, and `nginx -t`
//! takes it, or refuses it as marked. One that names a lab and says what it `serves` is served there.

use std::ffi::OsString;

use super::console::part;
use super::live::Named;
use super::shell::Output;
use super::shells;
use crate::check::Context;
use crate::code_blocks::{Bench, Block, Language, Miss, Need, one_by_one};
use crate::kinds::gateway::lab::nginx::{CHOICE, Nginx as Program};
use crate::kinds::gateway::lab::snippet;
use crate::kinds::gateway::lab::snippet::{CONTEXTS, SnippetContext};
use crate::sandbox::End;

/// The word for a piece that nginx refuses.
const FAILS: &str = "fails";

/// Blocks `nginx`.
#[derive(Debug)]
pub(super) struct Nginx;

impl Language for Nginx {
    fn names(&self) -> &'static [&'static str] {
        &["nginx"]
    }

    fn knows_word(&self, word: &str) -> bool {
        word == FAILS || CONTEXTS.iter().any(|(name, _)| *name == word)
    }

    fn attributes(&self) -> &'static [&'static str] {
        &[FAILS, "serves", "lab"]
    }

    fn need(&self, name: &str, context: &Context) -> Need {
        shells::need(name, context)
    }

    fn variables(&self, context: &Context) -> Vec<(&'static str, OsString)> {
        context.environment.named(&[CHOICE])
    }

    fn prove(&self, blocks: &[&Block], bench: &mut Bench<'_>) -> Vec<Vec<Miss>> {
        one_by_one(blocks, |block| prove(block, bench))
    }
}

fn prove(block: &Block, bench: &Bench<'_>) -> Result<Vec<Miss>, Miss> {
    let place = place(block)?;
    let failed = |error| Miss::of_error(block, &error);
    let nginx = Program::required(bench.context).map_err(failed)?;
    let verdict = snippet::test(&block.text, place, &nginx, bench.context);
    let verdict = verdict.map_err(|error| failed(error.into()))?;
    let message = block.attribute(FAILS);
    let fails = message.is_some() || block.info().has(FAILS);
    let broken = |what: String| {
        // What nginx says of the end of the file is said of the block's last line.
        let last = block.text.lines().count().max(1);
        let line = verdict.line.map_or(0, |line| line.clamp(1, last));
        let what = what + &part("nginx says:", &verdict.said);
        Ok(vec![Miss::Broken(
            block.problem(what).at(block.line + line),
        )])
    };
    if verdict.accepted && fails {
        return broken("nginx takes it".to_owned());
    }
    if !verdict.accepted && !fails {
        return broken("nginx refuses it".to_owned());
    }
    if let Some(message) = message
        && !verdict.said.contains(message)
    {
        let what = "nginx refuses it for another reason";
        return broken(what.to_owned() + &part("expected:", message));
    }
    match block.attribute("serves") {
        Some(serves) => serve(block, place, serves, bench),
        None => Ok(Vec::new()),
    }
}

fn place(block: &Block) -> Result<SnippetContext, Miss> {
    let said = CONTEXTS.iter().filter(|(name, _)| block.info().has(name));
    let said: Vec<_> = said.collect();
    if let [(_, place)] = said.as_slice() {
        return Ok(*place);
    }
    let problem = block.problem("the block does not say where it belongs");
    let help = "write one of `nginx,main`, `nginx,http`, `nginx,server`, `nginx,location`";
    Err(Miss::Broken(problem.help(help)))
}

/// Puts the block's configuration into the lab it names, and asks it for a path.
fn serve(
    block: &Block,
    place: SnippetContext,
    serves: &str,
    bench: &Bench<'_>,
) -> Result<Vec<Miss>, Miss> {
    let Some(named) = Named::of(block)? else {
        return Err(Miss::Broken(block.problem("`serves` needs a `lab`")));
    };
    let (path, status) = serves.rsplit_once(' ').unwrap_or(("/", serves));
    let (config, _) = snippet::wrap(&block.text, place);
    let lab = named.open(block, Some(&config), bench.course, bench.context)?;
    let ask = format!("curl -s -o /dev/null -w '%{{http_code}}' \"$URL{path}\"");
    let came = lab.run(&ask);
    let came = came.map_err(|error| Miss::of_error(block, &error))?;
    let Output { printed, end } = &came;
    if *end == End::Code(0) && printed.trim() == status {
        return Ok(Vec::new());
    }
    let message = format!("it must serve {path} with the status {status}");
    Ok(block.broken(message + &part("came:", printed)))
}
