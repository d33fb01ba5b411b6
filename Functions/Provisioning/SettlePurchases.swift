import API
import Conversation
import FoundationEssentials

/// The schedule: looks up purchases that have no answer. Only the host can invoke a function without HTTP.
func settlePurchases(_ api: APIEnvironment) async throws -> Data {
    let settled = try await api.numberSettling?.run() ?? 0
    if settled > 0 { api.note("purchases without an answer were looked up", ["settled": "\(settled)"]) }
    return Data("{}".utf8)
}
