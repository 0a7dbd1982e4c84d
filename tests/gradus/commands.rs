//! The commands, each as a learner or an author meets it: whole output and exit code.

mod authoring;
mod learning;
mod robust;
mod solving;
