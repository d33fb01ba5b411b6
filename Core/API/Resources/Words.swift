package import Access
package import Domain

// Words of fixed sets that answers show.

extension ChannelKind: Answerable {}
extension Ownership.Owner: Answerable {}
extension Plan: Answerable {}
extension Role: Answerable {}
