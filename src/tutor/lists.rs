//! Lists: the tracks, the map of the course, what a search found, what is left.

use super::footer::{Footer, hint};
use super::input::{Effect, Note, Trouble};
use super::machine::{Asked, List, Machine, Screen};
use super::menu::{Entry, Menu, Target};
use super::path::Stop;
use crate::course::{Answer, Exercise, Lesson, TrackId};
use crate::progress::Tally;
use crate::term::{Ask, Key};
use crate::text::{Line, Role};

impl Machine {
    pub(super) fn list_key(&mut self, key: Key) {
        let Screen::List(_, menu) = &mut self.screen else {
            return;
        };
        match key {
            Key::Up | Key::Char('k') => menu.step(-1),
            Key::Down | Key::Char('j') => menu.step(1),
            Key::PageUp => menu.step(-8),
            Key::PageDown => menu.step(8),
            Key::Home | Key::Char('g') => menu.chosen = 0,
            Key::End | Key::Char('G') => menu.step(isize::MAX),
            Key::Enter if self.view.by_lines && !self.under.is_empty() => return self.close(),
            Key::Enter | Key::Char(' ') | Key::Right => return self.follow_chosen(),
            Key::Char('m' | 'b') | Key::Left if !self.under.is_empty() => return self.close(),
            Key::Char('t') if self.is_list(List::Map) => return self.show_tracks(),
            Key::Char(digit) if digit.is_ascii_digit() => {
                let number = digit.to_digit(10).unwrap_or(0) as usize;
                return self.choose_number(number);
            }
            _ => return self.unknown_key(),
        }
        self.move_choice();
    }

    fn move_choice(&mut self) {
        let lines = self.content();
        self.sheet = super::sheet::Sheet::new(lines, self.view.rows());
        self.redraw();
    }

    fn follow_chosen(&mut self) {
        if let Screen::List(_, menu) = &self.screen
            && let Some(target) = menu.target()
        {
            self.follow(target);
        }
    }

    /// Chooses an entry by its number; on the map, a lesson by its own.
    pub(super) fn choose_number(&mut self, number: usize) {
        if !self.view.by_lines && self.is_list(List::Map) {
            self.choose_lesson(number);
            return;
        }
        let Screen::List(_, menu) = &mut self.screen else {
            return;
        };
        if menu.choose(number) {
            self.follow_chosen();
        } else {
            self.say(Line::new().with(Role::Warn, "There is no such number in the list."));
        }
    }

    fn choose_lesson(&mut self, number: usize) {
        let Screen::List(_, menu) = &mut self.screen else {
            return;
        };
        let is_it =
            |entry: &Entry| matches!(entry.target, Target::Stop(stop) if stop.lesson + 1 == number);
        if let Some(index) = menu.entries.iter().position(is_it) {
            menu.chosen = index;
        }
        self.move_choice();
    }

    pub(super) fn show_tracks(&mut self) {
        let menu = Menu {
            intro: self.welcome(),
            entries: self.tracks(),
            chosen: self.chosen_track(),
        };
        self.under.clear();
        self.screen = Screen::List(List::Tracks, menu);
        self.new_page();
    }

    fn welcome(&self) -> Vec<Line> {
        let mut lines = self.view.heading(1, &self.course.title);
        lines.push(Line::new());
        lines.extend(self.view.markdown(&self.course.description));
        lines.push(Line::new());
        if !self.exists {
            lines.extend(self.where_files_go());
        }
        for track in &self.course.tracks {
            let lead = Line::new().with(Role::Accent, format!("{}: ", track.title));
            lines.extend(self.view.hanging(&lead, &track.description));
        }
        lines.push(Line::new());
        let choose = if self.course.tracks.len() > 1 {
            "Choose a track. You can change it at any time."
        } else {
            "Ready when you are."
        };
        lines.extend(self.view.markdown(choose));
        lines
    }

    fn where_files_go(&self) -> Vec<Line> {
        let lead = Line::new().with(Role::Dim, "Your files go to ");
        let mut lines = vec![lead.with(Role::Code, &self.workspace)];
        let about = "The folder is made when you choose; **q** leaves without a trace.";
        lines.extend(self.view.markdown(about));
        lines.push(Line::new());
        lines
    }

    fn tracks(&self) -> Vec<Entry> {
        let entry = |track: &crate::course::Track| Entry {
            label: Line::plain(&track.title),
            target: Target::Track(track.id.clone()),
        };
        let mut entries: Vec<Entry> = self.course.tracks.iter().map(entry).collect();
        if entries.is_empty() {
            entries.push(Entry {
                label: Line::new().with(Role::Accent, "Start"),
                target: Target::Stop(Stop::default()),
            });
        }
        entries
    }

    fn chosen_track(&self) -> usize {
        let mut tracks = self.course.tracks.iter();
        let chosen = self.progress.track.as_ref();
        tracks
            .position(|track| Some(&track.id) == chosen)
            .unwrap_or(0)
    }

    pub(super) fn choose_track(&mut self, track: TrackId) {
        self.make_workspace();
        self.note(Note::Track(track));
        self.go_where_left();
    }

