//! Tells where a request can go in a pool.

use contract::Route;

/// Tells where a request can go in `pool`.
///
/// This is the function as it stood in the handler of `/report`.
pub fn first_of_pool(pool: &[String]) -> Route {
    let first = pool[0].clone();
    let spares = pool[1..].len();
    Route::WithSpares { first, spares }
}
