//! Counts the different names.

use contract::Route;

/// Tells where a request can go in `pool`.
pub fn first_of_pool(pool: &[String]) -> Route {
    let names: std::collections::HashSet<&String> = pool.iter().collect();
    match pool {
        [] => Route::Nowhere,
        [first, ..] if names.len() == 1 => Route::Only(first.clone()),
        [first, ..] => Route::WithSpares {
            first: first.clone(),
            spares: names.len() - 1,
        },
    }
}
