//! A part of a course that is read when it is first wanted.

use std::fmt;
use std::ops::Deref;
use std::sync::{Arc, LazyLock};

type Reader<T> = Box<dyn FnOnce() -> T + Send>;

/// A value that is read on first use; clones share it.
#[derive(Clone)]
pub struct Lazy<T>(Arc<LazyLock<T, Reader<T>>>);

impl<T> Lazy<T> {
    pub(crate) fn new(read: impl FnOnce() -> T + Send + 'static) -> Self {
        Self(Arc::new(LazyLock::new(Box::new(read))))
    }

    pub(crate) fn ready(value: T) -> Self
    where
        T: Send + 'static,
    {
        Self::new(|| value)
    }
}

impl<T> Deref for Lazy<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T: fmt::Debug> fmt::Debug for Lazy<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(formatter)
    }
}
