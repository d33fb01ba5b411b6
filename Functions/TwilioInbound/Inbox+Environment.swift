import API
import Conversation
import Domain
import FunctionHost

extension Inbox {
    init(_ api: APIEnvironment) throws {
        self.init(
            database: api.database, clock: api.clock, ids: api.ids,
            debounce: Debounce(quiet: try api.configuration.debounce),
            faults: .configured(api.configuration.fault, isSandbox: api.configuration.isSandbox))
    }
}
