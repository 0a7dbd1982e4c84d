//! Sorts the pool before it looks at it.

use contract::Route;

/// Tells where a request can go in `pool`.
pub fn first_of_pool(pool: &[String]) -> Route {
    let mut pool = pool.to_vec();
    pool.sort();
    match pool.as_slice() {
        [] => Route::Nowhere,
        [only] => Route::Only(only.clone()),
        [first, rest @ ..] => Route::WithSpares {
            first: first.clone(),
            spares: rest.len(),
        },
    }
}