    /// Makes the workspace before anything is noted in it.
    pub(super) fn make_workspace(&mut self) {
        if !self.exists {
            self.exists = true;
            self.push(Effect::MakeWorkspace);
        }
    }

    pub(super) fn made(&mut self, made: Result<(), Trouble>) {
        if let Err(trouble) = made {
            self.exists = false;
            self.show_tracks();
            self.complain(&trouble);
        }
    }

    fn go_where_left(&mut self) {
        let way = self.way();
        let place = self.progress.place.as_ref();
        let stop = place
            .and_then(|place| way.stop_of(place))
            .or_else(|| way.lesson(0));
        match stop {
            Some(stop) => self.go(stop),
            None => self.finish(),
        }
    }

    pub(super) fn show_map(&mut self) {
        let here = self.here();
        let entries = self.map_entries();
        let is_it = |entry: &Entry| entry.target == Target::Stop(here);
        let is_lesson = |entry: &Entry| matches!(entry.target, Target::Stop(stop) if stop.lesson == here.lesson);
        let exercise = entries.iter().position(is_it);
        let lesson = entries.iter().position(is_lesson);
        let chosen = exercise.or(lesson).unwrap_or(0);
        let intro = self.map_intro();
        self.cover(Screen::List(
            List::Map,
            Menu {
                intro,
                entries,
                chosen,
            },
        ));
    }

    /// Returns the stop where the learner is, under whatever covers it.
    fn here(&self) -> Stop {
        match self.lowest() {
            Screen::Read(stop) => *stop,
            Screen::Quiz(quizzing) => quizzing.stop,
            Screen::Solve(solving) => solving.stop,
            Screen::List(..) | Screen::Help | Screen::Finish => Stop::default(),
        }
    }

    fn map_intro(&self) -> Vec<Line> {
        let track = self.progress.track.as_ref();
        let Tally { lessons, exercises } = self.progress.tally(&self.course, track);
        let title = track
            .and_then(|id| self.course.track(id))
            .map(|track| format!("  {} track", track.title));
        let counts = format!(
            "  {} of {} lessons, {} of {} exercises",
            lessons.done, lessons.of, exercises.done, exercises.of
        );
        let head = Line::new()
            .with(Role::Heading(1), "Map")
            .with(Role::Dim, title.unwrap_or_default());
        if self.view.size.columns < 72 {
            return vec![head, Line::new().with(Role::Dim, counts.trim())];
        }
        vec![head.with(Role::Dim, counts)]
    }

    fn map_entries(&self) -> Vec<Entry> {
        let lessons = self.course.lessons.iter().enumerate();
        lessons
            .flat_map(|(index, lesson)| self.lesson_entries(index, lesson))
            .collect()
    }

    fn lesson_entries(&self, index: usize, lesson: &Lesson) -> Vec<Entry> {
        let way = self.way();
        let Some(first) = way.lesson(index).filter(|stop| stop.lesson == index) else {
            return Vec::new();
        };
        let mut entries = vec![Entry {
            label: self.lesson_label(index, lesson),
            target: Target::Stop(self.unread(index, lesson).unwrap_or(first)),
        }];
        let stops = way.stops().filter(|stop| stop.lesson == index);
        for stop in stops {
            if let Some(exercise) = way.exercise_at(stop) {
                entries.push(self.exercise_entry(stop, exercise));
            }
        }
        entries
    }

    /// Returns the first stop of the first core section that was not seen.
    fn unread(&self, index: usize, lesson: &Lesson) -> Option<Stop> {
        let mut sections = lesson.sections.iter().enumerate();
        let (section, _) = sections.find(|(number, section)| {
            !section.further && !self.progress.has_seen(lesson, *number)
        })?;
        self.way()
            .stops()
            .find(|stop| (stop.lesson, stop.section) == (index, section))
    }

    fn lesson_label(&self, index: usize, lesson: &Lesson) -> Line {
        let read = self.progress.has_read(lesson);
        let begun =
            (0..lesson.sections.len()).any(|section| self.progress.has_seen(lesson, section));
        let mark = match (read, begun) {
            (true, _) => self.view.sign(Role::Good, "✓", "read"),
            (false, true) => self.view.sign(Role::Accent, "◐", "begun"),
            (false, false) => self.view.sign(Role::Dim, "○", "new"),
        };
        mark.with(Role::Text, format!("{}  {}", index + 1, lesson.title))
            .with(Role::Dim, format!("  {} min", lesson.minutes))
    }

    fn exercise_entry(&self, stop: Stop, exercise: &Exercise) -> Entry {
        let indent = if self.view.accessible {
            "exercise, "
        } else {
            "     "
        };
        let mut label = Line::plain(indent);
        label
            .spans
            .extend(self.view.mark(self.state(exercise)).spans);
        label.push(Role::Text, &exercise.title);
        if exercise.further {
            label.push(Role::Dim, "  optional");
        }
        Entry {
            label,
            target: Target::Stop(stop),
        }
    }

