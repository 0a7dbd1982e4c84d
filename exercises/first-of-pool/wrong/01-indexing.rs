//! Indexes the pool, as the handler did.

use contract::Route;

/// Tells where a request can go in `pool`.
pub fn first_of_pool(pool: &[String]) -> Route {
    let first = pool[0].clone();
    match pool.len() {
        1 => Route::Only(first),
        length => Route::WithSpares {
            first,
            spares: length - 1,
        },
    }
}
