//! Sessions played without a terminal: keys in, screens out.

mod exercises;
mod lessons;
mod lines;
mod play;
