//! Keeps a lab up and handles requests to it, one at a time.

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

/// Judges what was done to a lab.
pub(crate) type Judge = Box<dyn FnMut(&mut Lab) -> Result<Outcome, CheckError> + Send>;

/// An event in the lab, for its screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Happened {
    /// Another process changed something; says what.
    Changed(String),
    /// Another process asked for the end.
    Down,
}

/// Receives events; must not block.
pub(crate) type Told = Arc<dyn Fn(Happened) + Send + Sync>;

/// What a lab is made of.
pub(crate) struct Opening {
    pub exercise: String,
    pub title: String,
    pub folder: PathBuf,
    /// nginx's port, and the services with the learner's settings.
    pub plan: Plan,
    /// The services as the course declares them.
    pub declared: Vec<UpstreamPlan>,
    /// The first configuration; by default the learner's file.
    pub running: Option<String>,
    /// Whether to use the learner's own port numbers where those are free.
    pub own_ports: bool,
    pub nginx: Nginx,
    pub context: Context,
    pub judge: Judge,
}

/// A lab that is up; dropping it ends the lab.
#[derive(Debug)]
pub(crate) struct Keeper {
    folder: PathBuf,
    server: Server,
    orders: Sender<Order>,
    thread: Option<JoinHandle<()>>,
}

/// A request and the channel for its reply. Without a request it means shutdown.
#[derive(Debug)]
pub(super) struct Order {
    request: Option<Request>,
    answer: SyncSender<Answer>,
    /// Whether another process sent it.
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
    /// Puts the lab up and starts nginx; also returns what `nginx` printed. If it does not start, the lab is
    /// up without it.
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
        let builder = thread::Builder::new().name("lab".into());
        let spawned = builder.spawn(move || work.run(&ordered));
        let thread = spawned.map_err(|source| LabError::File {
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

    /// Sends a request from within this process, and waits for the reply.
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

    pub(crate) fn socket(&self) -> &Path {
        self.server.socket()
    }

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

/// Starts a placeholder process under a supervisor, which removes the folder if Gradus is killed while no
/// nginx runs.
fn guard(folder: &Path, context: &Context) -> Result<Supervised, LabError> {
    let job = Job::new(Stage::Trusted, "/bin/sh", "/")
        .argument("-c")
        .argument("exec tail -f /dev/null")
        .variable("PATH", "/usr/bin:/bin");
    Ok(context.sandbox.supervise(job, folder, &context.cancel)?)
}
