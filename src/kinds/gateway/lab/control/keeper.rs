//! Keeps a lab up and handles requests to it, one at a time.

mod output;
mod work;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::thread::{self, JoinHandle};

use super::protocol::{CommandOutput, LabReply, LabRequest};
use super::server::Server;
use crate::check::{CheckError, Context, Outcome};
use crate::kinds::gateway::lab::nginx::Nginx;
use crate::kinds::gateway::lab::ports::Ports;
use crate::kinds::gateway::lab::{Lab, LabError, Plan, UpstreamPlan};
use crate::sandbox::{Job, Stage, Supervised};
use crate::sys::clock::unix_time;
use work::LabWorker;

/// Judges what was done to a lab.
pub(crate) type LabJudge = Box<dyn FnMut(&mut Lab) -> Result<Outcome, CheckError> + Send>;

/// An event in the lab, for its screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum LabEvent {
    /// Another process changed something; says what.
    Changed(String),
    /// Another process asked for the end.
    Down,
}

/// Receives events; must not block.
pub(crate) type EventSink = Arc<dyn Fn(LabEvent) + Send + Sync>;

/// What a lab is made of.
pub(crate) struct LabSetup {
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
    pub judge: LabJudge,
}

/// A lab that is up; dropping it ends the lab.
#[derive(Debug)]
pub(crate) struct LabHost {
    folder: PathBuf,
    server: Server,
    queue: Sender<QueuedRequest>,
    thread: Option<JoinHandle<()>>,
}

/// A request and the channel for its reply. Without a request it means shutdown.
#[derive(Debug)]
pub(super) struct QueuedRequest {
    request: Option<LabRequest>,
    answer: SyncSender<LabReply>,
    /// Whether another process sent it.
    is_remote: bool,
}

impl QueuedRequest {
    pub(super) fn new(request: LabRequest, is_remote: bool) -> (Self, Receiver<LabReply>) {
        let (answer, answered) = sync_channel(1);
        let queued = Self {
            request: Some(request),
            answer,
            is_remote,
        };
        (queued, answered)
    }
}

impl LabHost {
    /// Puts the lab up and starts nginx; also returns what `nginx` printed. If it does not start, the lab is
    /// up without it.
    pub(crate) fn start(
        setup: LabSetup,
        events: EventSink,
    ) -> Result<(Self, CommandOutput), LabError> {
        let ports = if setup.own_ports {
            Ports::own()
        } else {
            Ports::default()
        };
        let lab = Lab::open(&setup.plan, ports, &setup.nginx, &setup.context)?;
        let folder = lab.folder().to_owned();
        let guard = guard(&folder, &setup.context)?;
        let (queue, queued_requests) = channel();
        let server = Server::start(&folder, queue.clone())
            .map_err(LabError::file(&folder.join("control")))?;
        let now = unix_time();
        let mut work = LabWorker {
            lab,
            setup,
            events,
            since: now,
            running: String::new(),
            config_since: now,
            history: Vec::new(),
            _guard: guard,
        };
        let first = work.setup.running.take();
        let said = work.start_nginx(first)?;
        let builder = thread::Builder::new().name("lab".into());
        let spawned = builder.spawn(move || work.run(&queued_requests));
        let thread = spawned.map_err(LabError::file(&folder))?;
        let host = Self {
            folder,
            server,
            queue,
            thread: Some(thread),
        };
        Ok((host, said))
    }

    /// Sends a request from within this process, and waits for the reply.
    pub(crate) fn ask(&self, request: LabRequest) -> LabReply {
        let (queued, answer) = QueuedRequest::new(request, false);
        let gone = || LabReply::Trouble {
            what: "the lab is gone".to_owned(),
        };
        if self.queue.send(queued).is_err() {
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

impl Drop for LabHost {
    fn drop(&mut self) {
        let (answer, _) = sync_channel(1);
        let end = QueuedRequest {
            request: None,
            answer,
            is_remote: false,
        };
        self.queue.send(end).ok();
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
