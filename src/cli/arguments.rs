//! The arguments, as clap reads them.

use std::path::PathBuf;

use clap::{Args, Parser};

use super::app::{App, Done};
use super::exit::Code;
use super::{
    author, cache, check, completions, doctor, drill, explain, grade, hint, init, lab, list, man,
    mdbook, merge, new, next, pack, program, prove, quiz, read, regrade, reset, review, search,
    skip, solution, status, validate, watch, worker,
};
use crate::term::ColorChoice;

/// The most columns that the help takes.
pub(super) const WIDEST: usize = 100;

/// An interactive tutorial and exercise runner for the terminal
///
/// Without a command, Gradus opens the course where you left it.
#[derive(Debug, Parser)]
#[command(name = "gradus", version, after_help = Code::HELP, max_term_width = WIDEST)]
#[command(disable_help_subcommand = true)]
pub(crate) struct Arguments {
    #[command(flatten)]
    pub(super) global: Global,
    #[command(subcommand)]
    pub(super) command: Option<Command>,
}

/// Options that every command takes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Args)]
pub(crate) struct Global {
    /// The folder of the course [default: the workspace's course, else the built-in one]
    #[arg(
        long,
        global = true,
        value_name = "PATH",
        help_heading = "Global options"
    )]
    pub(crate) course: Option<PathBuf>,
    /// The folder with your work [env: `GRADUS_WORKSPACE`] [default: the one you are in, else
    /// `gradus-workspace` in this folder]
    #[arg(
        long,
        global = true,
        value_name = "DIR",
        help_heading = "Global options"
    )]
    pub(crate) workspace: Option<PathBuf>,
    /// When to use colour
    #[arg(long, global = true, value_name = "WHEN", value_enum, default_value_t)]
    #[arg(hide_possible_values = false, help_heading = "Global options")]
    pub(crate) color: ColorChoice,
}

/// Defines an enum of commands, each by the type of its arguments, and how the one that was given is run.
macro_rules! commands {
    ($commands:ident { $($(#[$attribute:meta])* $name:ident($arguments:path),)* }) => {
        #[derive(Debug, clap::Subcommand)]
        pub(crate) enum $commands {
            $($(#[$attribute])* $name($arguments),)*
        }

        impl $commands {
            pub(super) fn run(self, app: &App) -> Done {
                match self {
                    $(Self::$name(command) => command.run(app),)*
                }
            }
        }
    };
}
pub(super) use commands;

commands! { Command {
    Init(init::Init),
    List(list::List),
    Read(read::Read),
    Quiz(quiz::QuizCommand),
    Review(review::Review),
    Search(search::Search),
    Explain(explain::Explain),
    Next(next::Next),
    Status(status::Status),
    Check(check::Check),
    Watch(watch::Watch),
    Lab(lab::Lab),
    Drill(drill::Drill),
    Hint(hint::Hint),
    Solution(solution::Solution),
    Reset(reset::Reset),
    Skip(skip::Skip),
    Program(program::ProgramCommand),
    Doctor(doctor::Doctor),
    Cache(cache::Cache),
    Validate(validate::Validate),
    Grade(grade::Grade),
    Merge(merge::Merge),
    Regrade(regrade::Regrade),
    Pack(pack::Pack),
    New(new::New),
    Author(author::Author),
    Completions(completions::Completions),
    Man(man::Man),
    #[command(hide = true)]
    Mdbook(mdbook::Mdbook),
    #[command(hide = true, name = crate::grade::worker::ENTRY)]
    Worker(worker::Worker),
    #[command(hide = true, name = crate::code_blocks::isolated::ENTRY)]
    Prove(prove::Prove),
    #[command(hide = true, name = "__lab")]
    LabWord(lab::wrapper::WrapperCommand),
} }
