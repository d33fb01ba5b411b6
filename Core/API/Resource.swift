package import Postgres
package import Store
import Web

/// An aggregate as clients see it: which members they read, and which of those they may change, each said once.
///
///     static let resource = Resource<Organization> {
///         $0.read("id", \.id)
///         $0.change("name", \.name, .text(1...200))
///     }
package struct Resource<Root: Aggregate>: Sendable {
    package private(set) var answer: Answer<Root>
    /// Of a change; a member that is absent or null stays as it is.
    package private(set) var form: Form<Change<Root>>

    package init(_ declare: (inout Resource) -> Void) {
        answer = Answer { _ in }
        form = Form(Change())
        declare(&self)
    }

    /// A member that clients only read.
    package mutating func read<Value: Answerable>(
        _ name: String, _ property: any KeyPath<Root, Value> & Sendable, about: String = ""
    ) {
        answer.field(name, property, about: about)
    }

    /// A member that clients read and may change.
    package mutating func change<Value: Bindable>(
        _ name: String, _ property: any WritableKeyPath<Root, Value> & Sendable, _ type: FieldType<Value>,
        about: String = ""
    ) {
        answer.field(name, shape: type.shape, about: about) { type.show($0[keyPath: property]) }
        form.member(name, type, about: about) { value, change in change.set(property, to: value) }
    }
}

extension Form {
    /// The same form with a member that must be there: what a new one can't do without.
    package func requiring(_ name: String) -> Form {
        var form = self
        form.require(name)
        return form
    }

    /// At least one member must be sent.
    package func requiringSomething<Root>() -> Form where Value == Change<Root> {
        var form = self
        form.rule { change throws(Fault) in
            guard !change.isEmpty else { throw .malformed("Name at least one field to change.") }
        }
        return form
    }
}
