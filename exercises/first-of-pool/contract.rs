/// Where a request can go in a pool of servers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Route {
    /// The pool is empty: nowhere.
    Nowhere,
    /// The pool has this one server and nothing to fall back on.
    Only(String),
    /// The pool has a first server and others behind it.
    WithSpares {
        /// The first entry of the pool.
        first: String,
        /// How many entries follow it.
        spares: usize,
    },
}

/// Tells where a request can go in `pool`.
///
/// * An empty pool gives `Route::Nowhere`. No pool makes the function panic.
/// * A pool of one gives `Route::Only` with its server.
/// * Any other pool gives `Route::WithSpares`: `first` is the first server,
///   `spares` is the number of entries after it, the first not counted.
/// * The order of the pool is kept, nothing is sorted. A name that appears twice
///   counts twice. Names are returned as they are, whatever they look like.
pub fn first_of_pool(pool: &[String]) -> Route;
