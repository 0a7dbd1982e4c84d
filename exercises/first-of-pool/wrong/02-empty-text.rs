//! Makes up an empty name for an empty pool.

use contract::Route;

/// Tells where a request can go in `pool`.
pub fn first_of_pool(pool: &[String]) -> Route {
    let first = pool.first().cloned().unwrap_or_default();
    match pool {
        [] | [_] => Route::Only(first),
        [_, rest @ ..] => Route::WithSpares {
            first,
            spares: rest.len(),
        },
    }
}
