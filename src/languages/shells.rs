//! The shells that run the blocks of a batch: those of labs that are up, and one in a learner's home. Blocks
//! that name the same lab share it, in their order.

use super::home::Home;
use super::live::{Live, Named};
use super::shell::Output;
use crate::check::{CheckError, Context};
use crate::code_blocks::{Bench, Block, Miss, Need};
use crate::kinds::gateway::lab::need;

/// The shells of a batch, made at their first use.
#[derive(Debug, Default)]
struct Shells {
    labs: Vec<((String, bool), Live)>,
    home: Option<Home>,
}

/// Where commands are run.
#[derive(Debug)]
pub(super) enum Shell<'b> {
    Lab(&'b Live),
    Home(&'b Home),
}

/// Returns the shell that `block` means: that of the lab it names, else one in a learner's home.
pub(super) fn shell<'b>(block: &Block, bench: &'b mut Bench<'_>) -> Result<Shell<'b>, Miss> {
    if let Some(named) = Named::of(block)? {
        return lab(named, block, bench).map(Shell::Lab);
    }
    let (course, context) = (bench.course, bench.context);
    let home = &mut bench.kept::<Shells>().home;
    if home.is_none() {
        let made = Home::new(course, context);
        *home = Some(made.map_err(|error| Miss::of_error(block, &error))?);
    }
    let home = home.as_ref().map(Shell::Home);
    Ok(home.expect("it was made when there was none"))
}

/// Returns the lab called `named`; it is put up at its first use.
pub(super) fn lab<'b>(
    named: Named<'_>,
    block: &Block,
    bench: &'b mut Bench<'_>,
) -> Result<&'b Live, Miss> {
    let (course, context) = (bench.course, bench.context);
    let labs = &mut bench.kept::<Shells>().labs;
    let key = named.key();
    let known = labs.iter().position(|(known, _)| *known == key);
    let place = known.unwrap_or(labs.len());
    if known.is_none() {
        let live = named.open(block, None, course, context)?;
        labs.push((key, live));
    }
    Ok(&labs[place].1)
}

/// Finds out whether this machine has the part of labs called `name`.
pub(super) fn need(name: &str, context: &Context) -> Need {
    let Some(need) = need::Need::parse(name) else {
        return Need::Unknown("name a module of nginx such as `ssl`, `ipv6`, or `nginx >= 1.25.1`");
    };
    need.missing(context).map_or(Need::Met, Need::Lacking)
}

impl Shell<'_> {
    pub(super) fn run(&self, line: &str) -> Result<Output, CheckError> {
        match self {
            Self::Lab(lab) => lab.run(line),
            Self::Home(home) => home.run(line),
        }
    }
}
