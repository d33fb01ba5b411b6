package import Domain
package import FoundationEssentials
package import Web

/// One call of an endpoint by somebody who was let in. What the endpoint works with (`call.organizations`) comes from the
/// environment.
@dynamicMemberLookup
package struct Call<Caller: Sendable>: Sendable {
    package let request: Request
    package let caller: Caller
    package let api: APIEnvironment
    /// Read once.
    package let now: Date
    /// The id of what a write creates: the same when a try that died is run again under its `Idempotency-Key`.
    package let subject: UUID

    package subscript<Value>(dynamicMember property: KeyPath<APIEnvironment, Value>) -> Value {
        api[keyPath: property]
    }

    /// An id in the path. One that is malformed names nothing there is.
    package func id<Owner>(_ name: String = "id", of what: String) throws(Fault) -> ID<Owner> {
        guard let id = request.pathParameters[name].flatMap({ ID<Owner>($0) }) else { throw .notFound(what) }
        return id
    }

    /// A word in the path.
    package func path(_ name: String) -> String { request.pathParameters[name] ?? "" }
}

extension Optional {
    /// What was looked for, or 404.
    package func found(_ what: String) throws(Fault) -> Wrapped {
        guard let self else { throw .notFound(what) }
        return self
    }
}
