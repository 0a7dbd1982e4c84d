//! What the terminal can do, read from the environment once.

use clap::ValueEnum;

use crate::lesson::Layout;

/// When to use colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(crate) enum ColorChoice {
    /// In a terminal, unless the environment says otherwise.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// What the terminal can do.
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a fact of its own about the terminal"
)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Caps {
    /// Whether styles may be used: colours, bold, underlines.
    pub color: bool,
    /// Whether links can be followed (OSC 8).
    pub hyperlinks: bool,
    /// Whether characters outside ASCII can be shown.
    pub unicode: bool,
    /// Whether the reader asked for words instead of drawings, and for no redrawing.
    pub accessible: bool,
    /// Cells of a row.
    pub width: usize,
    /// Rows of the screen.
    pub height: usize,
    /// Whether the output is a terminal.
    pub terminal: bool,
}

const WIDTH: usize = 80;
const HEIGHT: usize = 24;

impl Caps {
    /// Reads the abilities of the output from `env`, which looks up a variable, and from `size`,
    /// the columns and rows that the terminal reports.
    ///
    /// Colour is decided by the first of these that says something: `choice`, `NO_COLOR`,
    /// `CLICOLOR_FORCE` and `FORCE_COLOR`, `TERM=dumb`, and whether the output is a terminal.
    pub(crate) fn detect(
        env: &dyn Fn(&str) -> Option<String>,
        stdout_is_terminal: bool,
        size: Option<(u16, u16)>,
        choice: ColorChoice,
    ) -> Self {
        let env = Env(env);
        let size = size.filter(|_| stdout_is_terminal);
        let (columns, rows) = size.unwrap_or_default();
        let color = env.color(stdout_is_terminal, choice);
        let accessible = env.is_on("ACCESSIBLE") || env.is_dumb();
        Self {
            color,
            hyperlinks: color && !accessible && env.hyperlinks(stdout_is_terminal),
            unicode: !env.is_dumb() && env.unicode(),
            accessible,
            width: env.cells(columns, "COLUMNS", WIDTH),
            height: env.cells(rows, "LINES", HEIGHT),
            terminal: stdout_is_terminal,
        }
    }

    /// Returns how text is laid out for this terminal, in lines of at most `width` cells.
    pub(crate) fn layout(&self, width: usize) -> Layout {
        Layout {
            width,
            accessible: self.accessible,
            hyperlinks: self.hyperlinks,
            ascii: !self.unicode,
            highlight: self.color,
        }
    }
}

struct Env<'a>(&'a dyn Fn(&str) -> Option<String>);

