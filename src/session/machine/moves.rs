//! Going from place to place.

use super::{Covered, Found, Machine};
use crate::course::Item;
use crate::session::finish::Finish;
use crate::session::menu::Target;
use crate::session::page::CoursePage;
use crate::session::path::Stop;
use crate::session::program::ProgramPage;
use crate::session::quizzing::Quizzing;
use crate::session::reading::Reading;
use crate::session::solving::Solving;
use crate::session::{Effect, ProgressNote, Trouble};
use crate::source::{ProgramId, TrackId};
use crate::text::{Line, Role};
use crate::workspace::ProgramHandOut;

impl Machine {
    pub(super) fn start(&mut self) {
        let place = self.shared.progress.place.as_ref();
        let place = place.filter(|_| self.shared.exists);
        match place.and_then(|place| self.shared.way().stop_of(place)) {
            Some(stop) => self.go(stop),
            None => self.show_tracks(),
        }
    }

    /// Goes to `stop` and notes it.
    pub(super) fn go(&mut self, stop: Stop) {
        let page = self.page_at(stop);
        self.show_alone(page);
        if let Some(place) = self.shared.way().place_of(stop) {
            self.note(ProgressNote::Place(place));
        }
        if let Some(id) = self.exercise().cloned() {
            self.push(Effect::Open(id.clone()));
            self.note(ProgressNote::Started(id));
        }
        self.prepare_from(stop);
        self.new_page();
    }

    /// Puts `page` in the place of all there is, and leaves the exercise that is left.
    fn show_alone(&mut self, page: Box<dyn CoursePage>) {
        self.cancel_check();
        self.under.clear();
        self.page = page;
    }

    fn page_at(&self, stop: Stop) -> Box<dyn CoursePage> {
        let way = self.shared.way();
        if let Some(exercise) = way.exercise_at(stop) {
            return Box::new(Solving::new(stop, exercise));
        }
        match way.at(stop) {
            Some((lesson, _, Item::Quiz(quiz))) => {
                Box::new(Quizzing::new(stop, lesson.id.clone(), quiz.clone()))
            }
            Some((_, _, Item::Text(_) | Item::Exercise(_))) | None => Box::new(Reading::new(stop)),
        }
    }

    /// Has the next exercise made ready, once.
    fn prepare_from(&mut self, stop: Stop) {
        let next = self.shared.way().next_exercise(stop);
        if let Some(id) = next.map(|exercise| exercise.id.clone())
            && self.prepared.insert(id.clone())
        {
            self.push(Effect::Prepare(id));
        }
    }

    /// Goes to `stop`, or to the finish.
    pub(super) fn go_or_finish(&mut self, stop: Option<Stop>) {
        match stop {
            Some(stop) => self.go(stop),
            None => self.finish(),
        }
    }

    /// Goes to the stop after `stop`; a track that is finished now leads to the finish.
    pub(super) fn advance(&mut self, stop: Stop) {
        let has_just_finished = !self.finish_shown && self.shared.is_finished();
        let next = self.shared.way().after(stop);
        self.go_or_finish(next.filter(|_| !has_just_finished));
    }

    /// Goes to the end of the stop before `stop`, or to the results that led to it.
    pub(super) fn retreat(&mut self, stop: Stop) {
        if self.is_found(Some(stop)) {
            self.reopen_results();
            return;
        }
        let Some(before) = self.shared.way().before(stop) else {
            self.say(Line::new().with(Role::Dim, "This is where the course begins."));
            return;
        };
        self.go(before);
        if !self.shared.sheet.is_at_end() {
            self.shared.sheet.turn_to_end();
            self.turn_page();
        }
    }

    /// Returns whether a result of the latest search opened `stop`.
    pub(super) fn is_found(&self, stop: Option<Stop>) -> bool {
        stop.is_some() && self.found.last().map(|found| found.stop) == stop
    }

    /// Goes back from the place that a result opened, to the results.
    pub(super) fn reopen_results(&mut self) {
        let Some(Found { results, .. }) = self.found.pop() else {
            return;
        };
        self.cancel_check();
        self.under = results;
        self.close();
        let Some(stop) = self.lowest().stop() else {
            return;
        };
        if let Some(place) = self.shared.way().place_of(stop) {
            self.note(ProgressNote::Place(place));
        }
        if let Some(id) = self.lowest().exercise().cloned() {
            self.push(Effect::Open(id));
        }
    }

