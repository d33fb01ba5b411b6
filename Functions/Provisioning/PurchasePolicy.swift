import API
import Access
import FunctionHost
import Web

/// Who may spend the operator's money on numbers (`NUMBER_PURCHASES`).
enum PurchasePolicy: String {
    /// Within the plan.
    case open
    /// Within the plan, and when the operator has approved it.
    case approval
    case closed

    /// What can't be read closes.
    init(_ configuration: Configuration) {
        self = Self(rawValue: configuration.numberPurchases) ?? .closed
    }

    /// Whether the member's purchase waits for the operator. Platform staff decides itself.
    func waits(_ member: Member) -> Bool { self == .approval && !member.isOperator }

    func forbids(_ member: Member) -> Bool { self == .closed && !member.isOperator }

    static let refusal = DocumentedFault(403, "forbidden", "Numbers are bought by the operator of this installation.")
}