impl Env<'_> {
    /// Returns the value of `name`; an empty variable is as good as none.
    fn get(&self, name: &str) -> Option<String> {
        (self.0)(name).filter(|value| !value.is_empty())
    }

    fn is_on(&self, name: &str) -> bool {
        self.get(name).is_some_and(|value| value != "0")
    }

    fn is(&self, name: &str, values: &[&str]) -> bool {
        self.get(name)
            .is_some_and(|value| values.contains(&value.as_str()))
    }

    fn is_dumb(&self) -> bool {
        self.is("TERM", &["dumb"])
    }

    fn color(&self, terminal: bool, choice: ColorChoice) -> bool {
        match choice {
            ColorChoice::Always => true,
            ColorChoice::Never => false,
            ColorChoice::Auto if self.get("NO_COLOR").is_some() => false,
            ColorChoice::Auto if self.is_on("CLICOLOR_FORCE") || self.is_on("FORCE_COLOR") => true,
            ColorChoice::Auto => terminal && !self.is_dumb(),
        }
    }

    /// Returns whether the terminal is one that follows links. No terminal can be asked; the list
    /// is that of the crate `supports-hyperlinks`, which reads the environment itself.
    fn hyperlinks(&self, terminal: bool) -> bool {
        if self.get("FORCE_HYPERLINK").is_some() {
            return self.is_on("FORCE_HYPERLINK");
        }
        let vte = self
            .get("VTE_VERSION")
            .and_then(|version| version.parse().ok())
            .unwrap_or(0);
        let programs = [
            "Hyper",
            "iTerm.app",
            "terminology",
            "WezTerm",
            "vscode",
            "ghostty",
            "zed",
        ];
        let known = vte >= 5000
            || self.is("TERM_PROGRAM", &programs)
            || self.is("TERM", &["xterm-kitty", "alacritty", "alacritty-direct"])
            || self.is("COLORTERM", &["xfce4-terminal"])
            || ["DOMTERM", "WT_SESSION", "KONSOLE_VERSION"]
                .iter()
                .any(|name| self.get(name).is_some());
        terminal && known
    }

    /// Returns whether the locale is UTF-8. Where none is set, as in many containers, the terminal
    /// at the other end nearly always is.
    fn unicode(&self) -> bool {
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"]
            .iter()
            .find_map(|name| self.get(name));
        locale.is_none_or(|locale| {
            let locale = locale.to_ascii_lowercase();
            locale.contains("utf-8") || locale.contains("utf8")
        })
    }

    fn cells(&self, reported: u16, name: &str, otherwise: usize) -> usize {
        if reported > 0 {
            return usize::from(reported);
        }
        let set = self.get(name).and_then(|value| value.parse().ok());
        set.filter(|cells| *cells > 0).unwrap_or(otherwise)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn caps(vars: &[(&str, &str)], terminal: bool, choice: ColorChoice) -> Caps {
        let env = |name: &str| {
            let var = vars.iter().find(|(key, _)| *key == name);
            var.map(|(_, value)| (*value).to_owned())
        };
        Caps::detect(&env, terminal, Some((100, 40)), choice)
    }

    fn color(vars: &[(&str, &str)], terminal: bool) -> bool {
        caps(vars, terminal, ColorChoice::Auto).color
    }

    #[test]
    fn terminal_has_colour_and_its_own_size() {
        let caps = caps(&[("COLUMNS", "33")], true, ColorChoice::Auto);
        assert!(caps.color && caps.unicode && caps.terminal && !caps.accessible);
        assert_eq!((caps.width, caps.height), (100, 40));
    }

    #[test]
    fn pipe_is_plain_and_80_columns_wide_unless_told() {
        let plain = caps(&[("TERM_PROGRAM", "WezTerm")], false, ColorChoice::Auto);
        assert!(!plain.color && !plain.hyperlinks && !plain.terminal);
        assert_eq!((plain.width, plain.height), (80, 24));
        assert_eq!(
            caps(&[("COLUMNS", "33")], false, ColorChoice::Auto).width,
            33
        );
        assert_eq!(
            caps(&[("COLUMNS", "0")], false, ColorChoice::Auto).width,
            80
        );
        assert_eq!(
            caps(&[("COLUMNS", "wide")], false, ColorChoice::Auto).width,
            80
        );
    }

    #[test]
    fn terminal_without_a_size_has_the_usual_one() {
        let caps = Caps::detect(&|_| None, true, Some((0, 0)), ColorChoice::Auto);
        assert_eq!((caps.width, caps.height), (80, 24));
    }

    #[test]
    fn option_wins_over_the_environment() {
        assert!(caps(&[("NO_COLOR", "1")], false, ColorChoice::Always).color);
        assert!(!caps(&[("CLICOLOR_FORCE", "1")], true, ColorChoice::Never).color);
    }

    #[test]
    fn no_color_wins_over_force_and_force_over_dumb() {
        assert!(!color(&[("NO_COLOR", "1"), ("CLICOLOR_FORCE", "1")], true));
        assert!(color(&[("NO_COLOR", "")], true));
        assert!(color(&[("CLICOLOR_FORCE", "1"), ("TERM", "dumb")], false));
        assert!(color(&[("FORCE_COLOR", "1")], false));
        assert!(!color(&[("FORCE_COLOR", "0")], false));
        assert!(!color(&[("TERM", "dumb")], true));
    }

    #[test]
    fn dumb_terminal_and_request_mean_accessible() {
        assert!(caps(&[("ACCESSIBLE", "1")], true, ColorChoice::Auto).accessible);
        assert!(!caps(&[("ACCESSIBLE", "0")], true, ColorChoice::Auto).accessible);
        let dumb = caps(&[("TERM", "dumb")], true, ColorChoice::Auto);
        assert!(dumb.accessible && !dumb.unicode);
    }

    #[test]
    fn links_need_a_terminal_known_for_them() {
        let links =
            |vars: &[(&str, &str)], terminal| caps(vars, terminal, ColorChoice::Auto).hyperlinks;
        for var in [
            ("TERM", "xterm-kitty"),
            ("VTE_VERSION", "6800"),
            ("WT_SESSION", "x"),
        ] {
            assert!(links(&[var], true), "{var:?}");
        }
        assert!(!links(&[("VTE_VERSION", "4000")], true));
        assert!(!links(&[("TERM", "xterm-256color")], true));
        assert!(links(
            &[("FORCE_HYPERLINK", "1"), ("FORCE_COLOR", "1")],
            false
        ));
        assert!(!links(
            &[("FORCE_HYPERLINK", "0"), ("TERM", "xterm-kitty")],
            true
        ));
        assert!(!links(&[("TERM", "xterm-kitty"), ("NO_COLOR", "1")], true));
        assert!(!links(
            &[("TERM", "xterm-kitty"), ("ACCESSIBLE", "1")],
            true
        ));
    }

    #[test]
    fn first_locale_that_is_set_decides_on_unicode() {
        let unicode = |vars: &[(&str, &str)]| caps(vars, true, ColorChoice::Auto).unicode;
        assert!(unicode(&[]));
        assert!(unicode(&[("LANG", "de_DE.UTF-8")]));
        assert!(!unicode(&[("LANG", "C")]));
        assert!(!unicode(&[("LC_ALL", "POSIX"), ("LANG", "en_GB.utf8")]));
    }
}