    /// Opens a result of a search, whose list is the page.
    fn open_result(&mut self, stop: Stop) {
        let page = std::mem::replace(&mut self.page, Box::new(Finish));
        let sheet = Some(std::mem::take(&mut self.shared.sheet));
        let mut results = std::mem::take(&mut self.under);
        results.push(Covered { page, sheet });
        self.found.push(Found { stop, results });
        self.go(stop);
    }

    fn finish(&mut self) {
        self.show_alone(Box::new(Finish));
        self.finish_shown = true;
        self.new_page();
    }

    pub(super) fn show_tracks(&mut self) {
        self.under.clear();
        self.page = Box::new(self.shared.track_list());
        self.new_page();
    }

    /// Covers the page with another.
    pub(super) fn cover(&mut self, page: Box<dyn CoursePage>) {
        let page = std::mem::replace(&mut self.page, page);
        let sheet = Some(std::mem::take(&mut self.shared.sheet));
        self.under.push(Covered { page, sheet });
        self.new_page();
    }

    /// Puts a page in the place of the one that is shown; what lies under it stays.
    pub(super) fn replace(&mut self, page: Box<dyn CoursePage>) {
        self.page = page;
        self.new_page();
    }

    /// Goes back to the page that is covered, to where it was left.
    pub(super) fn close(&mut self) {
        let Some(Covered { page, sheet }) = self.under.pop() else {
            return;
        };
        self.page = page;
        match sheet {
            Some(sheet) => {
                self.shared.sheet = sheet;
                self.lay_out_anew();
                self.turn_page();
            }
            None => self.new_page(),
        }
    }

    /// Returns the page that lies under all that covers it.
    pub(super) fn lowest(&self) -> &dyn CoursePage {
        let lowest = self.under.first().map(|covered| &covered.page);
        lowest.unwrap_or(&self.page).as_ref()
    }

    pub(super) fn show_map(&mut self) {
        let here = self.lowest().stop().unwrap_or_default();
        self.cover(Box::new(self.shared.map(here)));
    }

    pub(super) fn follow(&mut self, target: Target) {
        if !self.page.is_search() {
            self.found.clear();
        }
        match target {
            Target::Stop(stop) if self.page.is_search() => self.open_result(stop),
            Target::Stop(stop) => self.go(stop),
            Target::Track(track) => self.choose_track(&track),
            Target::Review => {
                if let Some(question) = Quizzing::review(self.shared.due()) {
                    self.replace(Box::new(question));
                }
            }
            Target::Program(id) => self.push(Effect::Program(id)),
        }
    }

    /// Makes the workspace before anything is noted in it, and goes where the learner left.
    fn choose_track(&mut self, track: &TrackId) {
        if !self.shared.exists {
            self.shared.exists = true;
            self.push(Effect::MakeWorkspace);
        }
        let before = self.shared.progress.track.replace(track.clone());
        let title = self.shared.course.track(track).map(|it| it.title.clone());
        self.note(ProgressNote::Track(track.clone()));
        let way = self.shared.way();
        // Chosen from the list of open entries, the place is the end of the other track.
        let open = (!self.under.is_empty()).then(|| self.shared.open_stop());
        let place = self.shared.progress.place.as_ref();
        let stop = place.and_then(|place| way.stop_of(place));
        let stop = open.unwrap_or(stop);
        self.go_or_finish(stop.or_else(|| way.lesson(0)));
        if let Some(title) = title
            && before.is_some_and(|before| before != *track)
        {
            let text = format!("You are on the {title} track now; m, then t changes it.");
            self.say(Line::new().with(Role::Accent, text));
        }
    }

    /// Shows what came of handing out a program.
    pub(super) fn handed_out(&mut self, id: ProgramId, came: Result<ProgramHandOut, Trouble>) {
        match came {
            Ok(came) => self.cover(Box::new(ProgramPage::new(id, came))),
            Err(trouble) => self.complain(&trouble),
        }
    }

    pub(super) fn made(&mut self, made: Result<(), Trouble>) {
        if let Err(trouble) = made {
            self.shared.exists = false;
            self.show_tracks();
            self.complain(&trouble);
        }
    }
}
