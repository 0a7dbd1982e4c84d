//! The source of the runtime that judges and dispatchers are linked with. It is compiled by the
//! learner's toolchain, once, and is no part of this library.

/// The runtime's files by name.
pub(crate) const SOURCES: [(&str, &str); 7] = [
    ("lib.rs", include_str!("runtime/lib.rs")),
    ("wire.rs", include_str!("runtime/wire.rs")),
    ("frame.rs", include_str!("runtime/frame.rs")),
    ("dispatcher.rs", include_str!("runtime/dispatcher.rs")),
    ("linked.rs", include_str!("runtime/linked.rs")),
    ("panics.rs", include_str!("runtime/panics.rs")),
    ("stub.rs", include_str!("runtime/stub.rs")),
];