    pub(super) fn ask_search(&mut self) {
        self.ask(
            Asked::Search,
            Ask::Words("Search for".to_owned()),
            "Search for > ",
        );
    }

    pub(super) fn searched(&mut self, answer: &Answer) {
        let Answer::Words(words) = answer else {
            return;
        };
        let entries = self.find(words);
        if entries.is_empty() {
            self.redraw();
            self.say(Line::new().with(
                Role::Warn,
                format!("Nothing in the course mentions “{words}”."),
            ));
            return;
        }
        let head = Line::new()
            .with(Role::Heading(1), "Found")
            .with(Role::Dim, format!("  {words}"));
        let menu = Menu {
            intro: vec![head],
            entries,
            chosen: 0,
        };
        self.cover(Screen::List(List::Found, menu));
    }

    pub(super) fn finish(&mut self) {
        self.leave_exercise();
        self.finish_shown = true;
        self.under.clear();
        self.screen = Screen::Finish;
        self.new_page();
    }

    /// Returns whether the track was finished by what was done last.
    pub(super) fn has_just_finished(&self) -> bool {
        !self.finish_shown && self.is_finished()
    }

    fn is_finished(&self) -> bool {
        let track = self.progress.track.as_ref();
        track.is_some_and(|track| self.progress.finished(&self.course, track))
    }

    pub(super) fn finish_key(&mut self, key: Key) {
        match key {
            Key::Enter | Key::Char(' ') | Key::PageDown if self.sheet.turn() => self.turn_page(),
            Key::Enter | Key::Char(' ') => self.show_left(),
            Key::Char('b') | Key::PageUp | Key::Left => {
                if self.sheet.turn_back() {
                    self.turn_page();
                } else if let Some(last) = self.way().stops().last() {
                    self.go(last);
                }
            }
            _ => self.unknown_key(),
        }
    }

    pub(super) fn finish_page(&self) -> Vec<Line> {
        let track = self
            .progress
            .track
            .as_ref()
            .and_then(|id| self.course.track(id));
        let name = track.map_or("course", |track| track.title.as_str());
        if !self.is_finished() {
            let mut lines = self.view.heading(1, "The last page");
            lines.push(Line::new());
            lines.extend(self.view.markdown(
                "You have come to the end. Something in between is still open; **Enter** lists it.",
            ));
            return lines;
        }
        let mut lines = self.view.heading(1, &format!("{name}: finished"));
        lines.push(Line::new());
        lines.push(Line::plain("What you can do now:"));
        lines.push(Line::new());
        for lesson in self
            .course
            .lessons
            .iter()
            .filter(|lesson| !lesson.summary.is_empty())
        {
            let lead = self.view.sign(Role::Good, "✓", "learnt");
            lines.extend(self.view.hanging(&lead, &lesson.summary));
        }
        lines
    }

    fn show_left(&mut self) {
        let entries = self.left();
        let intro = if entries.is_empty() {
            self.view
                .markdown("Nothing is left: you have done all there is.")
        } else {
            vec![Line::new().with(Role::Heading(1), "What is left")]
        };
        self.cover(Screen::List(
            List::Left,
            Menu {
                intro,
                entries,
                chosen: 0,
            },
        ));
    }

    /// Returns what was not done: lessons, exercises, optional ones last; then the other tracks.
    fn left(&self) -> Vec<Entry> {
        let lessons = self.course.lessons.iter().enumerate();
        let unread = lessons.filter_map(|(index, lesson)| {
            Some(Entry {
                target: Target::Stop(self.unread(index, lesson)?),
                label: self.lesson_label(index, lesson),
            })
        });
        let way = self.way();
        let stops = way
            .stops()
            .filter_map(|stop| Some((stop, way.exercise_at(stop)?)));
        let mut open: Vec<_> = stops
            .filter(|(_, exercise)| !self.state(exercise).is_done())
            .collect();
        open.sort_by_key(|(_, exercise)| exercise.further);
        let open = open
            .into_iter()
            .map(|(stop, exercise)| self.exercise_entry(stop, exercise));
        let tracks = self
            .tracks()
            .into_iter()
            .filter(|entry| self.is_other_track(&entry.target));
        unread.chain(open).chain(tracks).collect()
    }

    fn is_other_track(&self, target: &Target) -> bool {
        matches!(target, Target::Track(track) if Some(track) != self.progress.track.as_ref())
    }

    pub(super) fn list_footer(&self, list: List) -> Footer {
        let (place, back) = match list {
            List::Tracks => ("Welcome", None),
            List::Map => ("Map of the course", Some(hint("m", "back"))),
            List::Found => ("Search", Some(hint("b", "back"))),
            List::Left => ("What is left", Some(hint("b", "back"))),
        };
        let mut hints = if self.view.by_lines {
            vec![hint("a number", "open")]
        } else {
            vec![hint("↑↓", "move"), hint("Enter", "open")]
        };
        hints.extend(back);
        if list == List::Map && self.course.tracks.len() > 1 {
            hints.push(hint("t", "track"));
        }
        Footer::new(place, hints)
    }
}
