//! Keeps a lab: does what is asked of it, one thing after the other.

mod said;
mod work;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::thread::{self, JoinHandle};

use super::protocol::{Answer, Request, Said};
use super::server::Server;
use crate::check::{CheckError, Context, Outcome};
use crate::kinds::gateway::lab::nginx::Nginx;
use crate::kinds::gateway::lab::{Lab, LabError, Plan, UpstreamPlan};
use crate::sandbox::{Job, Stage, Supervised};
use crate::sys::clock::unix_time;
use work::Work;

/// Finds out whether what was done to a lab is what its exercise asks for.
pub(crate) type Judge = Box<dyn FnMut(&mut Lab) -> Result<Outcome, CheckError> + Send>;

/// Something that happened to the lab, in words for whoever looks on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Happened {
    /// It changed.
    Changed(String),
    /// Somebody asked for its end.
    Down,
}

/// Is told what happens; it blocks nobody.
pub(crate) type Told = Arc<dyn Fn(Happened) + Send + Sync>;

/// What a lab is made of.
pub(crate) struct Opening {
    /// The exercise's name.
    pub exercise: String,
    /// The exercise's title.
    pub title: String,
    /// The learner's folder.
    pub folder: PathBuf,
    /// Nginx's port and the services, as the learner has set them up.
    pub plan: Plan,
    /// The services as the course declares them, before the learner sets them up.
    pub declared: Vec<UpstreamPlan>,
    /// The configuration that nginx runs with at first; the learner's if there is none.
    pub running: Option<String>,
    /// Whether the ports are the learner's own, where those are free.
    pub own_ports: bool,
    /// The nginx.
    pub nginx: Nginx,
    /// What the lab works with.
    pub context: Context,
    /// The judge.
    pub judge: Judge,
}

/// A lab that is up; it goes when this is dropped.
#[derive(Debug)]
pub(crate) struct Keeper {
    folder: PathBuf,
    server: Server,
    orders: Sender<Order>,
    thread: Option<JoinHandle<()>>,
}

/// Something asked, and where the answer goes. Without a request it is the end.
#[derive(Debug)]
pub(super) struct Order {
    request: Option<Request>,
    answer: SyncSender<Answer>,
    /// Whether another process asks.
    foreign: bool,
}

impl Order {
    pub(super) fn new(request: Request, foreign: bool) -> (Self, Receiver<Answer>) {
        let (answer, answered) = sync_channel(1);
        let order = Self {
            request: Some(request),
            answer,
            foreign,
        };
        (order, answered)
    }
}

impl Keeper {
    /// Puts the lab up and starts nginx; also returns what nginx says to that. That it does not
    /// start is no failure of ours: the lab is up without it.
    ///
    /// # Errors
    /// Fails when Gradus could not do its work.
    pub(crate) fn start(opening: Opening, told: Told) -> Result<(Self, Said), LabError> {
        let lab = Lab::open(&opening.plan, opening.own_ports, &opening.context)?;
        let folder = lab.folder().to_owned();
        let guard = guard(&folder, &opening.context)?;
        let (orders, ordered) = channel();
        let server = Server::start(&folder, orders.clone()).map_err(|source| LabError::File {
            path: folder.join("control"),
            source,
        })?;
        let now = unix_time();
        let mut work = Work {
            lab,
            opening,
            told,
            since: now,
            running: String::new(),
            config_since: now,
            history: Vec::new(),
            _guard: guard,
        };
        let first = work.opening.running.take();
        let said = work.start_nginx(first)?;
        let thread = thread::Builder::new().name("lab".into());
        let thread = thread.spawn(move || work.run(&ordered));
        let thread = thread.map_err(|source| LabError::File {
            path: folder.clone(),
            source,
        })?;
        let keeper = Self {
            folder,
            server,
            orders,
            thread: Some(thread),
        };
        Ok((keeper, said))
    }

    /// Asks from within this process, and waits for the answer.
    pub(crate) fn ask(&self, request: Request) -> Answer {
        let (order, answer) = Order::new(request, false);
        let gone = || Answer::Trouble {
            what: "the lab is gone".to_owned(),
        };
        if self.orders.send(order).is_err() {
            return gone();
        }
        answer.recv().unwrap_or_else(|_| gone())
    }

    /// Returns where it listens.
    pub(crate) fn socket(&self) -> &Path {
        self.server.socket()
    }

    /// Returns the lab's private folder.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        let (answer, _) = sync_channel(1);
        let end = Order {
            request: None,
            answer,
            foreign: false,
        };
        self.orders.send(end).ok();
        if let Some(thread) = self.thread.take() {
            thread.join().ok();
        }
    }
}

/// Removes the folder when Gradus is killed, also while no nginx runs: a process that waits, under
/// a supervisor.
fn guard(folder: &Path, context: &Context) -> Result<Supervised, LabError> {
    let job = Job::new(Stage::Trusted, "/bin/sh", "/")
        .argument("-c")
        .argument("exec tail -f /dev/null")
        .variable("PATH", "/usr/bin:/bin");
    Ok(context.sandbox.supervise(job, folder, &context.cancel)?)
}
