package import Access
package import Domain

// Words of fixed sets that answers show.

extension Plan: Answerable {}
extension Role: Answerable {}
