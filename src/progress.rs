//! What the learner has done: a versioned file, written whole and renamed.
