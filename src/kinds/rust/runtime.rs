//! The source of the runtime, which judges and dispatchers are linked with. The learner's toolchain compiles
//! it, once; it is no part of this library.

pub(crate) const SOURCES: [(&str, &str); 7] = [
    ("lib.rs", include_str!("runtime/lib.rs")),
    ("wire.rs", include_str!("runtime/wire.rs")),
    ("frame.rs", include_str!("runtime/frame.rs")),
    ("dispatcher.rs", include_str!("runtime/dispatcher.rs")),
    ("linked.rs", include_str!("runtime/linked.rs")),
    ("panics.rs", include_str!("runtime/panics.rs")),
    ("stub.rs", include_str!("runtime/stub.rs")),
];
